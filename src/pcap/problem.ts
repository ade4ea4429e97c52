// CaptureProblem: what is wrong with a capture file, as a value; reading never throws.

/** Stable codes, so that tools need not match the wording. */
export const CAPTURE_PROBLEM_CODES = [
  'not_found',
  'unreadable',
  'is_directory',
  'empty',
  'unknown_format',
  'unsupported_compression',
  'truncated',
  'corrupt',
  'oversized_packet',
] as const;
export type CaptureProblemCode = (typeof CAPTURE_PROBLEM_CODES)[number];

/** One problem of one file. Packets read before it are good. */
export interface CaptureProblem {
  readonly code: CaptureProblemCode;
  readonly message: string;
  readonly file: string;
  /** Byte offset in the (uncompressed) file. */
  readonly offset: number;
}
