// Security blobs of session setups: who logs on, by NTLM or with a ticket of Kerberos.

import { SMB_ANOMALY } from './events.ts';
import type { SmbHost } from './host.ts';
import { readTicket } from './kerberos.ts';
import { findNtlmssp, readAuthenticate } from './ntlmssp.ts';
import type { SessionSetup, SmbTransaction } from './transaction.ts';

export function newSessionSetup(): SessionSetup {
  return { kind: 'session_setup', user: null, ticket: null, client: null, server: null };
}

/** Takes what the blob [start, end) of a request says. */
export function readSecurity(host: SmbHost, tx: SmbTransaction, data: Uint8Array, start: number, end: number): void {
  if (tx.detail.kind !== 'session_setup' || start >= end) return;
  const at = findNtlmssp(data, start, end);
  if (at < 0) {
    tx.detail.ticket = readTicket(data, start, end) ?? null;
    return;
  }
  const user = readAuthenticate(data, at, end);
  if (user === undefined) return;
  if (user === null) {
    host.note(SMB_ANOMALY.malformed_ntlmssp_request, tx);
    return;
  }
  tx.detail.user = user;
  if (user.isUnusual) host.note(SMB_ANOMALY.unusual_ntlmssp_order, tx);
}
