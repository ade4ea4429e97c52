// Arguments of commands: read in the order in which Suricata complains of them.

import { refused } from './server.ts';
import type { Answer } from './server.ts';

export type CommandArguments = Readonly<Record<string, unknown>>;

/** What was given for the names, all texts; or the answer that says which is none. */
export function texts<N extends string>(
  given: CommandArguments,
  names: readonly N[],
  complaint = (name: string): string => `${name} is not a string`,
): Readonly<Record<N, string>> | Answer {
  const found: Partial<Record<N, string>> = {};
  for (const name of names) {
    const value = given[name];
    if (typeof value !== 'string') return refused(complaint(name));
    found[name] = value;
  }
  return found as Record<N, string>;
}

export function isAnswer(value: object): value is Answer {
  return 'isOk' in value;
}
