// RESP, the protocol of Redis (https://redis.io/docs/latest/develop/reference/protocol-spec/): commands as arrays of bulk
// strings, and as much of replies as tells whether a command was carried out.

/** The bytes of a command. */
export function command(words: readonly (string | Uint8Array)[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from(`*${String(words.length)}\r\n`)];
  for (const word of words) parts.push(...bulk(typeof word === 'string' ? Buffer.from(word) : word));
  return Buffer.concat(parts);
}

const LINE_END = Buffer.from('\r\n');

function bulk(bytes: Uint8Array): Uint8Array[] {
  return [Buffer.from(`$${String(bytes.length)}\r\n`), bytes, LINE_END];
}

/** Commands that differ in their last word alone: what comes before it is made once. */
export class CommandTemplate {
  private readonly before: Buffer;

  constructor(words: readonly string[]) {
    const whole = command([...words, '']);
    this.before = whole.subarray(0, whole.length - '$0\r\n\r\n'.length);
  }

  of(last: Uint8Array): Buffer {
    return Buffer.concat([this.before, ...bulk(last)]);
  }
}

const CR = 13;
const LF = 10;
/** Bytes of a line, or of a string, beyond which it is no reply to what we ask. */
const LONGEST = 1 << 20;

/** What came back: the error's text, or undefined for anything else. */
export type OnReply = (error: string | undefined) => void;

/** Takes replies in pieces, wherever they are cut. */
export class ReplyReader {
  private readonly onReply: OnReply;
  private rest: Buffer = Buffer.alloc(0);

  constructor(onReply: OnReply) {
    this.onReply = onReply;
  }

  /** @returns false for bytes that are no replies: nothing behind them can be read */
  take(bytes: Buffer): boolean {
    let data = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    while (data.length > 0) {
      const end = valueEnd(data, 0);
      if (end === BROKEN) return false;
      if (end === UNFINISHED) break;
      this.onReply(data[0] === 0x2d ? data.toString('utf8', 1, data.indexOf(CR)) : undefined);
      data = data.subarray(end);
    }
    this.rest = Buffer.from(data);
    return true;
  }
}

const UNFINISHED = -1;
const BROKEN = -2;

/** Where the value that begins at `o` ends; UNFINISHED or BROKEN. */
function valueEnd(data: Buffer, o: number): number {
  const line = data.indexOf(LF, o);
  if (line < 0) return data.length - o > LONGEST ? BROKEN : UNFINISHED;
  if (data[line - 1] !== CR) return BROKEN;
  const after = line + 1;
  switch (data[o]) {
    case 0x2b: // + simple string
    case 0x2d: // - error
    case 0x3a: // : integer
      return after;
    case 0x24: // $ bulk string
      return bulkEnd(data, after, Number(data.toString('latin1', o + 1, line - 1)));
    case 0x2a: // * array
      return arrayEnd(data, after, Number(data.toString('latin1', o + 1, line - 1)));
    default:
      return BROKEN;
  }
}

function bulkEnd(data: Buffer, o: number, length: number): number {
  if (!Number.isInteger(length) || length < -1 || length > LONGEST) return BROKEN;
  if (length === -1) return o; // null
  const end = o + length + LINE_END.length;
  if (end > data.length) return UNFINISHED;
  return data[end - 2] === CR && data[end - 1] === LF ? end : BROKEN;
}

function arrayEnd(data: Buffer, o: number, count: number): number {
  if (!Number.isInteger(count) || count < -1 || count > LONGEST) return BROKEN;
  let at = o;
  for (let i = 0; i < count; i++) {
    at = at < data.length ? valueEnd(data, at) : UNFINISHED;
    if (at < 0) return at;
  }
  return at;
}
