// Texts of the configuration to values: truth, numbers, sizes, times. Undefined when the text is none.

const TRUE = new Set(['1', 'yes', 'true', 'on']);
const FALSE = new Set(['0', 'no', 'false', 'off']);

export function parseBool(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (TRUE.has(lower)) return true;
  return FALSE.has(lower) ? false : undefined;
}

/** Decimal, or hexadecimal after 0x. */
export function parseInteger(text: string): number | undefined {
  if (!/^\s*[-+]?(?:\d+|0x[0-9a-f]+)\s*$/i.test(text)) return undefined;
  const trimmed = text.trim();
  const value = trimmed.startsWith('-') ? -Number(trimmed.slice(1)) : Number(trimmed.replace('+', ''));
  return Number.isSafeInteger(value) ? value : undefined;
}

const SIZE = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?\s*$/i;
const UNITS: Record<string, number> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** Bytes; `kb`, `KiB`, `mb`, `MiB`, `gb`, `GiB` are powers of 1024. */
export function parseSize(text: string): number | undefined {
  const match = SIZE.exec(text);
  if (match === null) return undefined;
  return Math.floor(Number(match[1]) * UNITS[(match[2] ?? '').toLowerCase()]!);
}

const TIME = /^\s*(\d+)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)?\s*$/i;
const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds. */
export function parseTime(text: string): number | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * SECONDS[(match[2] ?? 's').charAt(0).toLowerCase()]!;
}
