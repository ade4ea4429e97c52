// openWriter: the writer an output's settings ask for (filetype, filename, rotation, permissions).
import { isAbsolute, join } from 'node:path';
import { FileWriter } from './file-writer.ts';
import { LocalWriter } from './local-writer.ts';
import { OutputError } from './output-error.ts';
import { RedisWriter } from './redis/redis-writer.ts';
import { redisSettings } from './redis/settings.ts';
import { parseRotateInterval } from './rotation.ts';
import { SocketWriter } from './socket-writer.ts';
import { SYSLOG_SOCKET, syslogLines } from './syslog-lines.ts';
import { hasLocalSockets } from '../native/local-socket.ts';
import type { ConfigNode } from '../config/index.ts';
import type { OutputContext } from '../framework/output.ts';
import type { FileOptions } from './file-writer.ts';
import type { RecordWriter } from './record-writer.ts';

/** Where a relative file name lies: in the log directory. */
export function logPath(logDir: string, filename: string): string {
  return isAbsolute(filename) ? filename : join(logDir, filename);
}

/**
 * Opens what `filetype` names: `regular` (the default), `unix_stream`, `unix_dgram`, `redis` or `syslog`.
 * @throws OutputError when it cannot be opened or is not supported.
 */
export function openWriter(
  node: ConfigNode,
  { logDir, mayWait = false, openShared }: Pick<OutputContext, 'logDir' | 'mayWait' | 'openShared'>,
  defaultName: string,
): RecordWriter {
  if (openShared !== undefined) return openShared({ section: node.path, defaultName, kind: 'log' });
  const filetype = node.string('filetype', 'regular').toLowerCase();
  const path = logPath(logDir, node.string('filename', defaultName));
  switch (filetype) {
    case 'regular':
    case 'file':
      return new FileWriter(fileOptions(node, path));
    case 'unix_stream':
      return hasLocalSockets() ? new LocalWriter({ path, kind: 'stream', mayWait }) : new SocketWriter(path);
    case 'unix_dgram':
      needLocalSockets(node, filetype);
      return new LocalWriter({ path, kind: 'datagram', mayWait });
    case 'redis':
      return new RedisWriter({ settings: redisSettings(node), mayWait });
    case 'syslog':
      return openSyslog(node, { mayWait });
    default:
      throw new OutputError(
        'unsupported',
        `${node.path}: filetype "${filetype}" is not supported; use regular, unix_stream, unix_dgram, redis or syslog`,
      );
  }
}

/** The system log, with `identity`, `facility` and `level` of the output. */
export function openSyslog(
  node: ConfigNode,
  { mayWait = false, openShared }: Pick<OutputContext, 'mayWait' | 'openShared'>,
): RecordWriter {
  if (openShared !== undefined) return openShared({ section: node.path, defaultName: '', kind: 'syslog' });
  needLocalSockets(node, 'syslog');
  return new LocalWriter({ path: SYSLOG_SOCKET, kind: 'datagram', mayWait, wrap: syslogLines(node) });
}

function needLocalSockets(node: ConfigNode, what: string): void {
  if (!hasLocalSockets())
    throw new OutputError('unsupported', `${node.path}: ${what} needs the native add-on (npm run setup builds it)`);
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
