// What a file is, told by its first bytes in the words of libmagic: the common types.

import { BINARY_KINDS } from './binary.ts';
import { SIGNATURES } from './signatures.ts';
import type { MagicSignature } from './signatures.ts';
import { describeText } from './text-kind.ts';

/** @param head the first bytes; some types need 512 of them */
export function describeBytes(head: Uint8Array): string {
  if (head.length === 0) return 'empty';
  for (const kind of BINARY_KINDS) {
    const found = kind(head);
    if (found !== '') return found;
  }
  for (const signature of SIGNATURES) if (isThere(signature, head)) return signature.name;
  return describeText(head) ?? 'data';
}

function isThere({ offset, bytes }: MagicSignature, head: Uint8Array): boolean {
  if (offset + bytes.length > head.length) return false;
  for (let i = 0; i < bytes.length; i++) if (head[offset + i] !== bytes[i]) return false;
  return true;
}
