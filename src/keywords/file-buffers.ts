// file.name and file.magic: what a file is called, and what it is.

import { appBufferKeyword } from '../framework/app-keyword.ts';
import { FILE_DEMAND } from '../framework/file.ts';
import type { TrackedFile } from '../framework/file.ts';
import { FILE_ENGINES } from '../framework/file-engines.ts';
import { defineKeyword } from '../framework/keyword.ts';
import type { Direction, Transaction } from '../framework/transaction.ts';

const PAGE = 'rules/file-keywords.html';

/** The file of a direction by its number. */
function fileAt(tx: Transaction, direction: Direction, instance: number): TrackedFile | null {
  let left = instance;
  for (const file of tx.files ?? []) if (file.direction === direction && left-- === 0) return file;
  return null;
}

const name = appBufferKeyword(
  {
    name: 'file.name',
    summary: 'Name of a file, one at a time.',
    page: `${PAGE}#file-name`,
    examples: ['alert http any any -> any any (msg:"m"; file.name; content:".exe"; endswith; sid:1;)'],
  },
  {
    engines: FILE_ENGINES,
    isMulti: true,
    isGrowing: true,
    bytes: (tx: Transaction, direction, instance) => fileAt(tx, direction, instance)?.name ?? null,
  },
);

const magic = appBufferKeyword(
  {
    name: 'file.magic',
    summary: 'What a file is, in words, one file at a time.',
    page: `${PAGE}#file-magic`,
    examples: ['alert http any any -> any any (msg:"m"; file.magic; content:"PDF document"; sid:1;)'],
  },
  {
    engines: FILE_ENGINES,
    isMulti: true,
    isGrowing: true,
    bytes: (tx: Transaction, direction, instance) => {
      const file = fileAt(tx, direction, instance);
      if (file === null) return null;
      return file.magic === null ? NOTHING : Buffer.from(file.magic);
    },
  },
);

/** Not found out yet: the next file may be. */
const NOTHING = new Uint8Array(0);

export default [
  name,
  defineKeyword({
    ...magic,
    compile(builder, option) {
      builder.setup.demands.add(FILE_DEMAND.magic);
      magic.compile(builder, option);
    },
  }),
];
