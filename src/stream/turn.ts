// Turning a session around: the bytes showed that the end taken for the client is the server.

import { noteTurn } from './history.ts';
import type { Sessions } from './sessions.ts';
import { CLIENT, DIRECTION_END, OFTEN, RARE, S, SERVER, SessionFlag } from './sessions.ts';

const SIDES = [
  [SessionFlag.finByClient, SessionFlag.finByServer],
  [SessionFlag.rstByClient, SessionFlag.rstByServer],
  [SessionFlag.clientFirst, SessionFlag.serverFirst],
] as const;

/** Exchanges everything that the session at base `b` keeps by direction. */
export function turnSession(s: Sessions, b: number): void {
  const w = s.words;
  for (let i = 0; i < OFTEN; i++) exchange(w, b + CLIENT + i, b + SERVER + i);
  for (let i = RARE; i < DIRECTION_END; i++) exchange(w, b + CLIENT + i, b + SERVER + i);
  s.outOfBand.exchange(b + CLIENT, b + SERVER);
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

function exchange(words: Int32Array, a: number, b: number): void {
  const kept = words[a]!;
  words[a] = words[b]!;
  words[b] = kept;
}
