// Heartbeats (RFC 6520): one is under way until the other end sends one; what asks for more than it brings wants memory
// that is none of its business. Measured beside Suricata 8.0.8.

import type { Direction } from '../../framework/transaction.ts';
import { u16 } from '../../wire/read.ts';
import { TLS_ANOMALY } from './events.ts';
import { NO_PROBLEM } from './record.ts';

/** Type and length of the payload. */
const HEADER = 3;
const REQUEST = 1;
const RESPONSE = 2;
const LEAST_PADDING = 16;

export class Heartbeats {
  /** Who sent the one under way, null for none; and how long it was when it could not be read, else 0. */
  private sender: Direction | null = null;
  private size = 0;

  /** Id of the anomaly that it is, NO_PROBLEM for none. @param isEncrypted only its length can be seen */
  next(direction: Direction, data: Uint8Array, start: number, end: number, isEncrypted: boolean): number {
    if (!isEncrypted) {
      if (end - start < HEADER) return NO_PROBLEM;
      const problem = problemOf(data, start, end);
      if (problem !== NO_PROBLEM) return problem;
    }
    if (this.sender === direction) return TLS_ANOMALY.invalid_heartbeat_message;
    const asked = this.size;
    const isAnswer = this.sender !== null;
    this.sender = isAnswer ? null : direction;
    this.size = isAnswer || !isEncrypted ? 0 : end - start;
    return asked > 0 && end - start > asked ? TLS_ANOMALY.dataleak_heartbeat_mismatch : NO_PROBLEM;
  }
}

function problemOf(data: Uint8Array, start: number, end: number): number {
  if (data[start] !== REQUEST && data[start] !== RESPONSE) return TLS_ANOMALY.invalid_heartbeat_message;
  const padding = end - start - HEADER - u16(data, start + 1);
  if (padding < 0) return TLS_ANOMALY.overflow_heartbeat_message;
  return padding < LEAST_PADDING ? TLS_ANOMALY.invalid_heartbeat_message : NO_PROBLEM;
}
