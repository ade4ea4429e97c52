// tayra drops: where a running engine loses packets, from the network card to the logs, and what helps.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandClient, ConnectionError, socketPath } from './command-client.ts';
import { LOSS_OF_CARDS, lossOf, lossText } from './loss.ts';
import type { CardCounters, CounterTree } from './loss.ts';

const NOTHING_LOST = 0;
const LOST = 1;
const WRONG_USAGE = 2;
const NO_CONNECTION = 3;

export const DROPS_HELP = `usage: tayra drops [--socket FILE] [-c FILE] [--json]

Shows where a running engine loses packets, on the way from the network card to the logs, and what helps.

  -s, --socket FILE   its command socket (default: as the configuration says)
  -c, --config FILE   configuration (suricata.yaml) that names it
      --json          as JSON, places without loss too
  -h, --help          this text

exit status: 0 nothing is lost, 1 something is, 2 wrong usage, 3 nobody listens
`;

/** @returns the exit status */
export async function runDrops(words: readonly string[]): Promise<number> {
  const args = parse(words);
  if (args === 'help') {
    process.stdout.write(DROPS_HELP);
    return NOTHING_LOST;
  }
  if (typeof args === 'string') {
    process.stderr.write(`tayra drops: ${args}\n`);
    return WRONG_USAGE;
  }
  try {
    const client = await CommandClient.open(socketPath(args.socket, args.config));
    const counters = await client.ask('dump-counters');
    const interfaces = await client.ask('iface-list');
    client.close();
    if (!counters.isOk) throw new ConnectionError(String(counters.message));
    const losses = lossOf(counters.message as CounterTree, cardsOf(interfaces.message));
    process.stdout.write(args.isJson ? `${JSON.stringify(losses, null, 2)}\n` : lossText(losses));
    return losses.some(({ lost }) => lost > 0) ? LOST : NOTHING_LOST;
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    process.stderr.write(`tayra drops: ${error.message}\n`);
    return NO_CONNECTION;
  }
}

function parse(
  words: readonly string[],
): { socket: string | undefined; config: string | undefined; isJson: boolean } | string {
  let socket: string | undefined;
  let config: string | undefined;
  let isJson = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '-h' || word === '--help') return 'help';
    if (word === '--json') isJson = true;
    else if (['-s', '--socket', '-c', '--config'].includes(word) && words[i + 1] === undefined)
      return `${word} needs a value`;
    else if (word === '-s' || word === '--socket') socket = words[++i];
    else if (word === '-c' || word === '--config') config = words[++i];
    else return `unknown option ${word}`;
  }
  return { socket, config, isJson };
}

/** Of the interfaces that are interfaces here; queues have none. */
function cardsOf(message: unknown): Map<string, CardCounters> {
  const names = (message as { ifaces?: readonly string[] } | undefined)?.ifaces ?? [];
  const cards = new Map<string, CardCounters>();
  for (const name of names) {
    const counters = LOSS_OF_CARDS.map((counter): [string, number | undefined] => [counter, countOf(name, counter)]);
    const known = counters.filter((entry): entry is [string, number] => entry[1] !== undefined);
    if (known.length > 0) cards.set(name, Object.fromEntries(known));
  }
  return cards;
}

function countOf(name: string, counter: string): number | undefined {
  if (name.includes('/')) return undefined;
  try {
    return Number(readFileSync(join('/sys/class/net', name, 'statistics', counter), 'utf8'));
  } catch {
    return undefined; // no such interface in this namespace
  }
}
