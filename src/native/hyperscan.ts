// Hyperscan or Vectorscan: databases of literals, named by integers, scanned over registered buffers.
import { addon, addonReason } from './index.ts';

/** Literals side by side: pattern i is bytes[offsets[i]] up to bytes[offsets[i + 1]], its case ignored when nocase[i] is 1. */
export interface PackedPatterns {
  readonly bytes: Uint8Array;
  /** one more than there are patterns */
  readonly offsets: Uint32Array;
  readonly nocase: Uint8Array;
}

export interface Pattern {
  /** 1 byte at least */
  readonly bytes: Uint8Array;
  /** ASCII letters match in either case */
  readonly nocase: boolean;
}

export function packPatterns(patterns: readonly Pattern[]): PackedPatterns {
  const offsets = new Uint32Array(patterns.length + 1);
  patterns.forEach((p, i) => (offsets[i + 1] = offsets[i]! + p.bytes.length));
  const bytes = new Uint8Array(offsets[patterns.length]!);
  patterns.forEach((p, i) => bytes.set(p.bytes, offsets[i]));
  return { bytes, offsets, nocase: Uint8Array.from(patterns, (p) => (p.nocase ? 1 : 0)) };
}

/** The patterns again, on the same bytes. */
export function unpackPatterns({ bytes, offsets, nocase }: PackedPatterns): Pattern[] {
  return Array.from(nocase, (flag, i) => ({ bytes: bytes.subarray(offsets[i], offsets[i + 1]), nocase: flag === 1 }));
}

const hs = addon?.hsScan === undefined ? undefined : (addon as Required<typeof addon>);

/** Whether databases can be compiled and scanned; if not, every function below throws. */
export const hyperscanAvailable: boolean = hs !== undefined;
export const hyperscanVersion: string = hs?.hsVersion ?? '';
/** Why Hyperscan is not available; empty when it is. */
export const hyperscanReason: string =
  hs !== undefined
    ? ''
    : addonReason !== ''
      ? addonReason
      : 'the add-on was built without Hyperscan, or this processor lacks SSSE3';

function missing(): never {
  throw new Error(hyperscanReason);
}

/** Gives back to the system the memory that compiling needed for a while: nearly 200 MB for a thousand literals. */
export function trimAfterCompiling(): void {
  hs?.hsTrim();
}

/** Compiles and returns the database's handle; a pattern's id is its index. Throws an Error naming the pattern that is wrong. */
export function compileDatabase(patterns: PackedPatterns): number {
  return (hs ?? missing()).hsCompile(patterns.bytes, patterns.offsets, patterns.nocase);
}

/** The same on another thread: several run side by side. */
export async function compileDatabaseAsync(patterns: PackedPatterns): Promise<number> {
  return (hs ?? missing()).hsCompileAsync(patterns.bytes, patterns.offsets, patterns.nocase);
}

export function freeDatabase(database: number): void {
  hs?.hsFree(database);
}

/** Bytes of memory that a database takes, without its scratch. */
export function databaseSize(database: number): number {
  return (hs ?? missing()).hsDbSize(database);
}

/** A database as bytes for this version of the library and this kind of processor. */
export function serializeDatabase(database: number): Uint8Array {
  return (hs ?? missing()).hsSerialize(database);
}

/** Throws when the bytes are damaged, or of another version or processor. `count` is the number of patterns. */
export function deserializeDatabase(bytes: Uint8Array, count: number): number {
  return (hs ?? missing()).hsDeserialize(bytes, count);
}

/** Puts a database into shared memory, from which every thread of the process may adopt it. */
export function shareDatabase(database: number): Uint8Array {
  const native = hs ?? missing();
  const bytes = native.hsSerialize(database);
  const memory = new Uint8Array(new SharedArrayBuffer(native.hsSerializedSize(bytes)));
  native.hsDeserializeInto(bytes, memory);
  return memory;
}

/** A handle of this thread for a database that `shareDatabase` made. */
export function adoptDatabase(memory: Uint8Array, count: number): number {
  return (hs ?? missing()).hsAdopt(memory, count);
}

let matches: Int32Array | undefined;

/** Names the array that scans of this thread write to; cheap when it is the same as before. */
export function useMatchBuffer(out: Int32Array): void {
  if (out === matches) return;
  (hs ?? missing()).setMatchBuffer(out);
  matches = out;
}

/** Matches of this thread that did not fit the match buffer. */
export function lostMatches(): number {
  return hs?.lostMatches() ?? 0;
}

/** (database, buffer id, offset, length) -> how many distinct pattern ids are now in the match buffer. Bounds are checked, and a violation throws. */
export const scanDatabase: (database: number, buffer: number, offset: number, length: number) => number =
  hs?.hsScan ?? missing;
