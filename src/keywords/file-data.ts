// file.data: the bytes of files, and of HTTP responses, as they come.

import type { BufferDefinition } from '../framework/buffer.ts';
import { FILE_DEMAND } from '../framework/file.ts';
import { FILE_ENGINES } from '../framework/file-engines.ts';
import { defineKeyword } from '../framework/keyword.ts';

const fileData: BufferDefinition = {
  name: 'file_data',
  description: 'Bytes of files.',
  source: 'app',
  isMulti: true,
  isGrowing: true,
  engines: FILE_ENGINES,
  get(_p, ctx, view, instance) {
    const { tx, txDirection } = ctx;
    if (tx === null) return false;
    const body = tx.body(txDirection);
    if (body !== null) {
      if (instance !== 0 || !body.view(view, tx.bodyLimits(txDirection))) return false;
      tx.unpack(view, txDirection);
      return true;
    }
    let left = instance;
    for (const file of tx.files ?? []) {
      if (file.direction !== txDirection || !file.body.isDue(file.inspection)) continue;
      if (left-- === 0) return file.body.view(view, file.inspection);
    }
    return false;
  },
};

export default defineKeyword({
  name: 'file.data',
  aliases: ['file_data'],
  argument: 'none',
  kind: 'buffer',
  summary: 'Bytes of files, and of the bodies of HTTP responses.',
  page: 'rules/file-keywords.html#file-data',
  examples: ['alert http any any -> any any (msg:"m"; file.data; content:"a"; sid:1;)'],
  supportsFastPattern: true,
  buffer: fileData,
  compile(builder) {
    builder.setup.demands.add(FILE_DEMAND.data);
    builder.setBuffer(fileData);
  },
});
