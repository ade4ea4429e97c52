// Reading a whole capture into plain objects, and building capture bytes, for the tests of this folder.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PacketBatch, openCaptureFile } from '../../src/pcap/index.ts';
import type { CaptureProblem } from '../../src/pcap/index.ts';

export interface ReadPacket {
  readonly bytes: number[];
  readonly wireLength: number;
  readonly timestamp: number;
  readonly linkType: number;
  readonly interfaceId: number;
}
export interface ReadCapture {
  readonly packets: ReadPacket[];
  readonly problems: readonly CaptureProblem[];
  readonly oversized: number;
}

const arena = new Uint8Array(1 << 20);

/** Opens, reads to the end and closes; an unopenable file is its problem. The region begins at 64, to catch mix-ups. */
export function readCapture(path: string, options: { regionSize?: number; capacity?: number } = {}): ReadCapture {
  const opened = openCaptureFile(path, { data: arena, offset: 64, size: options.regionSize ?? arena.length - 64 });
  if (!opened.ok) return { packets: [], problems: [opened.problem], oversized: 0 };
  const { reader } = opened;
  const batch = new PacketBatch(arena, options.capacity ?? 7);
  const packets: ReadPacket[] = [];
  while (reader.next(batch) > 0) for (let i = 0; i < batch.count; i++) packets.push(packetAt(batch, i));
  reader.close();
  return { packets, problems: reader.problems, oversized: reader.oversized };
}

function packetAt(batch: PacketBatch, index: number): ReadPacket {
  const offset = batch.offset[index]!;
  return {
    bytes: [...batch.data.subarray(offset, offset + batch.length[index]!)],
    wireLength: batch.wireLength[index]!,
    timestamp: batch.timestamp[index]!,
    linkType: batch.linkType[index]!,
    interfaceId: batch.interfaceId[index]!,
  };
}

/** A folder that is removed when the test file is done. */
export function temporaryFolder(): {
  path: (name: string) => string;
  write: (name: string, bytes: Uint8Array) => string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'tayra-pcap-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write: (name, bytes) => {
      writeFileSync(path(name), bytes);
      return path(name);
    },
  };
}

/** 32-bit words, in either byte order. */
export function words(values: readonly number[], isBigEndian = false): Buffer {
  const out = Buffer.alloc(values.length * 4);
  values.forEach((value, index) =>
    isBigEndian ? out.writeUInt32BE(value >>> 0, index * 4) : out.writeUInt32LE(value >>> 0, index * 4),
  );
  return out;
}

export function halves(values: readonly number[], isBigEndian = false): Buffer {
  const out = Buffer.alloc(values.length * 2);
  values.forEach((value, index) =>
    isBigEndian ? out.writeUInt16BE(value, index * 2) : out.writeUInt16LE(value, index * 2),
  );
  return out;
}

/** A pcapng block around its body. */
export function block(type: number, body: Uint8Array, isBigEndian = false): Buffer {
  const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
  const length = padded.length + 12;
  return Buffer.concat([words([type, length], isBigEndian), padded, words([length], isBigEndian)]);
}
