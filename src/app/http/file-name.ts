// Names of files in bodies: what Content-Disposition says, else the path asked for.

import { bytesOf } from '../../base/kept-bytes.ts';
import { TO_CLIENT } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { HeaderId, valueOf } from './headers.ts';
import type { HttpTransaction } from './transaction.ts';

const NAME = /filename\s*=\s*(?:"([^"]*)"?|([^;\s]*))/i;

export function fileName(tx: HttpTransaction, direction: Direction): Uint8Array {
  if (direction === TO_CLIENT) {
    const disposition = valueOf(tx.response.headers, HeaderId['content-disposition']);
    const match = disposition === null ? null : NAME.exec(Buffer.from(disposition).toString('latin1'));
    const name = match?.[1] ?? match?.[2] ?? '';
    if (name !== '') return bytesOf(name, 'latin1');
  }
  const { uri } = tx;
  let end = 0;
  while (end < uri.length && uri[end] !== 63 && uri[end] !== 35) end++;
  return end === uri.length ? uri : uri.subarray(0, end);
}
