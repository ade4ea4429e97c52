// Messages of TLS put together from their parts, as they are on the wire.

const u8 = (value: number): Buffer => Buffer.of(value);
export const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 255);
const u24 = (value: number): Buffer => Buffer.of(value >> 16, (value >> 8) & 255, value & 255);
const list16 = (values: readonly number[]): Buffer => Buffer.concat(values.map(u16));
/** Behind its length of one or two bytes. */
const vector8 = (bytes: Buffer): Buffer => Buffer.concat([u8(bytes.length), bytes]);
export const vector16 = (bytes: Buffer): Buffer => Buffer.concat([u16(bytes.length), bytes]);
const vector24 = (bytes: Buffer): Buffer => Buffer.concat([u24(bytes.length), bytes]);

export function record(type: number, body: Buffer, version = 0x0301): Buffer {
  return Buffer.concat([u8(type), u16(version), vector16(body)]);
}

export function handshake(type: number, body: Buffer): Buffer {
  return Buffer.concat([u8(type), vector24(body)]);
}

export type Extension = readonly [type: number, body: Buffer];

export const sni = (name: string): Extension => [
  0,
  vector16(Buffer.concat([u8(0), vector16(Buffer.from(name, 'latin1'))])),
];
export const alpn = (...names: readonly string[]): Extension => [
  16,
  vector16(Buffer.concat(names.map((name) => vector8(Buffer.from(name))))),
];
export const groups = (...values: readonly number[]): Extension => [10, vector16(list16(values))];
export const pointFormats = (...values: readonly number[]): Extension => [11, vector8(Buffer.from(values))];
export const signatures = (...values: readonly number[]): Extension => [13, vector16(list16(values))];
export const versions = (...values: readonly number[]): Extension => [43, vector8(list16(values))];
export const chosenVersion = (value: number): Extension => [43, u16(value)];
export const empty = (type: number): Extension => [type, Buffer.alloc(0)];

const RANDOM = Buffer.alloc(32, 7);
const extensionBlock = (extensions: readonly Extension[]): Buffer =>
  vector16(Buffer.concat(extensions.map(([type, body]) => Buffer.concat([u16(type), vector16(body)]))));

export function clientHello(
  ciphers: readonly number[],
  extensions: readonly Extension[],
  { version = 0x0303, session = '' } = {},
): Buffer {
  const body = [u16(version), RANDOM, vector8(Buffer.from(session)), vector16(list16(ciphers)), vector8(u8(0))];
  return handshake(1, Buffer.concat([...body, extensionBlock(extensions)]));
}

export function serverHello(
  cipher: number,
  extensions: readonly Extension[],
  { version = 0x0303, session = '' } = {},
): Buffer {
  const body = [u16(version), RANDOM, vector8(Buffer.from(session)), u16(cipher), u8(0)];
  return handshake(2, Buffer.concat([...body, extensionBlock(extensions)]));
}

export function certificates(...chain: readonly Buffer[]): Buffer {
  return handshake(11, vector24(Buffer.concat(chain.map(vector24))));
}

export const SERVER_DONE = handshake(14, Buffer.alloc(0));
export const CLIENT_KEY = handshake(16, Buffer.alloc(34, 1));
export const CHANGE_CIPHER = record(20, u8(1));
export const ENCRYPTED = record(22, Buffer.alloc(40, 9));
export const application = (size: number): Buffer => record(23, Buffer.alloc(size, 8));

/** DER: an element of a tag around its contents. */
export function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const length = body.length < 128 ? u8(body.length) : Buffer.concat([u8(0x82), u16(body.length)]);
  return Buffer.concat([u8(tag), length, body]);
}

export const oid = (...bytes: readonly number[]): Buffer => der(6, Buffer.from(bytes));
const attribute = (last: number, value: string): Buffer =>
  der(0x31, der(0x30, oid(0x55, 4, last), der(12, Buffer.from(value))));
const name = (country: string, common: string): Buffer => der(0x30, attribute(6, country), attribute(3, common));

type CertificatePart =
  'version' | 'serial' | 'algorithm' | 'issuer' | 'validity' | 'subject' | 'key' | 'extensions' | 'signature';

interface CertificateOptions {
  readonly serial?: Buffer;
  readonly names?: readonly string[];
  readonly parts?: Readonly<Partial<Record<CertificatePart, Buffer>>>;
}

/** A certificate of example.com, signed by nobody. @param parts in place of what it has, whole elements */
export function certificate({
  serial = Buffer.of(0, 0xab, 1),
  names = ['example.com', 'www.example.com'],
  parts = {},
}: CertificateOptions = {}): Buffer {
  const validity = der(0x30, der(0x17, Buffer.from('200102030405Z')), der(0x18, Buffer.from('20501231235959Z')));
  const alternative = der(0x30, ...names.map((one) => der(0x82, Buffer.from(one))));
  const extensions = der(0xa3, der(0x30, der(0x30, oid(0x55, 0x1d, 17), der(4, alternative))));
  const key = der(0x30, der(0x30, oid(0x2a, 3)), der(3, u8(0)));
  const tbs = [
    parts.version ?? der(0xa0, der(2, u8(2))),
    parts.serial ?? der(2, serial),
    parts.algorithm ?? der(0x30, oid(0x2a, 3)),
    parts.issuer ?? name('NL', 'An Authority'),
    parts.validity ?? validity,
    parts.subject ?? name('US', 'example.com'),
    parts.key ?? key,
    parts.extensions ?? extensions,
  ];
  return der(0x30, der(0x30, ...tbs), der(0x30, oid(0x2a, 3)), parts.signature ?? der(3, u8(0)));
}
