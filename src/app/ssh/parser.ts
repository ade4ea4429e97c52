// The SSH parser: banners, then binary packets (RFC 4253 section 6) in the clear until both sides have changed keys.

import { defineAnomalies } from '../../framework/anomaly.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { AppInput } from '../../framework/app-input.ts';
import { AppParser, PARSE_FAILED } from '../../framework/app-parser.ts';
import type { Direction } from '../../framework/transaction.ts';
import { i32 } from '../../wire/read.ts';
import { CR, afterLine, lineEnd, parseBanner } from './banner.ts';
import { hasshString } from './kexinit.ts';
import { HASSH } from './settings.ts';
import type { SshSettings } from './settings.ts';
import { SshState, SshTransaction } from './transaction.ts';

const ANOMALY = defineAnomalies('applayer', 'ssh', [
  'invalid_banner',
  'long_banner',
  'invalid_record',
  'long_kex_record',
]);
/** RFC 4253 section 4.2, with the end of the line. */
const MAX_BANNER = 255;
/** Length, padding length, message number. */
const HEADER = 6;
const LENGTH_FIELD = 4;
/** Padding length and message number: less is no record. */
const SMALLEST_RECORD = 2;
/** Longest key exchange that is put together for its fingerprint. */
const LARGEST_KEXINIT = 65_535;
const KEXINIT = 20;
const NEWKEYS = 21;

export class SshParser extends AppParser {
  private readonly tx: SshTransaction;
  private readonly encryption: SshSettings['encryption'];
  private isEncrypted = false;

  constructor(flow: AppFlow, settings: SshSettings) {
    super(flow);
    this.encryption = settings.encryption;
    const hasHassh = settings.hassh === 'yes' || (settings.hassh === 'auto' && flow.services.isDemanded(HASSH));
    this.tx = new SshTransaction(this.newId(), { hasHassh, isWatchedToTheEnd: this.encryption === 'full' });
    this.begin(this.tx);
  }

  data(input: AppInput): number {
    if (this.isEncrypted) return input.length;
    const { direction, start } = input;
    const at = this.tx.progress[direction] < SshState.bannerDone ? this.banner(input) : start;
    if (at < 0) return PARSE_FAILED;
    if (this.tx.progress[direction] < SshState.bannerDone) return at - start;
    const done = this.records(input, at);
    return done < 0 ? PARSE_FAILED : done - start;
  }

  /** Where it is done, or PARSE_FAILED. */
  private banner(input: AppInput): number {
    const { data, direction, start, end } = input;
    const line = lineEnd(data, start, end);
    if (this.tx.progress[direction] === SshState.inProgress) {
      if (line < 0 && end - start <= MAX_BANNER) return start;
      if (!this.readBanner(input, line < 0 ? withoutReturn(data, end) : line)) return PARSE_FAILED;
    }
    this.changed(direction);
    this.tx.advance(direction, line < 0 ? SshState.bannerWaitEol : SshState.bannerDone);
    if (line >= 0) this.flow.services.triggerRawInspection(this.flow, direction);
    return line < 0 ? end : afterLine(data, line, end);
  }

  private readBanner({ data, direction, start }: AppInput, end: number): boolean {
    const banner = parseBanner(data, start, end);
    if (banner === null) {
      this.anomaly(this.tx, ANOMALY.invalid_banner);
      return false;
    }
    if (end - start > MAX_BANNER) this.anomaly(this.tx, ANOMALY.long_banner);
    const side = this.tx.side(direction);
    side.proto = banner.proto;
    side.software = banner.software;
    return true;
  }

  /** The records from `at` on: where it is done, or PARSE_FAILED. */
  private records(input: AppInput, at: number): number {
    const { data, direction, end } = input;
    const side = this.tx.side(direction);
    for (;;) {
      const skipped = Math.min(side.skip, end - at);
      side.skip -= skipped;
      at += skipped;
      if (end - at < LENGTH_FIELD) return at;
      const length = i32(data, at) >>> 0;
      if (length < SMALLEST_RECORD) {
        this.anomaly(this.tx, ANOMALY.invalid_record);
        return PARSE_FAILED;
      }
      if (end - at < HEADER) return at;
      const type = data[at + LENGTH_FIELD + 1]!;
      if (type === KEXINIT && !this.kexinit(input, at, length)) return at;
      this.mark(input, at, length);
      side.skip = LENGTH_FIELD + length;
      if (type === NEWKEYS && this.newKeys(direction)) return end;
    }
  }

  private mark(input: AppInput, at: number, length: number): void {
    if (this.flow.frames === null) return;
    this.frame(input, 'record.hdr', at, HEADER, this.tx);
    this.frame(input, 'record.data', at + HEADER, length - SMALLEST_RECORD, this.tx);
    this.frame(input, 'record.pdu', at, LENGTH_FIELD + length, this.tx);
  }

  /** False: the rest of the record is needed first. */
  private kexinit({ data, direction, end }: AppInput, at: number, length: number): boolean {
    const side = this.tx.side(direction);
    if (!this.tx.hasHassh) return true;
    if (length >= LARGEST_KEXINIT) {
      this.anomaly(this.tx, ANOMALY.long_kex_record);
      return true;
    }
    if (side.hasshString !== null) return true;
    if (end - at < LENGTH_FIELD + length) return false;
    side.hasshString = hasshString(data, at + HEADER, at + LENGTH_FIELD + length, direction);
    if (side.hasshString !== null) this.changed(direction);
    return true;
  }

  /** What a side sends next is encrypted; true when the other side does so too. */
  private newKeys(direction: Direction): boolean {
    this.tx.advance(direction, SshState.finished);
    this.changed(direction);
    if (!this.tx.areBoth(SshState.finished)) return false;
    this.isEncrypted = true;
    const { encryption, flow } = this;
    if (encryption === 'bypass') flow.services.stopInspection(flow, { bypass: true });
    else if (encryption === 'track-only') flow.services.stopReassembly(flow);
    return true;
  }
}

/** A carriage return may be the first half of a line end. */
function withoutReturn(data: Uint8Array, end: number): number {
  return data[end - 1] === CR ? end - 1 : end;
}
