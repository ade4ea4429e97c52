// TlsFollower: from record to record, for connections whose handshake nobody looks at. What makes the parser give up
// inside of records is not seen.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { u16 } from '../../wire/read.ts';
import { HEADER, NO_PROBLEM, isSsl2, mayIgnore, recordProblem, ssl2Header, ssl2Length } from './record.ts';
import { isOpen } from './version.ts';

export class TlsFollower extends AppParser {
  /** The client asked for version 2 of SSL. */
  private isVersion2 = false;
  /** Of their first records: no later ones are looked at. */
  private readonly versions: [number, number] = [0, 0];
  /** Bytes of the record under way that are to come. */
  private readonly left: [number, number] = [0, 0];

  constructor(flow: AppFlow) {
    super(flow);
    this.newId(); // the connection is one transaction, there from the start
  }

  data(input: AppInput): number {
    const { direction, data, start, end, isEof } = input;
    const { left, versions } = this;
    this.isQuiet = true;
    let at = start;
    if (input.isStart && isSsl2(data, at, end, direction === TO_CLIENT && this.isVersion2)) {
      const header = ssl2Header(data, start);
      at += header + ssl2Length(data, start);
      if (at > end) return isEof ? end - start : 0;
      if (direction === TO_SERVER) this.isVersion2 = u16(data, start + header + 1) === 2;
    }
    while (at < end) {
      if (left[direction] > 0) {
        const size = Math.min(left[direction], end - at);
        left[direction] -= size;
        at += size;
        continue;
      }
      if (end - at < HEADER) break;
      const length = u16(data, at + 3);
      if (isOpen(versions[direction])) versions[direction] = u16(data, at + 1);
      const version = versions[direction];
      const problem = recordProblem(data[at]!, version, length);
      if (problem !== NO_PROBLEM && !mayIgnore(data[at]!, version, length)) return PARSE_FAILED;
      left[direction] = length;
      at += HEADER;
    }
    if (isEof) return end - start;
    this.skip = left[direction];
    return at - start;
  }

  override passed(direction: Direction, length: number): void {
    this.left[direction] -= length;
  }
}
