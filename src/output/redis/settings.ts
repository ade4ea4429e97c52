// `redis:` of an output, in Suricata's keys: where the server is, and how records get there.

import { isAbsolute } from 'node:path';
import type { ConfigNode } from '../../config/index.ts';
import { OutputError } from '../output-error.ts';

/** Plain data: goes to another thread. */
export interface RedisSettings {
  /** A host and its port, or a path. */
  readonly server: { readonly host: string; readonly port: number } | { readonly path: string };
  /** Words of the command, up to the record. */
  readonly words: readonly string[];
  /** What to log in with, none without; a password alone is that of the default user. */
  readonly login: readonly string[];
}

/** Modes by Suricata's names for them. */
const COMMANDS: Readonly<Record<string, 'LPUSH' | 'RPUSH' | 'PUBLISH' | 'XADD'>> = {
  list: 'LPUSH',
  lpush: 'LPUSH',
  rpush: 'RPUSH',
  channel: 'PUBLISH',
  publish: 'PUBLISH',
  xadd: 'XADD',
  stream: 'XADD',
};
const KEY = 'suricata';
const HOST = '127.0.0.1';
const PORT = 6379;
const STREAM_LENGTH = 100_000;
/** The field that the record is, of an entry of a stream. */
const FIELD = 'eve';

/** @throws OutputError for a mode that is not known */
export function redisSettings(output: ConfigNode): RedisSettings {
  const node = output.get('redis');
  const mode = node?.string('mode', 'list').toLowerCase() ?? 'list';
  const name = Object.hasOwn(COMMANDS, mode) ? COMMANDS[mode] : undefined;
  if (name === undefined)
    throw new OutputError(
      'bad_setting',
      `${output.path}.redis.mode: "${mode}" is none of ${Object.keys(COMMANDS).join(', ')}`,
    );
  const key = node?.string('key', KEY) ?? KEY;
  const server = node?.string('server', HOST) ?? HOST;
  const password = node?.string('password');
  const user = node?.string('username');
  return {
    server: isAbsolute(server)
      ? { path: server }
      : { host: server, port: node?.int('port', PORT, { min: 1, max: 65_535 }) ?? PORT },
    words: name === 'XADD' ? streamWords(node, key) : [name, key],
    login: password === undefined ? [] : ['AUTH', ...(user === undefined ? [] : [user]), password],
  };
}

/** `stream-maxlen`: entries that the stream keeps, 0 for all; about as many, unless `stream-trim-exact`. */
function streamWords(node: ConfigNode | undefined, key: string): string[] {
  const most = node?.int('stream-maxlen', STREAM_LENGTH, { min: 0 }) ?? STREAM_LENGTH;
  const how = node?.bool('stream-trim-exact', false) === true ? '=' : '~';
  return ['XADD', key, ...(most > 0 ? ['MAXLEN', how, String(most)] : []), '*', FIELD];
}
