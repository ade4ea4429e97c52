// AF_PACKET sockets with a ring (TPACKET_V3, packet(7)): opening, waiting and counting; reading the ring is in src/capture.
import { constants } from 'node:os';
import { addon, addonReason } from './index.ts';
import type { InterfaceShape, NativeAddon, SystemProblem } from './index.ts';

export type { SystemProblem } from './index.ts';

/** Shape of a ring. */
export interface RingShape {
  /** Bytes of a block: a power of two, and a multiple of the page. */
  readonly blockSize: number;
  readonly blockCount: number;
  /** Milliseconds after which a block that is not full is handed over. */
  readonly blockTimeout: number;
}

/** Sockets among which the kernel shares packets (`PACKET_FANOUT` of packet(7)). */
export interface FanoutGroup {
  /** Number of the group, 16 bits; each interface has one of its own. */
  readonly group: number;
  /** PACKET_FANOUT_* with its flags. */
  readonly mode: number;
}

/** Bytes that the kernel counts frames by; packets of a block lie one behind another whatever it is. */
const FRAME_SIZE = 2048;
/** `setsockopt` of packet(7): leave out what this host sends. */
const PACKET_IGNORE_OUTGOING = 23;

type Calls = Required<
  Pick<
    NativeAddon,
    | 'afPacketOpen'
    | 'afPacketMemory'
    | 'afPacketBind'
    | 'afPacketPromiscuous'
    | 'afPacketOption'
    | 'afPacketWait'
    | 'afPacketStatistics'
    | 'afPacketError'
    | 'afPacketClose'
    | 'interfaceShape'
  >
>;

const calls = addon?.afPacketOpen === undefined ? undefined : (addon as Calls);

/** Why there is no AF_PACKET here; empty when there is. */
export const afPacketReason: string =
  calls !== undefined ? '' : addonReason === '' ? 'AF_PACKET is a part of Linux' : addonReason;

/** An interface as it is now, or what is wrong with it. */
export function interfaceShape(name: string): InterfaceShape | SystemProblem {
  return (calls ?? missing()).interfaceShape(name);
}

/**
 * One of the numbers that a card is asked for, or told, by a command of ethtool.h; nothing is told without `value`.
 * @returns it, or the number of the error (errno) below zero
 */
export function interfaceValue(name: string, command: number, value?: number): number {
  return addon?.interfaceValue?.(name, command, value) ?? -constants.errno.ENOSYS;
}

/** A socket with a mapped ring. */
export class PacketSocket {
  private readonly calls: Calls;
  private readonly handle: number;
  private readonly name: string;
  private readonly told = new Uint32Array(3);

  private constructor(native: Calls, handle: number, name: string) {
    this.calls = native;
    this.handle = handle;
    this.name = name;
  }

  /** @returns the socket, to which nothing comes before `bind`, or what could not be done */
  static open(name: string, { blockSize, blockCount, blockTimeout }: RingShape): PacketSocket | SystemProblem {
    const native = calls ?? missing();
    const handle = native.afPacketOpen(name, blockSize, blockCount, FRAME_SIZE, blockTimeout);
    return typeof handle === 'number' ? new PacketSocket(native, handle, name) : handle;
  }

  /** The ring, shared with the kernel; empty once the socket is closed. */
  memory(): ArrayBuffer {
    return this.calls.afPacketMemory(this.handle);
  }

  /**
   * From now on the packets of the interface come in.
   * @param fanout the group of sockets that share them, if any: no packet comes to two of them
   */
  bind(fanout?: FanoutGroup): SystemProblem | undefined {
    // as a signed number: that is what integers of the add-on are
    const value = fanout === undefined ? undefined : (fanout.mode << 16) | (fanout.group & 0xffff);
    return this.calls.afPacketBind(this.handle, this.name, value);
  }

  promiscuous(): SystemProblem | undefined {
    return this.calls.afPacketPromiscuous(this.handle, this.name, 1);
  }

  /** Leaves out what this host sends (Linux 4.20). */
  ignoreOutgoing(): SystemProblem | undefined {
    return this.calls.afPacketOption(this.handle, PACKET_IGNORE_OUTGOING, 1);
  }

  /** Packets that came and packets lost since the last call: [packets with those lost, lost, times the ring was full]. */
  statistics(): Uint32Array {
    if (this.calls.afPacketStatistics(this.handle, this.told) === 0) this.told.fill(0);
    return this.told;
  }

  /** The error waiting on the socket (errno), 0 for none: 100 (ENETDOWN) when the interface went down. */
  error(): number {
    return this.calls.afPacketError(this.handle);
  }

  close(): void {
    this.calls.afPacketClose(this.handle);
  }

  /** Waits for one of them, at most so many milliseconds; a signal ends the wait. @returns how many have something */
  static wait(sockets: readonly PacketSocket[], timeout: number): number {
    return (calls ?? missing()).afPacketWait(
      Int32Array.from(sockets, (socket) => socket.handle),
      timeout,
    );
  }
}

function missing(): never {
  throw new Error(afPacketReason);
}
