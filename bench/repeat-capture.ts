// A capture repeated with shifted addresses and times, so that flows differ: a long capture from a short one.
// `node --import tsx bench/repeat-capture.ts FILE.pcap TIMES [OUT.pcap]`; without OUT it lies in the temporary folder.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openCaptureFile, PacketBatch, PcapWriter } from '../src/pcap/index.ts';
import { shiftAddresses } from './support/shift-addresses.ts';

const REGION = 2 << 20;
const LINK_ETHERNET = 1;
/** Time between the end of one copy and the beginning of the next, microseconds. */
const PAUSE = 1_000_000;
/** Copies differ in one octet of each address. */
const MAX_TIMES = 256;

interface Span {
  first: number;
  last: number;
}

/** Hands every packet of a capture to `visit`; memory stays constant. */
function readAll(path: string, visit: (batch: PacketBatch, i: number) => void): void {
  const data = new Uint8Array(REGION);
  const opened = openCaptureFile(path, { data, offset: 0, size: REGION });
  if (!opened.ok) throw new Error(opened.problem.message);
  const batch = new PacketBatch(data);
  while (opened.reader.next(batch) > 0) for (let i = 0; i < batch.count; i++) visit(batch, i);
  opened.reader.close();
}

function spanOf(path: string): Span {
  const span: Span = { first: Infinity, last: -Infinity };
  readAll(path, (batch, i) => {
    if (batch.linkType[i] !== LINK_ETHERNET) throw new Error(`${path}: not an Ethernet capture`);
    span.first = Math.min(span.first, batch.timestamp[i]!);
    span.last = Math.max(span.last, batch.timestamp[i]!);
  });
  return span;
}

/** Writes `times` copies of `from`, one after the other in time. */
function repeat(from: string, times: number, to: string): void {
  if (times < 1 || times > MAX_TIMES) throw new RangeError(`1 to ${MAX_TIMES} copies`);
  const { first, last } = spanOf(from);
  const writer = new PcapWriter(to, { linkType: LINK_ETHERNET });
  for (let copy = 0; copy < times; copy++) {
    const later = copy * (last - first + PAUSE);
    readAll(from, (batch, i) => {
      const at = batch.offset[i]!;
      const length = batch.length[i]!;
      shiftAddresses(batch.data, at, at + length, copy);
      writer.write(batch.data, at, length, batch.wireLength[i]!, batch.timestamp[i]! + later);
    });
  }
  writer.close();
}

/** The repeated capture, made once and kept in the temporary folder. */
export function repeatedCapture(from: string, times: number): string {
  const { size, mtimeMs } = statSync(from);
  const key = createHash('sha1')
    .update(`${resolve(from)} ${size} ${mtimeMs} ${times} v1`)
    .digest('hex')
    .slice(0, 12);
  const folder = join(tmpdir(), 'tayra-bench');
  const path = join(folder, `repeated-${key}.pcap`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  repeat(from, times, unfinished);
  renameSync(unfinished, path);
  return path;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [from, times, to] = process.argv.slice(2);
  if (from === undefined || times === undefined) {
    console.error('usage: repeat-capture.ts FILE.pcap TIMES [OUT.pcap]');
    process.exitCode = 2;
  } else if (to === undefined) console.log(repeatedCapture(from, Number(times)));
  else repeat(from, Number(times), to);
}
