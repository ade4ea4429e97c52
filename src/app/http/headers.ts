// Header lines of a message: names and values as they came, with the few that matter to the parser told apart.

/** Headers that parsing, records or rules ask for by name. */
export const KNOWN_HEADERS = [
  '',
  'host',
  'user-agent',
  'referer',
  'accept',
  'accept-encoding',
  'accept-language',
  'cookie',
  'set-cookie',
  'connection',
  'content-length',
  'content-type',
  'content-encoding',
  'content-disposition',
  'content-range',
  'transfer-encoding',
  'location',
  'server',
  'authorization',
  'upgrade',
  'expect',
  'x-forwarded-for',
  'range',
  'date',
] as const;
export type KnownHeader = (typeof KNOWN_HEADERS)[number];

const byLength: { readonly id: number; readonly name: Uint8Array }[][] = [];
KNOWN_HEADERS.forEach((name, id) => {
  if (name !== '') (byLength[name.length] ??= []).push({ id, name: Buffer.from(name) });
});

export const HeaderId = Object.fromEntries(KNOWN_HEADERS.map((name, id) => [name, id])) as Readonly<
  Record<KnownHeader, number>
>;

/** A header; its name and value are shown as views when somebody asks for them. */
export class Header {
  /** Index into KNOWN_HEADERS, 0 for others. */
  readonly id: number;
  /** The name is [nameStart, nameEnd) of it. */
  readonly nameData: Uint8Array;
  readonly nameStart: number;
  readonly nameEnd: number;
  /** The value is [valueStart, valueEnd) of it. */
  valueData: Uint8Array;
  valueStart: number;
  valueEnd: number;
  /** How often it came; the values are joined by `, `. */
  count = 1;
  /** It came again with another value. */
  isAmbiguous = false;
  private shownName: Uint8Array | null = null;
  private shownValue: Uint8Array | null = null;

  constructor(id: number, data: Uint8Array, nameStart: number, nameEnd: number, valueStart: number, valueEnd: number) {
    this.id = id;
    this.nameData = data;
    this.nameStart = nameStart;
    this.nameEnd = nameEnd;
    this.valueData = data;
    this.valueStart = valueStart;
    this.valueEnd = valueEnd;
  }

  get name(): Uint8Array {
    return (this.shownName ??= this.nameData.subarray(this.nameStart, this.nameEnd));
  }

  get value(): Uint8Array {
    return (this.shownValue ??= this.valueData.subarray(this.valueStart, this.valueEnd));
  }

  set value(bytes: Uint8Array) {
    this.shownValue = this.valueData = bytes;
    this.valueStart = 0;
    this.valueEnd = bytes.length;
  }
}

/** What reading a header block found out besides the headers. */
export interface HeaderNotes {
  /** A line end that is none: CRLF, CR and a space. */
  hasOddLine: boolean;
  missesColon: boolean;
  /** A line that goes on with nothing. */
  isFoldedWrongly: boolean;
  hasSpaceBeforeColon: boolean;
  /** A name has letters that names do not have (RFC 9110 section 5.6.2). */
  hasOddName: boolean;
  /** How many headers came more than once. */
  repeated: number;
  /** One more header than so many is taken, at most. */
  limit: number;
  isTooMany: boolean;
}

export function freshNotes(): HeaderNotes {
  return {
    missesColon: false,
    isFoldedWrongly: false,
    hasSpaceBeforeColon: false,
    hasOddName: false,
    repeated: 0,
    limit: HEADERS_LIMIT,
    isTooMany: false,
    hasOddLine: false,
  };
}

export function clearNotes(notes: HeaderNotes): HeaderNotes {
  notes.missesColon = notes.isFoldedWrongly = notes.hasSpaceBeforeColon = notes.hasOddName = false;
  notes.repeated = 0;
  notes.isTooMany = notes.hasOddLine = false;
  return notes;
}

/** Headers of a message, without `headers-limit`. */
export const HEADERS_LIMIT = 1024;

export function isSpace(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 11 || byte === 12 || byte === 13;
}

export function equalsNocase(data: Uint8Array, start: number, end: number, lower: Uint8Array): boolean {
  if (end - start !== lower.length) return false;
  for (let i = 0; i < lower.length; i++) {
    const byte = data[start + i]!;
    if (byte !== lower[i] && !(byte >= 65 && byte <= 90 && (byte | 32) === lower[i])) return false;
  }
  return true;
}

export function identify(data: Uint8Array, start: number, end: number): number {
  const list = byLength[end - start];
  if (list === undefined) return 0;
  for (let i = 0; i < list.length; i++) if (equalsNocase(data, start, end, list[i]!.name)) return list[i]!.id;
  return 0;
}

export function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte | 32 : byte;
}

export function joined(a: Uint8Array, between: string, b: Uint8Array): Uint8Array {
  const result = new Uint8Array(a.length + between.length + b.length);
  result.set(a);
  for (let i = 0; i < between.length; i++) result[a.length + i] = between.charCodeAt(i);
  result.set(b, a.length + between.length);
  return result;
}

/** @param id of HeaderId */
export function valueOf(headers: readonly Header[], id: number): Uint8Array | null {
  return headerOf(headers, id)?.value ?? null;
}

/** @param name in lower case */
export function namedValue(headers: readonly Header[], name: string): Uint8Array | null {
  for (const header of headers) if (nameOf(header) === name) return header.value;
  return null;
}

/** In lower case. */
export function nameOf({ id, name }: Header): string {
  return id > 0 ? KNOWN_HEADERS[id]! : Buffer.from(name).toString('latin1').toLowerCase();
}

export function headerOf(headers: readonly Header[], id: number): Header | undefined {
  for (let i = 0; i < headers.length; i++) if (headers[i]!.id === id) return headers[i];
  return undefined;
}
