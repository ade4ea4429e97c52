// InflateSource: gzip as a blocking ByteSource. A small worker inflates ahead into a shared ring, so memory stays
// constant, reading stays synchronous (node:zlib has no synchronous streaming) and inflation uses another core.
import { Worker } from 'node:worker_threads';
import type { ByteSource, FileSource } from './source.ts';

const RING_BYTES = 1 << 22;
const ERROR_BYTES = 256;

/** Slots of the shared control words. Positions count bytes modulo 2^32. */
const Slot = { written: 0, read: 1, state: 2, errorLength: 3, consumedMiB: 4, count: 5 } as const;
const State = { running: 0, done: 1, failed: 2 } as const;

interface InflateJob {
  readonly control: SharedArrayBuffer;
  readonly ring: SharedArrayBuffer;
  readonly message: SharedArrayBuffer;
  readonly fd: number;
  readonly prefix: Uint8Array;
  readonly slot: typeof Slot;
  readonly state: typeof State;
}

export class InflateSource implements ByteSource {
  readonly size: number;
  error: string | undefined;
  private readonly file: FileSource;
  private readonly worker: Worker;
  private readonly control = new Int32Array(new SharedArrayBuffer(4 * Slot.count));
  private readonly ring = new Uint8Array(new SharedArrayBuffer(RING_BYTES));
  private readonly message = new Uint8Array(new SharedArrayBuffer(ERROR_BYTES));
  private position = 0;

  /** `prefix` holds the bytes already taken from the file; the file is owned from here on. */
  constructor(prefix: Uint8Array, file: FileSource) {
    this.file = file;
    this.size = file.size;
    const job: InflateJob = {
      control: this.control.buffer,
      ring: this.ring.buffer,
      message: this.message.buffer,
      fd: file.fd,
      prefix,
      slot: Slot,
      state: State,
    };
    // Evaluated from its own text: no module loading, which could wait for this thread while this thread waits for it.
    const code = `const __name = (f) => f;(${inflateInWorker.toString()})(require)`;
    this.worker = new Worker(code, { eval: true, workerData: job, execArgv: [], env: {} });
    this.worker.unref();
    this.worker.on('error', () => undefined);
  }

  /** To the nearest MiB: enough for a progress bar. */
  get consumed(): number {
    return Atomics.load(this.control, Slot.consumedMiB) * 2 ** 20;
  }

  read(target: Uint8Array, offset: number, length: number): number {
    const available = this.waitForBytes();
    const at = this.position & (RING_BYTES - 1);
    const size = Math.min(available, length, RING_BYTES - at);
    if (size === 0) return 0;
    target.set(this.ring.subarray(at, at + size), offset);
    this.position = (this.position + size) | 0;
    Atomics.store(this.control, Slot.read, this.position);
    Atomics.notify(this.control, Slot.read);
    return size;
  }

  private waitForBytes(): number {
    for (;;) {
      const state = Atomics.load(this.control, Slot.state); // before `written`: what was written first counts
      const written = Atomics.load(this.control, Slot.written);
      const available = (written - this.position) >>> 0;
      if (available > 0) return available;
      if (state === State.failed) this.error ??= this.readMessage();
      if (state !== State.running) return 0;
      Atomics.wait(this.control, Slot.written, written, 100);
    }
  }

  private readMessage(): string {
    const length = Atomics.load(this.control, Slot.errorLength);
    return Buffer.from(this.message.slice(0, length)).toString();
  }

  close(): void {
    void this.worker.terminate().then(() => {
      this.file.close(); // only now: the worker reads this descriptor
    });
  }
}

/** Runs in the worker; must not refer to anything outside itself. */
function inflateInWorker(load: NodeJS.Require): void {
  const { readSync } = load('node:fs') as typeof import('node:fs');
  const { createGunzip } = load('node:zlib') as typeof import('node:zlib');
  const { Readable } = load('node:stream') as typeof import('node:stream');
  const threads = load('node:worker_threads') as typeof import('node:worker_threads');
  const { slot, state, fd, prefix, ...shared } = threads.workerData as InflateJob;
  const control = new Int32Array(shared.control);
  const ring = new Uint8Array(shared.ring);
  const message = new Uint8Array(shared.message);
  const mask = ring.length - 1;
  let position = 0;

  function* compressed(): Generator<Uint8Array> {
    yield prefix;
    let consumed = prefix.length;
    for (;;) {
      const chunk = Buffer.allocUnsafe(1 << 16);
      let size: number;
      try {
        size = readSync(fd, chunk, 0, chunk.length, null);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'EOF') return;
        if (code !== 'EAGAIN') throw error;
        Atomics.wait(control, slot.read, Atomics.load(control, slot.read), 1);
        continue;
      }
      if (size === 0) return;
      consumed += size;
      Atomics.store(control, slot.consumedMiB, Math.floor(consumed / 2 ** 20));
      yield chunk.subarray(0, size);
    }
  }
  function put(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) {
      const read = Atomics.load(control, slot.read);
      const room = ring.length - ((position - read) >>> 0);
      if (room === 0) {
        Atomics.wait(control, slot.read, read);
        continue;
      }
      const at = position & mask;
      const size = Math.min(room, bytes.length - done, ring.length - at);
      ring.set(bytes.subarray(done, done + size), at);
      done += size;
      position = (position + size) | 0;
      Atomics.store(control, slot.written, position);
      Atomics.notify(control, slot.written);
    }
  }
  function finish(error: Error | undefined): void {
    if (error !== undefined) {
      const text = Buffer.from(error.message).subarray(0, message.length);
      message.set(text);
      Atomics.store(control, slot.errorLength, text.length);
    }
    Atomics.store(control, slot.state, error === undefined ? state.done : state.failed);
    Atomics.notify(control, slot.written);
  }
  const input = Readable.from(compressed(), { objectMode: true, highWaterMark: 1 });
  const gunzip = createGunzip({ chunkSize: 1 << 16 });
  gunzip.on('data', put);
  gunzip.on('end', () => {
    finish(undefined);
  });
  gunzip.on('error', finish);
  input.on('error', finish);
  input.pipe(gunzip);
}
