// HttpParts: what the keywords of HTTP see of a request and its response that are no text of HTTP/1, and the request that
// goes over from HTTP/1 when a connection is upgraded.

import type { BodyBuffer } from './body-buffer.ts';
import type { Direction } from './transaction.ts';

/** Parts of messages that rules look at: the names of their keywords without `http.`. */
export type HttpPart =
  | 'uri'
  | 'uri.raw'
  | 'method'
  | 'host'
  | 'host.raw'
  | 'user_agent'
  | 'referer'
  | 'accept'
  | 'accept_enc'
  | 'accept_lang'
  | 'location'
  | 'server'
  | 'connection'
  | 'content_len'
  | 'content_type'
  | 'request_line'
  | 'response_line'
  | 'protocol'
  | 'stat_code'
  | 'stat_msg'
  | 'header'
  | 'header.raw'
  | 'cookie'
  | 'header_names';

/** A transaction that rules on HTTP may look at. */
export interface HttpParts {
  /** Null when there is none. */
  httpPart(part: HttpPart, direction: Direction): Uint8Array | null;
  /** `name: value` of the headers of a direction, one at a time; null: no more. */
  httpHeader(direction: Direction, instance: number): Uint8Array | null;
  /** Its compression undone; null when there is none. */
  httpBody(direction: Direction): BodyBuffer | null;
}

/** The request that asked for another version, which answers it (RFC 7540 section 3.2). */
export class UpgradedRequest {
  readonly method: Uint8Array;
  readonly target: Uint8Array;
  /** Names and values as they came, in order. */
  readonly headers: readonly (readonly [name: Uint8Array, value: Uint8Array])[];

  constructor(
    method: Uint8Array,
    target: Uint8Array,
    headers: readonly (readonly [name: Uint8Array, value: Uint8Array])[],
  ) {
    this.method = method;
    this.target = target;
    this.headers = headers;
  }
}
