// What keywords of TLS have in common.

import { toClient } from '../../framework/app-keyword.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { Certificate } from './certificate.ts';
import { ServerState } from './transaction.ts';
import type { TlsTransaction } from './transaction.ts';

/** Page of the manual. */
export const PAGE = 'rules/tls-keywords.html';

/** Looked at once the server has told its certificates. */
export const SERVER_CERTIFICATE = [toClient('tls', ServerState.certDone)];

/** The certificate that an end shows of itself. */
export function certificateOf(tx: TlsTransaction, direction: Direction): Certificate | undefined {
  return tx.side(direction).chain.leaf ?? undefined;
}
