// LocalSocket: a client of a UNIX domain socket, stream or datagram, that is written to at once: no event loop is needed.

import { constants } from 'node:os';
import { addon } from './index.ts';

export type LocalSocketKind = 'stream' | 'datagram';

/** What became of bytes: how many were taken (0: there is no room now), or that nobody is there to read them. */
export type Sent = number | 'gone' | 'too long';

const { errno } = constants;

export function hasLocalSockets(): boolean {
  return addon?.localConnect !== undefined;
}

export class LocalSocket {
  private readonly path: string;
  private readonly kind: LocalSocketKind;
  private descriptor = -1;

  constructor(path: string, kind: LocalSocketKind) {
    this.path = path;
    this.kind = kind;
  }

  get isOpen(): boolean {
    return this.descriptor >= 0;
  }

  /** Null when somebody is there, else the name of the error. */
  connect(): string | null {
    if (addon?.localConnect === undefined) return 'ENOSYS';
    const result = addon.localConnect(this.path, this.kind === 'stream' ? 1 : 0);
    if (result < 0) return errorName(-result);
    this.descriptor = result;
    return null;
  }

  /** Never throws, never waits longer than `wait` milliseconds for room. */
  send(bytes: Uint8Array, offset: number, length: number, wait: number): Sent {
    const taken = addon?.localSend?.(this.descriptor, bytes, offset, length, wait) ?? -errno.EBADF;
    if (taken >= 0) return taken;
    if (-taken === errno.EMSGSIZE) return 'too long';
    this.close();
    return 'gone';
  }

  close(): void {
    if (this.descriptor >= 0) addon?.localClose?.(this.descriptor);
    this.descriptor = -1;
  }
}

function errorName(code: number): string {
  return Object.entries(errno).find(([, value]) => value === code)?.[0] ?? `error ${String(code)}`;
}
