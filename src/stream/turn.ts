// Turning a session around: the bytes showed that the end taken for the client is the server.

import { noteTurn } from './history.ts';
import type { Sessions } from './sessions.ts';
import { CLIENT, S, SERVER, SessionFlag } from './sessions.ts';

const SIDES = [
  [SessionFlag.finByClient, SessionFlag.finByServer],
  [SessionFlag.rstByClient, SessionFlag.rstByServer],
] as const;

/** Exchanges everything that the session at base `b` keeps by direction. */
export function turnSession(s: Sessions, b: number): void {
  const w = s.words;
  for (let i = 0; i < SERVER - CLIENT; i++) {
    const kept = w[b + CLIENT + i]!;
    w[b + CLIENT + i] = w[b + SERVER + i]!;
    w[b + SERVER + i] = kept;
  }
  const flags = w[b + S.flags]!;
  let turned = flags;
  for (const [client, server] of SIDES) {
    turned &= ~(client | server);
    if ((flags & client) !== 0) turned |= server;
    if ((flags & server) !== 0) turned |= client;
  }
  w[b + S.flags] = turned;
  noteTurn(s, b);
}
