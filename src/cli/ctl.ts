// tayra ctl: asks a running engine something, or tells it to do something, on its command socket.

import { COMMAND_USAGE } from '../engine/command-socket/usage.ts';
import type { CommandArgument, CommandUsage } from '../engine/command-socket/usage.ts';
import { CommandClient, ConnectionError, socketPath } from './command-client.ts';

const OK = 0;
const REFUSED = 1;
const WRONG_USAGE = 2;
const NO_CONNECTION = 3;

const SOCKET = ['-s', '--socket'];
const CONFIG = ['-c', '--config'];

interface CtlArguments {
  readonly socket: string | undefined;
  readonly config: string | undefined;
  readonly isCompact: boolean;
  readonly command: string;
  readonly given: Readonly<Record<string, unknown>>;
}

/** @returns the exit status */
export async function runCtl(words: readonly string[]): Promise<number> {
  if (words.length === 0 || words[0] === '--help' || words[0] === '-h') {
    process.stdout.write(ctlHelp());
    return words.length === 0 ? WRONG_USAGE : OK;
  }
  const args = parseCtl(words);
  if (typeof args === 'string') {
    process.stderr.write(`tayra ctl: ${args}\n`);
    return WRONG_USAGE;
  }
  try {
    const client = await CommandClient.open(socketPath(args.socket, args.config));
    const { isOk, message } = await client.ask(args.command, args.given);
    client.close();
    (isOk ? process.stdout : process.stderr).write(`${JSON.stringify(message, null, args.isCompact ? 0 : 2)}\n`);
    return isOk ? OK : REFUSED;
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    process.stderr.write(`tayra ctl: ${error.message}\n`);
    return NO_CONNECTION;
  }
}

/** @returns what is wrong as a text */
export function parseCtl(words: readonly string[]): CtlArguments | string {
  const options: { socket?: string; config?: string } = {};
  let isCompact = false;
  let at = 0;
  for (; words[at]?.startsWith('-') === true; at++) {
    const word = words[at]!;
    if (word === '--compact') isCompact = true;
    else if (!SOCKET.includes(word) && !CONFIG.includes(word)) return `unknown option ${word}`;
    else if (words[++at] === undefined) return `${word} needs a value`;
    else options[SOCKET.includes(word) ? 'socket' : 'config'] = words[at]!;
  }
  const command = words[at];
  if (command === undefined) return 'no command given (tayra ctl --help lists them)';
  const usage = COMMAND_USAGE.get(command);
  const given = readArguments(words.slice(at + 1), usage?.arguments ?? []);
  if (typeof given === 'string') return `${command}: ${given}`;
  return { socket: options.socket, config: options.config, isCompact, command, given };
}

/** Values in the order of the command, or each as NAME=VALUE. */
function readArguments(words: readonly string[], known: readonly CommandArgument[]): Record<string, unknown> | string {
  const given: Record<string, unknown> = {};
  const open = [...known];
  for (const word of words) {
    const [, name, value] = /^([a-z][a-z_-]*)=(.*)$/s.exec(word) ?? [];
    const at = name === undefined ? 0 : open.findIndex((argument) => argument.name === name);
    // what looks like NAME=VALUE with an unknown name may be a value: base64 ends so
    const isNamed = name !== undefined && at >= 0;
    const argument = open[isNamed ? at : 0];
    if (argument === undefined) return `"${word}" is one too many`;
    open.splice(isNamed ? at : 0, 1);
    const read = readValue(argument, isNamed ? value! : word);
    if (read === undefined) return `${argument.name} must be ${argument.type === 'integer' ? 'a number' : 'yes or no'}`;
    given[argument.name] = read;
  }
  const missing = open.find(({ isOptional }) => isOptional !== true);
  return missing === undefined ? given : `${missing.name} is missing`;
}

function readValue({ type }: CommandArgument, text: string): unknown {
  if (type === 'text') return text;
  if (type === 'integer') return /^\d+$/.test(text) ? Number(text) : undefined;
  return /^(?:yes|true|1)$/i.test(text) ? true : /^(?:no|false|0)$/i.test(text) ? false : undefined;
}

const COLUMN = 40;

function ctlHelp(): string {
  const line = ([name, { arguments: args, summary }]: readonly [string, CommandUsage]): string => {
    const left = `  ${[name, ...args.map((one) => (one.isOptional === true ? `[${one.name}]` : one.name))].join(' ')}`;
    return left.length < COLUMN ? `${left.padEnd(COLUMN)}${summary}\n` : `${left}\n${' '.repeat(COLUMN)}${summary}\n`;
  };
  return `usage: tayra ctl [OPTIONS] COMMAND [VALUE | NAME=VALUE]...

Asks a running engine something, or tells it to do something, on its command socket. The answer is JSON.

  -s, --socket FILE   the socket (default: as the configuration says)
  -c, --config FILE   configuration (suricata.yaml) that names it
      --compact       the answer on one line
  -h, --help          this text

commands:
${[...COMMAND_USAGE].map(line).join('')}
exit status: 0 done, 1 the engine refused (the reason is on standard error), 2 wrong usage, 3 nobody listens
`;
}
