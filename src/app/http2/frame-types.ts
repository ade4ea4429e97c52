// Frames of HTTP/2 (RFC 9113 section 6): types, flags, error codes and settings, and what rules and records call them.

/** Length, type, flags, stream. */
export const FRAME_HEADER = 9;

export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FrameFlag = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 0x20 } as const;

/** Of a stream's number in 32 bits. */
export const STREAM_MASK = 0x7fff_ffff;

export const SETTING_LENGTH = 6;
export const PRIORITY_LENGTH = 5;
export const SETTING_HEADER_TABLE_SIZE = 1;

const TYPE_NAMES = [
  'DATA',
  'HEADERS',
  'PRIORITY',
  'RST_STREAM',
  'SETTINGS',
  'PUSH_PROMISE',
  'PING',
  'GOAWAY',
  'WINDOW_UPDATE',
  'CONTINUATION',
] as const;

/** By code, from 0 (RFC 9113 section 7). */
const ERROR_NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

/** By identifier (RFC 9113 section 6.5.2, RFC 8441, RFC 9218). */
const SETTING_NAMES: Readonly<Record<number, string>> = {
  1: 'SETTINGS_HEADER_TABLE_SIZE',
  2: 'SETTINGS_ENABLE_PUSH',
  3: 'SETTINGS_MAX_CONCURRENT_STREAMS',
  4: 'SETTINGS_INITIAL_WINDOW_SIZE',
  5: 'SETTINGS_MAX_FRAME_SIZE',
  6: 'SETTINGS_MAX_HEADER_LIST_SIZE',
  8: 'SETTINGS_ENABLE_CONNECT_PROTOCOL',
  9: 'SETTINGS_NO_RFC7540_PRIORITIES',
};

const squeezed = (name: string): string => name.replaceAll('_', '').toUpperCase();
const typeNumbers = new Map<string, number>(TYPE_NAMES.map((name, i) => [squeezed(name), i]));
const errorNumbers = new Map<string, number>(ERROR_NAMES.map((name, i) => [squeezed(name), i]));
const settingNumbers = new Map<string, number>(Object.entries(SETTING_NAMES).map(([id, name]) => [name, Number(id)]));

/** The number of a type as rules name it: `RSTSTREAM`, `RST_STREAM`, `rst_stream`. */
export function frameTypeNumber(name: string): number | undefined {
  return typeNumbers.get(squeezed(name));
}

/** The code of an error, underscores or not. */
export function errorNumber(name: string): number | undefined {
  return errorNumbers.get(squeezed(name));
}

export function settingNumber(name: string): number | undefined {
  return settingNumbers.get(name.toUpperCase());
}

/** As EVE has it: without underscores; the number of what has no name. */
export function settingText(id: number): string {
  const name = SETTING_NAMES[id];
  return name === undefined ? String(id) : squeezed(name);
}

/** As EVE has it: an error of the connection (GOAWAY) in capitals, one of a stream (RST_STREAM) in words. */
export function errorText(code: number, { isOfStream }: { readonly isOfStream: boolean }): string {
  const name = ERROR_NAMES[code];
  if (name === undefined) return String(code);
  return isOfStream ? name.split('_').map(capitalized).join('') : squeezed(name);
}

function capitalized(word: string): string {
  return word.charAt(0) + word.slice(1).toLowerCase();
}
