// CaptureReader: the face of a capture file, and what the two formats share (problems, counts, progress).
import type { PacketBatch } from './batch.ts';
import type { CaptureProblem, CaptureProblemCode } from './problem.ts';
import type { Window } from './window.ts';

/** Captured lengths above this are taken for corruption, as libpcap and Wireshark do. */
export const MAX_CAPTURED_LENGTH = 262_144;

/** Reads one file, in order. Never throws; what is wrong is in `problems`, and packets before it are good. */
export interface CaptureReader {
  readonly path: string;
  readonly format: 'pcap' | 'pcapng';
  readonly problems: readonly CaptureProblem[];
  /** Packets handed out so far. */
  readonly packets: number;
  /** Packets skipped because they did not fit the region. */
  readonly oversized: number;
  /** Fills the batch; the number of packets, 0 at the end. Packets of the batch before become invalid. */
  next(batch: PacketBatch): number;
  /** Part of the file already read, 0 to 1; undefined for a pipe. */
  progress(): number | undefined;
  close(): void;
}

export abstract class FormatReader implements CaptureReader {
  abstract readonly format: 'pcap' | 'pcapng';
  readonly path: string;
  readonly problems: CaptureProblem[] = [];
  packets = 0;
  oversized = 0;
  protected readonly window: Window;
  protected isAtEnd = false;
  private isClosed = false;

  constructor(path: string, window: Window) {
    this.path = path;
    this.window = window;
  }

  next(batch: PacketBatch): number {
    batch.count = 0;
    if (!this.isAtEnd) this.readInto(batch);
    this.packets += batch.count;
    return batch.count;
  }

  /** Adds packets until the batch is full, the window used up (with a packet in the batch) or the file ends. */
  protected abstract readInto(batch: PacketBatch): void;

  progress(): number | undefined {
    const { size, consumed } = this.window.source;
    return size > 0 ? Math.min(1, consumed / size) : undefined;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isAtEnd = true;
    this.window.source.close();
  }

  /** The file ended where a whole record was wanted; at a record's beginning that is how files end. */
  protected endOfFile(what: string): void {
    this.isAtEnd = true;
    const { window } = this;
    if (window.source.error !== undefined)
      this.report(
        this.isCutShort(window.source.error) ? 'truncated' : 'unreadable',
        `reading stopped: ${window.source.error}`,
      );
    else if (window.limit > window.position) this.report('truncated', `file ends in the middle of a ${what}`);
  }

  private isCutShort(error: string): boolean {
    return error.includes('unexpected end of file'); // zlib's words for a compressed file that was cut
  }

  /** Nothing after this point can be trusted. */
  protected stop(message: string): void {
    this.isAtEnd = true;
    this.report('corrupt', message);
  }

  protected report(code: CaptureProblemCode, message: string): void {
    this.problems.push({ code, message, file: this.path, offset: this.window.fileOffset });
  }

  protected skipOversized(size: number, what: string): void {
    if (this.oversized === 0)
      this.report('oversized_packet', `${what} of ${size} bytes does not fit the ${this.window.size} byte region`);
    this.oversized++;
    if (this.window.skip(size)) return;
    this.isAtEnd = true;
    this.report('truncated', `file ends in the middle of a ${what}`);
  }
}
