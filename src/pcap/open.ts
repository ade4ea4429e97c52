// openCaptureFile: finds out what a file is (pcap, pcapng, gzip of either, standard input) and opens a reader for it.
import { statSync } from 'node:fs';
import { FileSource, PrefixedSource, isStdin } from './source.ts';
import type { ByteSource } from './source.ts';
import { InflateSource } from './inflate-source.ts';
import { PCAP_HEADER_LENGTH, PcapReader, pcapVariant } from './pcap-reader.ts';
import { PcapngBlock, PcapngReader } from './pcapng-reader.ts';
import { readUint32 } from './bytes.ts';
import type { CaptureProblem, CaptureProblemCode } from './problem.ts';
import type { CaptureReader } from './reader.ts';
import { Window } from './window.ts';
import type { ArenaRegion } from './window.ts';

/** A reader, or the reason why there is none. */
export type OpenedCapture =
  { readonly ok: true; readonly reader: CaptureReader } | { readonly ok: false; readonly problem: CaptureProblem };

const COMPRESSIONS = [
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'lz4', magic: [0x04, 0x22, 0x4d, 0x18] },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58] },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68] },
] as const;
const PROBE_LENGTH = 4;

/** Opens `path` ("-" and "/dev/stdin" are standard input) to be read through `region` of the arena. Never throws. */
export function openCaptureFile(path: string, region: ArenaRegion): OpenedCapture {
  let file: FileSource;
  try {
    file = new FileSource(path);
  } catch (error) {
    return openFailure(path, error as NodeJS.ErrnoException);
  }
  const source = withDecompression(file);
  const window = new Window(region, source);
  const isFilled = window.fill(PCAP_HEADER_LENGTH);
  const result =
    isFilled || window.limit - window.position >= PROBE_LENGTH ? detect(path, window, isFilled) : undefined;
  if (result?.ok === true) return result;
  source.close();
  return result ?? refuse(path, ...describeShort(window, source));
}

/** Whether the bytes of a file are there for more than one reader, and need no decompression by each. */
export function isReadableAgain(path: string): boolean {
  if (isStdin(path)) return false;
  try {
    // a pipe must not even be opened: who writes to it would find it closed
    if (!statSync(path).isFile()) return false;
    const file = new FileSource(path);
    const start = probe(file);
    file.close();
    return !isGzip(start);
  } catch {
    return true; // there is nothing to read: whoever tries is told why
  }
}

function describeShort(window: Window, source: ByteSource): [CaptureProblemCode, string] {
  if (source.error !== undefined) return ['unreadable', `cannot be read: ${source.error}`];
  const length = window.limit - window.position;
  return length === 0 ? ['empty', 'file is empty'] : ['truncated', `file has only ${length} bytes`];
}

function withDecompression(file: FileSource): ByteSource {
  const start = probe(file);
  return isGzip(start) ? new InflateSource(start, file) : new PrefixedSource(start, file);
}

/** The first bytes; fewer than `PROBE_LENGTH` when there are no more. */
function probe(file: FileSource): Uint8Array {
  const start = new Uint8Array(PROBE_LENGTH);
  let length = 0;
  while (length < PROBE_LENGTH) {
    const got = file.read(start, length, PROBE_LENGTH - length);
    if (got === 0) break;
    length += got;
  }
  return start.slice(0, length);
}

function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

function detect(path: string, window: Window, isFilled: boolean): OpenedCapture {
  const { data, position } = window;
  if (readUint32(data, position, true) === PcapngBlock.section)
    return { ok: true, reader: new PcapngReader(path, window) };
  const variant = pcapVariant(data, position);
  if (variant !== undefined) {
    if (isFilled) return { ok: true, reader: new PcapReader(path, window, variant) };
    return refuse(path, 'truncated', 'file ends in the middle of the file header');
  }
  const packed = COMPRESSIONS.find(({ magic }) => magic.every((byte, index) => data[position + index] === byte));
  if (packed !== undefined)
    return refuse(path, 'unsupported_compression', `file is compressed with ${packed.name}; decompress it first`);
  return refuse(path, 'unknown_format', 'file is neither pcap nor pcapng');
}

function openFailure(path: string, error: NodeJS.ErrnoException): OpenedCapture {
  if (error.code === 'ENOENT') return refuse(path, 'not_found', 'no such file');
  if (error.code === 'EISDIR') return refuse(path, 'is_directory', 'is a directory');
  return refuse(path, 'unreadable', error.message);
}

function refuse(file: string, code: CaptureProblemCode, message: string): OpenedCapture {
  return { ok: false, problem: { code, message, file, offset: 0 } };
}
