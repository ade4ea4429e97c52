// First lines taken apart into their transaction; what is odd about them.

import { HTTP_ANOMALY } from './events.ts';
import { isVersion, isVersionNine, parseRequestLine, parseStatusLine } from './first-line.ts';
import { methodNote } from './notes.ts';
import { equalsText } from './scan.ts';
import type { HttpSettings } from './settings.ts';
import type { HttpTransaction } from './transaction.ts';
import { hasScheme, normalizeUri } from './uri.ts';

/** @param line the transaction's own; @returns the anomalies found */
export function takeRequestLine(tx: HttpTransaction, line: Uint8Array, settings: HttpSettings): readonly number[] {
  const A = HTTP_ANOMALY;
  const found: number[] = [];
  const parsed = parseRequestLine(line);
  tx.request.line = line;
  tx.method = parsed.method;
  tx.rawUri = parsed.uri;
  tx.request.protocol = parsed.protocol;
  if (takeUri(tx, settings)) found.push(A.double_encoded_uri);
  if (parsed.hasLeadingSpace) found.push(A.request_line_leading_whitespace);
  if (parsed.hasOddMethodDelimiter) found.push(A.method_delim_non_compliant);
  if (parsed.hasOddUriDelimiter) found.push(A.uri_delim_non_compliant);
  const note = methodNote(tx);
  if (note !== null) found.push(note);
  return found;
}

/** @returns whether it was encoded twice */
function takeUri(tx: HttpTransaction, settings: HttpSettings): boolean {
  const notes = { isDoubleEncoded: false, pathStart: -1, pathEnd: -1 };
  // CONNECT names an authority, which is no URI
  if (equalsText(tx.method, 'CONNECT') && !hasScheme(tx.rawUri)) return false;
  tx.uri = normalizeUri(tx.rawUri, settings, notes);
  tx.path = notes.pathStart < 0 ? null : tx.uri.subarray(notes.pathStart, notes.pathEnd);
  return notes.isDoubleEncoded;
}

/** @param line the transaction's own; @returns the anomalies found */
export function takeStatusLine(tx: HttpTransaction, line: Uint8Array): readonly number[] {
  const A = HTTP_ANOMALY;
  const found: number[] = [];
  const { protocol, status, number, message } = parseStatusLine(line);
  tx.hasResponse = true;
  tx.response.line = line;
  tx.response.protocol = protocol;
  tx.status = status;
  tx.statusNumber = number;
  tx.statusMessage = message;
  if (!isVersion(protocol)) found.push(A.response_line_invalid_protocol);
  if (isVersionNine(protocol)) found.push(A.protocol_contains_extra_data);
  if (number < 0) found.push(A.response_line_invalid_response_status);
  return found;
}
