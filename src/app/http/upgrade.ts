// What an Upgrade header asks for (RFC 9110 section 7.8), and the request that HTTP/2 goes on with.

import { UpgradedRequest } from '../../framework/http-parts.ts';
import type { HttpTransaction } from './transaction.ts';

export const Upgrade = { none: 0, websocket: 1, h2c: 2, other: 3 } as const;

/** Protocol that the connection goes on as, by value of Upgrade; null: whatever it turns out to be. */
export const UPGRADE_PROTOCOLS: readonly (string | null)[] = [null, 'websocket', 'http2', null];

export function upgradeOf(value: Uint8Array): number {
  const text = Buffer.from(value).toString('latin1').toLowerCase();
  if (text.includes('websocket')) return Upgrade.websocket;
  return text.includes('h2c') ? Upgrade.h2c : Upgrade.other;
}

/** The request that HTTP/2 answers; one that was never seen is none. */
export function handedOver({ method, rawUri, request }: HttpTransaction): UpgradedRequest | undefined {
  if (method.length === 0) return undefined;
  return new UpgradedRequest(
    method,
    rawUri,
    request.headers.map(({ name, value }) => [name, value] as const),
  );
}
