// Irregularities that are seen once the headers of a message are there.

import { HTTP_ANOMALY } from './events.ts';
import { HeaderId, headerOf, valueOf } from './headers.ts';
import type { HeaderNotes } from './headers.ts';
import { METHODS } from './methods.ts';
import { isContentRange } from '../../applayer/content-range.ts';
import { isVersion } from './first-line.ts';
import { beginsWithText } from './scan.ts';
import { TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { HttpTransaction } from './transaction.ts';

const AUTHORIZATIONS = /^(basic|digest|bearer)\b/i;

const NONE: readonly number[] = [];

/** What reading the header block of a direction found out. */
export function headerNotes(tx: HttpTransaction, notes: HeaderNotes, direction: Direction): readonly number[] {
  if (isClean(notes)) return NONE;
  const isRequest = direction === TO_SERVER;
  const A = HTTP_ANOMALY;
  const found: number[] = [];
  const isFirst = !tx.hasOddField;
  tx.hasOddField ||= notes.hasSpaceBeforeColon || notes.hasOddName;
  if (notes.missesColon) found.push(isRequest ? A.request_field_missing_colon : A.response_field_missing_colon);
  if (isFirst && notes.hasSpaceBeforeColon)
    found.push(isRequest ? A.request_invalid_lws_after_name : A.response_invalid_lws_after_name);
  if (isFirst && notes.hasOddName) found.push(isRequest ? A.request_header_invalid : A.response_header_name_not_token);
  for (let i = 0; i < notes.repeated; i++)
    found.push(isRequest ? A.request_header_repetition : A.response_header_repetition);
  if (notes.isFoldedWrongly) found.push(isRequest ? A.invalid_request_field_folding : A.invalid_response_field_folding);
  if (notes.hasOddLine) found.push(A.deformed_eol);
  if (notes.isTooMany) found.push(isRequest ? A.request_too_many_headers : A.response_too_many_headers);
  return found;
}

function isClean(notes: HeaderNotes): boolean {
  if (notes.missesColon || notes.hasSpaceBeforeColon || notes.hasOddName || notes.repeated > 0) return false;
  return !notes.isFoldedWrongly && !notes.hasOddLine && !notes.isTooMany;
}

export function requestNotes(tx: HttpTransaction): readonly number[] {
  const { headers } = tx.request;
  const length = headerOf(headers, HeaderId['content-length']);
  if (length === undefined && headerOf(headers, HeaderId.authorization) === undefined) return NONE;
  const found: number[] = [];
  if (length !== undefined && length.count > 1) found.push(HTTP_ANOMALY.duplicate_content_length_field_in_request);
  const authorization = valueOf(headers, HeaderId.authorization);
  if (authorization !== null && !AUTHORIZATIONS.test(Buffer.from(authorization).toString('latin1')))
    found.push(HTTP_ANOMALY.request_auth_unrecognized);
  return found;
}

/** What stands beside the number of a Content-Length. */
export function lengthNotes(value: Uint8Array): readonly number[] {
  if (value.every((byte) => byte >= 48 && byte <= 57)) return NONE;
  const match = /^([^]*?)\d+([^]*)$/.exec(Buffer.from(value).toString('latin1'));
  const found: number[] = [];
  if (match === null) return found;
  if (match[1] !== '') found.push(HTTP_ANOMALY.content_length_extra_data_start);
  if (match[2] !== '') found.push(HTTP_ANOMALY.content_length_extra_data_end);
  return found;
}

export function responseNotes(tx: HttpTransaction): readonly number[] {
  const found: number[] = [];
  const { headers } = tx.response;
  const length = headerOf(headers, HeaderId['content-length']);
  if (length?.isAmbiguous === true) found.push(HTTP_ANOMALY.duplicate_content_length_field_in_response);
  if (tx.statusNumber === 101 && length !== undefined) found.push(HTTP_ANOMALY.switching_proto_with_content_length);
  const range = valueOf(headers, HeaderId['content-range']);
  if (range !== null && !isContentRange(range)) found.push(HTTP_ANOMALY.range_invalid);
  const type = valueOf(headers, HeaderId['content-type']);
  if (type !== null && beginsWithText(type, 0, 'multipart/byteranges'))
    found.push(HTTP_ANOMALY.response_multipart_byteranges);
  return found;
}

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);

/** A first line whose method nobody knows; null: it is known, or the rest of the line is as it should be. */
export function methodNote({ method, rawUri, request }: HttpTransaction): number | null {
  if (isVersion(request.protocol) || KNOWN_METHODS.has(Buffer.from(method).toString('latin1'))) return null;
  if (rawUri.length === 0) return HTTP_ANOMALY.request_line_unknown_method;
  return request.protocol.length === 0
    ? HTTP_ANOMALY.request_line_unknown_method_no_protocol
    : HTTP_ANOMALY.request_line_unknown_method_invalid_protocol;
}
