// BoundaryStack: the boundaries of the multipart bodies that a message is in (RFC 2046 section 5.1.1).

const DASH = 0x2d;
/** Bodies within bodies that are followed. */
const MOST = 64;

export class BoundaryStack {
  private readonly stack: Uint8Array[] = [];
  /** Bytes of a line that decide whether it is one of them, dashes included. */
  longest = 0;

  get isEmpty(): boolean {
    return this.stack.length === 0;
  }

  push(boundary: Uint8Array): void {
    if (this.stack.length >= MOST) this.stack.shift();
    this.stack.push(boundary);
    this.measure();
  }

  /** Whether a line that begins so can be a boundary. */
  mayBegin(data: Uint8Array, start: number, end: number): boolean {
    return data[start] === DASH && (start + 1 >= end || data[start + 1] === DASH);
  }

  /** A line against all boundaries, innermost first; those within the one found are over, and with `end` that one too. */
  match(line: Uint8Array, length: number): 'none' | 'part' | 'end' {
    if (length < 2 || line[0] !== DASH || line[1] !== DASH) return 'none';
    for (let i = this.stack.length - 1; i >= 0; i--) {
      const boundary = this.stack[i]!;
      const end = 2 + boundary.length;
      if (!isAt(line, length, boundary)) continue;
      const isLast = end + 2 <= length && line[end] === DASH && line[end + 1] === DASH;
      this.stack.length = isLast ? i : i + 1;
      this.measure();
      return isLast ? 'end' : 'part';
    }
    return 'none';
  }

  private measure(): void {
    this.longest = 0;
    for (const one of this.stack) this.longest = Math.max(this.longest, one.length + 4);
  }
}

function isAt(line: Uint8Array, length: number, boundary: Uint8Array): boolean {
  if (length < 2 + boundary.length) return false;
  for (let i = 0; i < boundary.length; i++) if (line[2 + i] !== boundary[i]) return false;
  return true;
}
