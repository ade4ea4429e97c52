// The packet filter of the command line: `-F FILE`, or the words that are no options.
import { readFileSync } from 'node:fs';
import { readFilter } from '../pcap/index.ts';
import type { PacketFilter } from '../pcap/index.ts';
import { lastValue } from './arguments.ts';
import type { Arguments } from './arguments.ts';

/** Undefined without one; the message of the error for a bad one. */
export function filterOf(args: Arguments): PacketFilter | string | undefined {
  const file = lastValue(args, 'filterFile');
  if (file !== undefined && args.rest.length > 0) return 'a packet filter in a file (-F) and one on the command line';
  let text = args.rest.join(' ');
  if (file !== undefined) {
    const read = readFile(file);
    if (read === undefined) return `Failed to open file ${file}`;
    text = read;
  }
  return readFilter(text);
}

/** Comments run from `#` to the end of the line; lines are joined. */
function readFile(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/#.*$/gm, ' ').replace(/\s+/g, ' ');
  } catch {
    return undefined;
  }
}
