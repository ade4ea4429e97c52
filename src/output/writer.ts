// openWriter: the writer an output's settings ask for (filetype, filename, rotation, permissions).
import { isAbsolute, join } from 'node:path';
import { FileWriter } from './file-writer.ts';
import { OutputError } from './output-error.ts';
import { parseRotateInterval } from './rotation.ts';
import { SocketWriter } from './socket-writer.ts';
import type { ConfigNode } from '../config/index.ts';
import type { FileOptions } from './file-writer.ts';
import type { RecordWriter } from './record-writer.ts';

/** Where a relative file name lies: in the log directory. */
export function logPath(logDir: string, filename: string): string {
  return isAbsolute(filename) ? filename : join(logDir, filename);
}

/**
 * Opens what `filetype` names: `regular` (the default) or `unix_stream`.
 * @throws OutputError when it cannot be opened or is not supported.
 */
export function openWriter(node: ConfigNode, logDir: string, defaultName: string): RecordWriter {
  const filetype = node.string('filetype', 'regular').toLowerCase();
  const path = logPath(logDir, node.string('filename', defaultName));
  if (filetype === 'regular' || filetype === 'file') return new FileWriter(fileOptions(node, path));
  if (filetype === 'unix_stream') return new SocketWriter(path);
  throw new OutputError(
    'unsupported',
    `${node.path}: filetype "${filetype}" is not supported; use regular or unix_stream`,
  );
}

function fileOptions(node: ConfigNode, path: string): FileOptions {
  const interval = node.string('rotate-interval');
  const mode = node.string('filemode');
  return {
    path,
    append: node.bool('append', true),
    // what goes to a terminal or a pipe is wanted now
    unbuffered: path.startsWith('/dev/') && path !== '/dev/null',
    ...(mode !== undefined && { mode: parseMode(mode) }),
    ...(interval !== undefined && { interval: parseRotateInterval(interval) }),
    ...(node.get('rotate-size') !== undefined && { maxSize: node.size('rotate-size', 0) }),
    ...(node.get('rotate-keep') !== undefined && { keep: node.int('rotate-keep', 5, { min: 0 }) }),
  };
}

function parseMode(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text))
    throw new OutputError('bad_setting', `invalid filemode "${text}": three octal digits such as 640`);
  return parseInt(text, 8);
}
