// The line with which each side of SSH begins (RFC 4253 section 4.2): "SSH-protoversion-softwareversion SP comments".

export const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;
const SPACE = 0x20;
const PREFIX_LENGTH = 4; // "SSH-"

export interface Banner {
  readonly proto: Uint8Array;
  readonly software: Uint8Array;
}

/** Where the first line of [start, end) ends; -1 when its end is not there yet. A lone carriage return ends one too. */
export function lineEnd(data: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (data[at] === LF) return at;
    if (data[at] === CR) return at + 1 < end ? at : -1;
  }
  return -1;
}

/** Where the line after the one that ends at `at` begins. */
export function afterLine(data: Uint8Array, at: number, end: number): number {
  return data[at] === CR && at + 1 < end && data[at + 1] === LF ? at + 2 : at + 1;
}

/** Reads a line without its end; copies what is in it. Null: no line of SSH. */
export function parseBanner(data: Uint8Array, start: number, end: number): Banner | null {
  if (!isPrefixed(data, start, end)) return null;
  const proto = start + PREFIX_LENGTH;
  const dash = find(data, DASH, proto, end);
  if (dash < 0 || dash === proto) return null;
  const software = dash + 1;
  const space = find(data, SPACE, software, end);
  return { proto: data.slice(proto, dash), software: data.slice(software, space > software ? space : end) };
}

function isPrefixed(data: Uint8Array, start: number, end: number): boolean {
  if (end - start < PREFIX_LENGTH) return false;
  return data[start] === 0x53 && data[start + 1] === 0x53 && data[start + 2] === 0x48 && data[start + 3] === DASH;
}

function find(data: Uint8Array, byte: number, start: number, end: number): number {
  for (let at = start; at < end; at++) if (data[at] === byte) return at;
  return -1;
}
