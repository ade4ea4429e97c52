// DNS messages for tests, built from their parts.

const CLASS_IN = 1;

export function nameBytes(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
}

function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => bytes.writeUInt16BE(value, 2 * i));
  return bytes;
}

export interface TestRecord {
  readonly name: Uint8Array;
  readonly type: number;
  readonly rdata: Uint8Array;
}

/** The name of the first question, as records point to it. */
export const TO_QUESTION = Buffer.from([0xc0, 12]);

export function record(type: number, rdata: Uint8Array, name: Uint8Array = TO_QUESTION): TestRecord {
  return { name, type, rdata };
}

export interface TestMessage {
  readonly flags: number;
  readonly questions?: readonly (readonly [name: Uint8Array, type: number])[];
  readonly answers?: readonly TestRecord[];
  readonly authorities?: readonly TestRecord[];
  readonly additionals?: readonly TestRecord[];
}

export const REQUEST = 0x0100;
export const RESPONSE = 0x8180;

/** The message with id 7; records live for a minute. */
export function message({
  flags,
  questions = [],
  answers = [],
  authorities = [],
  additionals = [],
}: TestMessage): Buffer {
  const lists = [answers, authorities, additionals];
  return Buffer.concat([
    u16(7, flags, questions.length, ...lists.map(({ length }) => length)),
    ...questions.map(([name, type]) => Buffer.concat([name, u16(type, CLASS_IN)])),
    ...lists
      .flat()
      .map(({ name, type, rdata }) => Buffer.concat([name, u16(type, CLASS_IN, 0, 60, rdata.length), rdata])),
  ]);
}

/** As TCP carries it. */
export function framed(bytes: Uint8Array): Buffer {
  return Buffer.concat([u16(bytes.length), bytes]);
}
