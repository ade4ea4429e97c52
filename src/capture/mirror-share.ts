// MirrorShare: the sockets of mirrors whose packets several workers share. Each worker has one of every mirror, with the
// same address; a program in the kernel chooses among them. They belong to the first thread, so that packets wait in
// them while another thread takes the place of a worker, and no flow goes to a different one.

import type { KernelSocket } from '../native/kernel-socket.ts';
import {
  SOL_SOCKET,
  SO_ATTACH_FILTER,
  SO_ATTACH_REUSEPORT_CBPF,
  SO_DETACH_FILTER,
  SO_REUSEPORT,
  errorName,
  kernelSocketReason,
} from '../native/kernel-socket.ts';
import { SocketProgram } from '../native/socket-program.ts';
import { hostProgram } from './host-program.ts';
import { bindMirror, dropsOf, openMirror } from './mirror-socket.ts';
import type { MirrorSettings, SocketShare } from './mirror-socket.ts';

interface Place {
  readonly settings: MirrorSettings;
  readonly socket: KernelSocket;
  readonly share: SocketShare;
}

export class MirrorShare {
  private readonly mirrors: readonly MirrorSettings[];
  /** Of each mirror, by worker. */
  private readonly places: Place[][] = [];

  private constructor(mirrors: readonly MirrorSettings[]) {
    this.mirrors = mirrors;
  }

  /** Opens the sockets; `open` lets packets in. @returns the reason when it cannot be */
  static create(
    mirrors: readonly MirrorSettings[],
    workers: number,
    onChange: (message: string) => void,
  ): MirrorShare | string {
    if (kernelSocketReason !== '') return kernelSocketReason;
    const share = new MirrorShare(mirrors);
    for (const mirror of mirrors) {
      const problem = share.add(mirror, workers, onChange);
      if (problem === undefined) continue;
      share.close();
      return problem;
    }
    return share;
  }

  /** What a worker takes its packets from. */
  partOf(worker: number): MirrorSettings[] {
    return this.places.map((places, i) => ({ ...this.mirrors[i]!, share: places[worker]!.share }));
  }

  /** Packets come in from now on. @returns the reason when they cannot */
  open(): string | undefined {
    for (const places of this.places) {
      const problem = isTaken(places[0]!.settings) ?? bindAll(places);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  close(): void {
    for (const { socket } of this.places.flat()) socket.close();
  }

  private add(settings: MirrorSettings, workers: number, onChange: (message: string) => void): string | undefined {
    const places: Place[] = [];
    this.places.push(places);
    const program = hostProgram(settings.encapsulation, workers);
    for (let i = 0; i < workers; i++) {
      // of what all of them have in common, the first tells
      const socket = openMirror(settings, i === 0 ? onChange : () => undefined);
      if (typeof socket === 'string') return socket;
      const drops = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
      places.push({ settings, socket, share: { descriptor: socket.descriptor, inode: socket.inode(), drops } });
      socket.option(SOL_SOCKET, SO_REUSEPORT, 1);
      const result = i === 0 ? socket.program(SO_ATTACH_REUSEPORT_CBPF, program) : 0;
      if (result < 0)
        return `${settings.name}: the kernel cannot share packets among workers (${errorName(-result)}): set tayra.mirrors.threads to 1`;
    }
    return undefined;
  }
}

/** Sockets that share an address let in all others of the same user that would. @returns the reason when it has one */
function isTaken(settings: MirrorSettings): string | undefined {
  const socket = openMirror(settings, () => undefined);
  if (typeof socket === 'string') return socket;
  const problem = bindMirror(socket, settings);
  socket.close();
  return problem;
}

/** All of them before a packet comes to one: the program counts on them. */
function bindAll(places: readonly Place[]): string | undefined {
  const nothing = new SocketProgram().result(0).bytes();
  for (const { settings, socket } of places) {
    socket.program(SO_ATTACH_FILTER, nothing);
    const problem = bindMirror(socket, settings);
    if (problem !== undefined) return problem;
  }
  for (const { settings, share, socket } of places) {
    new Float64Array(share.drops)[0] = dropsOf(settings, share.inode);
    socket.option(SOL_SOCKET, SO_DETACH_FILTER, 0);
  }
  return undefined;
}
