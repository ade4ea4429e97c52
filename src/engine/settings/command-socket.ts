// `unix-command:` of the configuration: whether commands are taken, and where.

import { isAbsolute, join } from 'node:path';
import type { ConfigNode } from '../../config/index.ts';

/** Where clients of Suricata look unless told otherwise. */
const FOLDER = '/run/suricata';
const NAME = 'suricata-command.socket';

export interface CommandSocketSettings {
  readonly path: string;
  /** Without it the run does not begin. */
  readonly isRequired: boolean;
}

/** Where captures are asked for (`--unix-socket`): the path named there, else that of the configuration. */
export function servingSocket(config: ConfigNode, named: string): string {
  return pathOf(named === '' ? config.string('unix-command.filename', NAME) : named);
}

/** Of a live capture; undefined where no commands are taken. */
export function commandSocketSettings(config: ConfigNode): CommandSocketSettings | undefined {
  const wish = config.choice('unix-command.enabled', ['auto', 'yes', 'true', 'no', 'false'], 'auto');
  if (wish === 'no' || wish === 'false') return undefined;
  const name = config.string('unix-command.filename', NAME);
  return { path: pathOf(name), isRequired: wish !== 'auto' };
}

function pathOf(name: string): string {
  return isAbsolute(name) ? name : join(FOLDER, name);
}
