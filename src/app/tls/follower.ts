// TlsFollower: from record to record, for connections whose handshake nobody looks at. It gives up where the parser does,
// but for hellos that are not the first message of their record, or in several records.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { u16 } from '../../wire/read.ts';
import { helloIn } from './handshake.ts';
import { Heartbeats } from './heartbeat.ts';
import { Content, HEADER, NO_PROBLEM, isSsl2, mayIgnore, recordProblem, ssl2Header, ssl2Length } from './record.ts';
import { isOpen } from './version.ts';

export class TlsFollower extends AppParser {
  /** The client asked for version 2 of SSL. */
  private isVersion2 = false;
  /** Of their hellos; until then, of their records. */
  private readonly versions: [number, number] = [0, 0];
  /** Bytes of the record under way that are to come. */
  private readonly left: [number, number] = [0, 0];
  private heartbeats: Heartbeats | null = null;
  private hasChangedCipher = false;
  /** Their first handshake records were looked at: hellos say versions that records are judged by. */
  private readonly hasBegun: [boolean, boolean] = [false, false];
  private readonly hasHello: [boolean, boolean] = [false, false];

  constructor(flow: AppFlow) {
    super(flow);
    this.newId(); // the connection is one transaction, there from the start
  }

  data(input: AppInput): number {
    const { direction, data, start, end, isEof } = input;
    const { left, versions, hasHello } = this;
    this.flow.isQuiet = true;
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
      if (!hasHello[direction] || isOpen(versions[direction])) versions[direction] = u16(data, at + 1);
      const version = versions[direction];
      const problem = recordProblem(data[at]!, version, length);
      const mayGoOn = problem === NO_PROBLEM || (hasHello[direction] && mayIgnore(data[at]!, version, length));
      if (!mayGoOn) return PARSE_FAILED;
      at += HEADER;
      const type = data[at - HEADER]!;
      if (this.isLookedAt(direction, type)) {
        if (end - at < length) return isEof ? end - start : at - HEADER - start;
        if (type === Content.handshake) this.readHello(direction, data, at, at + length);
        else if (!this.isReadable(direction, data, at, at + length)) return PARSE_FAILED;
      } else if (type === Content.changeCipher) this.hasChangedCipher = true;
      left[direction] = length;
    }
    if (isEof) return end - start;
    this.flow.skip = left[direction];
    return at - start;
  }

  /** Whether the inside of a record decides what becomes of the connection. */
  private isLookedAt(direction: Direction, type: number): boolean {
    if (type === Content.handshake) return !this.hasBegun[direction];
    return type === Content.heartbeat || type === Content.alert;
  }

  private readHello(direction: Direction, data: Uint8Array, at: number, end: number): void {
    this.hasBegun[direction] = true;
    const hello = helloIn(data, at, end);
    if (hello === null) return;
    this.hasHello[direction] = true;
    this.versions[direction] = hello.version;
  }

  /** Whether the parser goes on behind the heartbeat or alert in [at, end). */
  private isReadable(direction: Direction, data: Uint8Array, at: number, end: number): boolean {
    if (data[at - HEADER] === Content.alert) return end - at >= 2;
    this.heartbeats ??= new Heartbeats();
    return this.heartbeats.next(direction, data, at, end, this.hasChangedCipher) === NO_PROBLEM;
  }

  override passed(direction: Direction, length: number): void {
    this.left[direction] -= length;
  }
}
