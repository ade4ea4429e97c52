// PcapngWriter: pcapng files with one section, several interfaces and comments on packets.
import { WriteBuffer } from './write-buffer.ts';
import { BYTE_ORDER_MAGIC, PcapngBlock } from './pcapng-reader.ts';

const Option = { end: 0, comment: 1, name: 2, application: 4 } as const;
const MAX_OPTION_LENGTH = 0xffff;
const TWO_32 = 2 ** 32;

export interface PcapngInterfaceOptions {
  readonly linkType: number;
  readonly snapLength?: number;
  readonly name?: string;
}

/** Methods throw the system's error when the file cannot be written. */
export class PcapngWriter {
  private readonly out: WriteBuffer;
  private interfaces = 0;

  /** `application` names the writing program in the section header. */
  constructor(path: string, options: { readonly application?: string } = {}) {
    this.out = new WriteBuffer(path);
    const encoded = encodeOptions([[Option.application, options.application]]);
    this.begin(PcapngBlock.section, 16 + encoded.length);
    this.out.uint32(BYTE_ORDER_MAGIC);
    this.out.uint16(1);
    this.out.uint16(0);
    this.out.uint32(0xffffffff); // section length: not said
    this.out.uint32(0xffffffff);
    this.end(encoded, 16 + encoded.length);
  }

  get size(): number {
    return this.out.written;
  }

  /** Describes an interface (times in microseconds, the default); its number for `write`. */
  addInterface(options: PcapngInterfaceOptions): number {
    const encoded = encodeOptions([[Option.name, options.name]]);
    this.begin(PcapngBlock.interface, 8 + encoded.length);
    this.out.uint16(options.linkType);
    this.out.uint16(0);
    this.out.uint32(options.snapLength ?? 0);
    this.end(encoded, 8 + encoded.length);
    return this.interfaces++;
  }

  /** One packet of an interface; `timestamp` in microseconds since the epoch. */
  write(
    interfaceId: number,
    data: Uint8Array,
    offset: number,
    length: number,
    wireLength: number,
    timestamp: number,
    comment?: string,
  ): void {
    const encoded = encodeOptions([[Option.comment, comment]]);
    const bodyLength = 20 + ((length + 3) & ~3) + encoded.length;
    const high = Math.floor(timestamp / TWO_32);
    this.begin(PcapngBlock.enhanced, bodyLength);
    this.out.uint32(interfaceId);
    this.out.uint32(high);
    this.out.uint32(timestamp - high * TWO_32);
    this.out.uint32(length);
    this.out.uint32(wireLength);
    this.out.bytes(data, offset, length);
    this.out.pad(length);
    this.end(encoded, bodyLength);
  }

  flush(): void {
    this.out.flush();
  }

  close(): void {
    this.out.close();
  }

  private begin(type: number, bodyLength: number): void {
    this.out.uint32(type);
    this.out.uint32(bodyLength + 12);
  }

  private end(options: Uint8Array, bodyLength: number): void {
    this.out.bytes(options, 0, options.length);
    this.out.uint32(bodyLength + 12);
  }
}

const NO_OPTIONS = new Uint8Array(0);

function encodeOptions(options: readonly (readonly [code: number, text: string | undefined])[]): Uint8Array {
  const parts: Buffer[] = [];
  for (const [code, text] of options) {
    if (text === undefined) continue;
    const value = Buffer.from(text).subarray(0, MAX_OPTION_LENGTH);
    const option = Buffer.alloc(4 + ((value.length + 3) & ~3));
    option.writeUInt16LE(code, 0);
    option.writeUInt16LE(value.length, 2);
    value.copy(option, 4);
    parts.push(option);
  }
  if (parts.length === 0) return NO_OPTIONS;
  parts.push(Buffer.alloc(4));
  return Buffer.concat(parts);
}
