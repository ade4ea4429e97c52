// Quoted-printable (RFC 2045 section 6.7), wherever the input is cut. A wrong escape is dropped and counted.

const EQUALS = 0x3d;
const CR = 0x0d;
const LF = 0x0a;

export class QuotedPrintableDecoder {
  /** Decoded by the last call: the first `length` bytes. */
  out: Uint8Array = new Uint8Array(256);
  length = 0;
  /** Wrong escapes in the last call. */
  invalid = 0;
  /** Bytes of an escape so far: 0 outside, 1 after `=`, 2 after its first digit. */
  private state = 0;
  private first = 0;
  /** `=` and carriage return: a line end must follow. */
  private hasReturn = false;

  decode(data: Uint8Array, start: number, end: number): void {
    if (this.out.length < end - start + 4) this.out = new Uint8Array((end - start + 4) * 2);
    this.length = 0;
    this.invalid = 0;
    for (let i = start; i < end; i++) this.byte(data[i]!);
  }

  private byte(byte: number): void {
    if (this.state === 0) {
      if (byte === EQUALS) {
        this.state = 1;
        this.hasReturn = false;
      } else this.emit(byte);
    } else if (byte === LF) this.lineEnd();
    else if (byte === CR) this.hasReturn = true;
    else if (this.state === 1) {
      this.first = byte;
      this.state = 2;
    } else this.escape(byte);
  }

  /** A line end within an escape: soft right after `=`, otherwise the escape is wrong and the line end stays. */
  private lineEnd(): void {
    if (this.state === 2) {
      this.invalid++;
      if (this.hasReturn) this.emit(CR);
      this.emit(LF);
    }
    this.state = 0;
  }

  private escape(second: number): void {
    const high = digit(this.first);
    const low = digit(second);
    if (high < 0 || low < 0) this.invalid++;
    else this.emit((high << 4) | low);
    this.state = 0;
  }

  private emit(byte: number): void {
    this.out[this.length++] = byte;
  }
}

/** Capitals only, as the standard has it. */
function digit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  return byte >= 0x41 && byte <= 0x46 ? byte - 0x37 : -1;
}
