// Status codes of NT that the parser asks for, and names of the error classes and codes of DOS (MS-CIFS section 2.2.2.4).

export const NtStatus = {
  success: 0x00000000,
  pending: 0x00000103,
  bufferOverflow: 0x80000005,
  moreProcessingRequired: 0xc0000016,
  endOfFile: 0xc0000011,
} as const;

const DOS_CLASS = 1;
const DOS = [
  'DOS_SUCCESS',
  'DOS_BAD_FUNC',
  'DOS_BAD_FILE',
  'DOS_BAD_PATH',
  'DOS_TOO_MANY_OPEN_FILES',
  'DOS_ACCESS_DENIED',
];
const SERVER_CLASS = 2;
/** Of the codes of servers Suricata names these. */
const SRV: Readonly<Record<number, string>> = {
  0x0001: 'SRV_ERROR',
  0x0002: 'SRV_BADPW',
  0x0003: 'SRV_BADTYPE',
  0x0004: 'SRV_ACCESS',
  0x005b: 'SRV_BADUID',
};

/** Of an error class and code. */
export function dosErrorName(errorClass: number, code: number): string {
  if (errorClass === DOS_CLASS) return DOS[code] ?? String(code);
  if (errorClass === SERVER_CLASS) return SRV[code] ?? String(code);
  return `UNKNOWN_${errorClass.toString(16).padStart(2, '0')}_${code.toString(16).padStart(4, '0')}`;
}
