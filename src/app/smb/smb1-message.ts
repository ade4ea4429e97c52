// A message of SMB1 under way: the parameter words and the bytes of the command of its chain that is looked at.

import type { MessageIds } from './host.ts';
import { endOfText, le16, le32, utf16 } from './read.ts';
import { NO_COMMAND, SMB1_HEADER, Smb1Header } from './smb1-header.ts';

export class Smb1Message {
  readonly header = new Smb1Header();
  /** Of the chain. */
  command = 0;
  data: Uint8Array = new Uint8Array(0);
  /** Of the message, from which offsets count; bytes up to `end` are there, of `length` in all. */
  start = 0;
  end = 0;
  length = 0;
  /** Where the words begin, and how many there are. */
  words = 0;
  count = 0;
  /** The bytes behind them. */
  bytes = 0;
  bytesEnd = 0;

  begin(data: Uint8Array, start: number, end: number, length: number): void {
    this.data = data;
    this.start = start;
    this.end = end;
    this.length = length;
    this.header.read(data, start);
    this.command = this.header.command;
  }

  /** Goes to the command at an offset from the header; false: it does not fit, and has no words and no bytes. */
  goTo(offset: number): boolean {
    const at = this.start + offset;
    const isThere = offset >= SMB1_HEADER && at + 3 <= this.end;
    this.count = isThere ? this.data[at]! : 0;
    this.words = at + 1;
    this.bytes = this.words + 2 * this.count + 2;
    if (!isThere || this.bytes > this.end) {
      this.count = 0;
      this.words = this.bytes = this.bytesEnd = this.end;
      return false;
    }
    this.bytesEnd = Math.min(this.end, this.bytes + le16(this.data, this.bytes - 2));
    return true;
  }

  /** All of the bytes that it says are behind the words. */
  get hasBytes(): boolean {
    return this.bytesEnd - this.bytes === le16(this.data, this.bytes - 2);
  }

  /** Numbers at an offset from the first word. */
  byte(offset: number): number {
    return this.data[this.words + offset]!;
  }

  u16(offset: number): number {
    return le16(this.data, this.words + offset);
  }

  u32(offset: number): number {
    return le32(this.data, this.words + offset);
  }

  /** Where a text at `at` ends, its zero not included. */
  textEnd(at: number, isUnicode = this.header.isUnicode): number {
    return endOfText(this.data, at, this.bytesEnd, { isUnicode });
  }

  /** Where the text behind one that ends at `end` begins. */
  behind(end: number, isUnicode = this.header.isUnicode): number {
    return end + (isUnicode ? 2 : 1);
  }

  /** Where a text at `at` begins: those of two bytes a character at an even offset. */
  aligned(at: number): number {
    return this.header.isUnicode ? at + ((at - this.start) & 1) : at;
  }

  text(at: number, end: number, isUnicode = this.header.isUnicode): Uint8Array {
    if (end <= at) return new Uint8Array(0);
    return isUnicode ? utf16(this.data, at, end) : this.data.slice(at, end);
  }

  /** Whether it is the only command of its message: bytes of a file that it carries may come later. */
  get isAlone(): boolean {
    return this.command === this.header.command && this.byte(0) === NO_COMMAND;
  }

  ids(): MessageIds {
    return this.header;
  }
}

/** Key of an open file. */
export function fileKey(fid: number, { userId }: Smb1Header): string {
  return `${String(fid)}.${String(userId)}`;
}

export function treeKey({ treeId }: Smb1Header): string {
  return `1.${String(treeId)}`;
}

/** As EVE has it. */
export function fidText(fid: number): string {
  return fid.toString(16).padStart(4, '0');
}
