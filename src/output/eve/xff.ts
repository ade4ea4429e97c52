// Xff: the address of the client behind a proxy, as a header of its request names it (X-Forwarded-For).
import { isIP } from 'node:net';
import type { ByteText } from '../../base/byte-text.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { Transaction } from '../../framework/transaction.ts';

/** Longer values are not looked at. */
const LONGEST = 255;

export class Xff {
  /** It takes the place of the client's address, in place of standing beside it. */
  readonly overwrites: boolean;
  private readonly header: string;
  private readonly deployment: 'reverse' | 'forward';

  constructor(node: ConfigNode) {
    this.overwrites = node.choice('mode', ['extra-data', 'overwrite'], 'extra-data') === 'overwrite';
    this.deployment = node.choice('deployment', ['reverse', 'forward'], 'reverse');
    this.header = node.string('header', 'X-Forwarded-For').toLowerCase();
  }

  /** What the request of a transaction says; null: nothing, or no address. */
  of(tx: Transaction): string | null {
    const value = tx.protocol!.definition.requestHeader?.(tx as never, this.header) ?? null;
    return value === null ? null : addressIn(value, this.deployment);
  }

  /** The same of the first transaction that says something. */
  ofFlow(app: AppFlow): string | null {
    for (const { tx } of app.transactions) {
      const address = this.of(tx);
      if (address !== null) return address;
    }
    return null;
  }
}

/** Appends `,"xff":"192.0.2.1"`. */
export function appendXff(text: ByteText, address: string): void {
  text.string(`,"xff":"${address}"`);
}

/** `xff` below an output or a type of records; null where it is off, `fallback` where it is not named. */
export function readXff(node: ConfigNode | undefined, fallback: Xff | null = null): Xff | null {
  const own = node?.get('xff');
  if (own === undefined) return fallback;
  return own.bool('enabled', false) ? new Xff(own) : null;
}

/**
 * The address that a proxy put there. In front of servers (`reverse`) the last is that of our own proxy, the others are
 * what the client claims; behind clients (`forward`) the first is the client.
 */
export function addressIn(value: Uint8Array, deployment: 'reverse' | 'forward'): string | null {
  if (value.length === 0 || value.length > LONGEST) return null;
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
  return addressOf(deployment === 'forward' ? text.split(',', 1)[0]! : text.slice(text.lastIndexOf(' ') + 1));
}

/** `192.0.2.1`, `2001:db8::1`, in brackets, or with a port, without what is around it; null for anything else. */
function addressOf(text: string): string | null {
  let address = text;
  if (text.startsWith('[')) address = text.slice(1, Math.max(1, text.indexOf(']')));
  else if (isIP(text) === 0) address = text.split(':', 1)[0]!;
  return isIP(address) === 0 || address.includes('%') ? null : address;
}
