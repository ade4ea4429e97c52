// ServiceManager: tells systemd, or whoever speaks its protocol (sd_notify(3)), how the program fares.

import { AF_UNIX, KernelSocket, SOCK_DGRAM } from '../native/kernel-socket.ts';
import { putHostU16 } from '../wire/netlink.ts';

/** Times within the interval of the watchdog that it is told. */
const BEATS = 2;
/** Longest path that an address of a local socket has room for (unix(7)). */
const LONGEST_PATH = 107;

export class ServiceManager {
  private readonly socket: KernelSocket;
  private readonly address: Uint8Array;
  /** Milliseconds between two signs of life; 0: none are wanted. */
  private readonly interval: number;
  private nextBeat = 0;

  private constructor(socket: KernelSocket, address: Uint8Array, interval: number) {
    this.socket = socket;
    this.address = address;
    this.interval = interval;
  }

  /** The service manager that started the program; undefined without one, or where it cannot be spoken to. */
  static of(environment: Readonly<Record<string, string | undefined>>): ServiceManager | undefined {
    const path = environment['NOTIFY_SOCKET'] ?? '';
    if ((!path.startsWith('/') && !path.startsWith('@')) || path.length > LONGEST_PATH) return undefined;
    const socket = KernelSocket.open(AF_UNIX, SOCK_DGRAM, 0);
    if (typeof socket === 'number') return undefined;
    const isForUs = [undefined, String(process.pid)].includes(environment['WATCHDOG_PID']);
    const microseconds = isForUs ? Number(environment['WATCHDOG_USEC'] ?? '0') : 0;
    return new ServiceManager(socket, addressOf(path), microseconds > 0 ? microseconds / 1000 / BEATS : 0);
  }

  /** Packets come in. */
  ready(): void {
    this.tell('READY=1');
  }

  /** The packet loop goes round. @param now milliseconds */
  beat(now: number): void {
    if (this.interval === 0 || now < this.nextBeat) return;
    this.nextBeat = now + this.interval;
    this.tell('WATCHDOG=1');
  }

  stopping(): void {
    this.tell('STOPPING=1');
  }

  close(): void {
    this.socket.close();
  }

  /** Nobody may be there any more: that is no concern of ours. */
  private tell(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.socket.send(bytes, 0, bytes.length, this.address);
  }
}

/** The bytes of a `sockaddr_un`; a path that begins with `@` is of the abstract namespace, without a file. */
function addressOf(path: string): Uint8Array {
  const name = new TextEncoder().encode(path.startsWith('@') ? `\0${path.slice(1)}` : `${path}\0`);
  const address = new Uint8Array(2 + name.length);
  putHostU16(address, 0, AF_UNIX);
  address.set(name, 2);
  return address;
}
