// One direction of a connection: what its state machine waits for, and the message under way.

import type { BodyDecoder } from '../../applayer/content-coding/body-decoder.ts';
import type { Frame } from '../../framework/frame.ts';
import { Framing } from './body.ts';
import type { Multipart } from './multipart.ts';
import type { HttpTransaction } from './transaction.ts';

/** A line or header block longer than this is no HTTP. */
export const FIELD_LIMIT = 64 << 10;
/** The line of a chunk's size, at most. */
export const CHUNK_LINE_LIMIT = 1024;
/** Bytes behind a request line without protocol that may be junk; with more it has but lost its protocol. */
export const JUNK_BEHIND_LINE = 16;

/** What a direction waits for. */
export const Wait = {
  line: 0,
  headers: 1,
  body: 2,
  chunkSize: 3,
  chunkData: 4,
  chunkEnd: 5,
  trailer: 6,
  /** The rest is no HTTP (0.9, tunnels): taken and not looked at. */
  nothing: 7,
  /** A response whose status has no body says how long it is: what comes next decides. */
  bodyOrLine: 8,
  /** A request without protocol: header lines may follow all the same. */
  headersOrNothing: 9,
  /** A message is whole; what comes with it and begins no other is more of its body. */
  stray: 10,
  /** The same in the midst of a line: what comes next belongs to it. */
  strayLine: 11,
} as const;

export class Side {
  wait: number = Wait.line;
  /** Of the message under way, from its first byte on. */
  tx: HttpTransaction | null = null;
  framing: number = Framing.none;
  /** Bytes of the body or chunk to come. */
  left = 0;
  decoder: BodyDecoder | null = null;
  parts: Multipart | null = null;
  /** Nothing but space was in the stray line under way. */
  isBlankLine = false;
  /** The message under way, where frames are asked for. */
  frame: Frame | null = null;
}
