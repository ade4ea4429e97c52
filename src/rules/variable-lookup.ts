// Finding a variable of the vars section while guarding against circles; faults shared by addresses and ports.
import { nearestName } from '../base/nearest-name.ts';
import { failed, parsed } from './argument-error.ts';
import type { ArgumentError, Parsed } from './argument-error.ts';
import type { GrammarError } from './grammar-runner.ts';

export type VariableKind = 'address' | 'port';

/** The two groups, and the variables whose values are being read right now. */
export interface VariableLookup {
  readonly address: ReadonlyMap<string, string>;
  readonly port: ReadonlyMap<string, string>;
  readonly open: readonly string[];
}

/** Lists and variables within each other; deeper is an attack or a slip. */
export const MAX_NESTING = 64;

/** Value of `$NAME` and the lookup to read it with. */
export function lookup(
  reference: string,
  kind: VariableKind,
  variables: VariableLookup,
): Parsed<{ text: string; inner: VariableLookup }> {
  const name = reference.slice(1);
  const text = variables[kind].get(name);
  if (text === undefined) {
    return failed(
      `${kind} variable ${reference} is not defined`,
      0,
      reference.length,
      unknownHint(name, kind, variables),
      'rule/unknown-variable',
    );
  }
  if (variables.open.includes(name)) {
    const circle = [...variables.open.slice(variables.open.indexOf(name)), name].map((n) => `$${n}`);
    return failed(
      `${kind} variable ${reference} contains itself: ${circle.join(' -> ')}`,
      0,
      reference.length,
      undefined,
      'rule/circular-variable',
    );
  }
  return parsed({ text, inner: { ...variables, open: [...variables.open, name] } });
}

function unknownHint(name: string, kind: VariableKind, variables: VariableLookup): string {
  const other = kind === 'address' ? 'port' : 'address';
  if (variables[other].has(name)) return `there is a ${other} variable of this name`;
  const near = nearestName(name, variables[kind].keys(), 0);
  return near === undefined ? `define it in vars.${kind}-groups` : `did you mean $${near}?`;
}

/** What a grammar's refusal means in an address or port text. */
export function syntaxFault(error: GrammarError, kind: VariableKind, code: string): ArgumentError {
  const fault = { at: error.at, length: Math.max(1, error.length), code };
  if (error.found === '') {
    const isList = error.expected.includes('close');
    return { ...fault, message: isList ? 'a "[" is never closed' : `the ${kind} is incomplete` };
  }
  const rest = error.found.slice(0, 20);
  if (error.found.startsWith('!')) return { ...fault, message: 'two negations in a row', hint: 'write a single !' };
  if (kind === 'port' && error.found.startsWith('-')) {
    return { ...fault, message: 'a port range is not written with "-"', hint: 'write 80:90' };
  }
  if (error.expected.includes('comma'))
    return { ...fault, message: `found ${JSON.stringify(rest)} where "," or "]" should be` };
  return {
    ...fault,
    message: `${JSON.stringify(rest)} does not belong in ${kind === 'port' ? 'a port' : 'an address'}`,
  };
}
