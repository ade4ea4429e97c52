// How the body of a message ends, as its headers say (RFC 9112 section 6).

import { Framing } from './body.ts';
import { HTTP_ANOMALY } from './events.ts';
import { isChunkedVersion, lengthIn } from './first-line.ts';
import { HeaderId, headerOf, valueOf } from './headers.ts';
import { lengthNotes } from './notes.ts';
import { equalsText, namesChunks } from './scan.ts';
import type { HttpMessage } from './transaction.ts';

export interface BodyFraming {
  /** Value of Framing; none: no body follows. */
  readonly framing: number;
  /** Bytes, where its length is told. */
  readonly size: number;
  /** Anomalies of the headers that say so. */
  readonly notes: readonly number[];
}

const NO_BODY = 0;

export function requestFraming({ headers }: HttpMessage): BodyFraming {
  const A = HTTP_ANOMALY;
  const encoding = valueOf(headers, HeaderId['transfer-encoding']);
  const notes: number[] = [];
  if (encoding !== null && namesChunks(encoding)) return { framing: Framing.chunked, size: 0, notes };
  if (encoding !== null) notes.push(A.invalid_transfer_encoding_value_in_request);
  const length = valueOf(headers, HeaderId['content-length']);
  const size = length === null ? NO_BODY : lengthIn(length, 0, length.length);
  if (length !== null) notes.push(...lengthNotes(length));
  if (size < 0) notes.push(A.invalid_content_length_field_in_request);
  return size > 0 ? { framing: Framing.length, size, notes } : { framing: Framing.none, size: 0, notes };
}

export function responseFraming({ headers, protocol }: HttpMessage): BodyFraming {
  const A = HTTP_ANOMALY;
  const encoding = headerOf(headers, HeaderId['transfer-encoding']);
  const notes: number[] = [];
  if (encoding !== undefined && namesChunks(encoding.value)) {
    if (!equalsText(encoding.value, 'chunked')) notes.push(A.response_abnormal_transfer_encoding);
    if (!isChunkedVersion(protocol)) notes.push(A.response_chunked_old_proto);
    return { framing: Framing.chunked, size: 0, notes };
  }
  const length = headerOf(headers, HeaderId['content-length']);
  if (length === undefined) return { framing: Framing.untilClose, size: 0, notes };
  const size = lengthIn(length.value, 0, length.value.length);
  notes.push(...lengthNotes(length.value));
  if (size >= 0) return { framing: size === 0 ? Framing.none : Framing.length, size, notes };
  notes.push(A.invalid_content_length_field_in_response);
  return { framing: Framing.untilClose, size: 0, notes };
}

/** Whether the headers say how long the body is. */
export function isFramed({ headers }: HttpMessage): boolean {
  return (
    valueOf(headers, HeaderId['content-length']) !== null || valueOf(headers, HeaderId['transfer-encoding']) !== null
  );
}

/** A status that has no body (RFC 9110 section 6.4.1). */
export function isBodiless(status: number): boolean {
  return (status >= 100 && status < 200) || status === 204 || status === 304;
}
