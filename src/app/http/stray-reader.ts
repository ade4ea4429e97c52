// StrayReader: what follows a message and begins no other is more of its body, line by line.

import type { AppInput } from '../../framework/app-input.ts';
import { TO_CLIENT } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { BodySink } from './body-sink.ts';
import { HTTP_ANOMALY } from './events.ts';
import { Wait } from './side.ts';
import type { Side } from './side.ts';
import { endOf, isBlank, strayInRequest, strayInResponse } from './stray.ts';
import type { HttpTransaction } from './transaction.ts';

const LF = 10;

/** The parser that they are read for. */
export interface StrayHost {
  note(tx: HttpTransaction, id: number): void;
  /** A message is complete. */
  finish(side: Side, direction: Direction): void;
}

export class StrayReader {
  private readonly host: StrayHost;
  private readonly sink: BodySink;

  constructor(host: StrayHost, sink: BodySink) {
    this.host = host;
    this.sink = sink;
  }

  /** As long as no message begins; with the bytes at hand the message is over, but within a request's line. */
  step({ data, end, direction }: AppInput, side: Side, at: number): number {
    const next = direction === TO_CLIENT ? this.inResponse(data, side, at, end) : this.inRequest(data, side, at, end);
    if (next === at) this.host.finish(side, direction);
    else for (const id of this.sink.take(side, direction, data, at, next)) this.host.note(side.tx!, id);
    return next;
  }

  private inResponse(data: Uint8Array, side: Side, at: number, end: number): number {
    const next = strayInResponse(data, at, end);
    if (next > at && data[next - 1] === LF) this.host.note(side.tx!, HTTP_ANOMALY.response_body_unexpected);
    return next;
  }

  private inRequest(data: Uint8Array, side: Side, at: number, end: number): number {
    const isWithin = side.wait === Wait.strayLine;
    const next = isWithin ? endOf(data, at, end) : strayInRequest(data, at, end);
    if (next === at) return at;
    const isOver = data[next - 1] === LF;
    side.isBlankLine = (!isWithin || side.isBlankLine) && isBlank(data, at, next);
    side.wait = isOver ? Wait.stray : Wait.strayLine;
    if (isOver && !side.isBlankLine) this.host.note(side.tx!, HTTP_ANOMALY.request_body_unexpected);
    return next;
  }
}
