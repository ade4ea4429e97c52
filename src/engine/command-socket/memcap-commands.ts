// memcap-list, memcap-show, memcap-set: the memory that parts of the engine may use.

import { parseSize } from '../../config/index.ts';
import { sizeText } from '../memcaps.ts';
import type { Memcap } from '../memcaps.ts';
import { isAnswer, texts } from './arguments.ts';
import type { CommandArguments } from './arguments.ts';
import { ok, refused } from './server.ts';
import type { Answer, Command } from './server.ts';

const UNKNOWN = "Memcap value not found. Use 'memcap-list' to show all";

/** @param memcaps none while no packets are worked on */
export function memcapCommands(
  memcaps: () => readonly Memcap[] | Promise<readonly Memcap[]>,
): readonly (readonly [string, Command])[] {
  const withCaps =
    (act: (caps: readonly Memcap[], given: CommandArguments) => Answer): Command =>
    async (given) => {
      const caps = await memcaps();
      return caps.length === 0 ? refused('memory is told and set while packets are worked on') : act(caps, given);
    };
  return [
    ['memcap-set', withCaps(set)],
    ['memcap-show', withCaps(show)],
    ['memcap-list', withCaps((caps) => ok(caps.map(({ name, bytes }) => ({ name, value: sizeText(bytes) }))))],
  ];
}

function complaint(name: string): string {
  return `memcap ${name === 'config' ? 'key' : 'value'} is not a string`;
}

function show(memcaps: readonly Memcap[], given: CommandArguments): Answer {
  const read = texts(given, ['config'], complaint);
  if (isAnswer(read)) return read;
  const found = memcaps.find(({ name }) => name === read.config);
  return found === undefined ? refused(UNKNOWN) : ok({ value: sizeText(found.bytes) });
}

function set(memcaps: readonly Memcap[], given: CommandArguments): Answer {
  const read = texts(given, ['config', 'memcap'], complaint);
  if (isAnswer(read)) return read;
  const bytes = parseSize(read.memcap);
  if (bytes === undefined || !Number.isSafeInteger(bytes))
    return refused('error parsing memcap specified, value not changed');
  const found = memcaps.find(({ name }) => name === read.config);
  if (found === undefined) return refused(UNKNOWN);
  const used = found.inUse() ?? 0;
  if (bytes !== 0 && bytes < used)
    return refused(`memcap value specified for '${found.name}' is less than the memory in use: ${sizeText(used)}`);
  const problem = found.set(bytes);
  return problem === undefined ? ok(`memcap value for '${found.name}' updated: ${String(bytes)} `) : refused(problem);
}
