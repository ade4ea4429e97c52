// The text of a port -> the set it means, as Suricata reads it: lists flatten into wanted and unwanted ports,
// a negation before a list turns every item of it, and with nothing wanted all ports are the start.
import { failed, parsed } from './argument-error.ts';
import type { ArgumentError, Parsed } from './argument-error.ts';
import { grammarRunner } from './grammar-runner.ts';
import { portGrammar } from './port-grammar.generated.ts';
import type { PortNode } from './port-grammar.generated.ts';
import { PORTS_ALL, PortSet } from './port-set.ts';
import { normalise, subtract } from './ranges.ts';
import type { Range } from './ranges.ts';
import { MAX_NESTING, lookup, syntaxFault } from './variable-lookup.ts';
import type { VariableLookup } from './variable-lookup.ts';

const run = grammarRunner<PortNode>(portGrammar);
const CODE = 'rule/port';

interface Groups {
  readonly wanted: Range<number>[];
  readonly unwanted: Range<number>[];
}

/** The set a port text means. Errors: syntax, unknown or circular variable, nothing left. */
export function parsePorts(text: string, variables: VariableLookup): Parsed<PortSet> {
  const groups: Groups = { wanted: [], unwanted: [] };
  const error = collectText(text, false, groups, variables, 0);
  if (error !== undefined) return { ok: false, error };
  return merge(groups, text.length);
}

function collectText(
  text: string,
  isNegated: boolean,
  into: Groups,
  variables: VariableLookup,
  depth: number,
): ArgumentError | undefined {
  const result = run(text);
  if (!result.ok) return syntaxFault(result.error, 'port', CODE);
  return collect(result.value, isNegated, into, variables, depth);
}

function collect(
  node: PortNode,
  isOuterNegated: boolean,
  into: Groups,
  variables: VariableLookup,
  depth: number,
): ArgumentError | undefined {
  const isNegated = node.isNegated !== isOuterNegated;
  if (depth > MAX_NESTING) return fault(`lists nest deeper than ${String(MAX_NESTING)}`, node.at, 1);
  if (node.kind === 'list') {
    for (const item of node.items) {
      const error = collect(item, isNegated, into, variables, depth + 1);
      if (error !== undefined) return error;
    }
    return undefined;
  }
  if (node.kind === 'variable') return collectVariable(node, isNegated, into, variables, depth);
  const range = readRange(node.text, node.at);
  if (!range.ok) return range.error;
  const target = isNegated ? into.unwanted : into.wanted;
  target.push(range.value);
  return undefined;
}

// faults inside a variable's value are reported at the variable
function collectVariable(
  node: PortNode & { kind: 'value' | 'variable' },
  isNegated: boolean,
  into: Groups,
  variables: VariableLookup,
  depth: number,
): ArgumentError | undefined {
  const place = { at: node.at, length: node.text.length };
  const found = lookup(node.text, 'port', variables);
  if (!found.ok) return { ...found.error, ...place };
  const error = collectText(found.value.text, isNegated, into, found.value.inner, depth + 1);
  if (error === undefined) return undefined;
  const message = error.message.includes('$') ? error.message : `${node.text}: ${error.message}`;
  return { ...error, ...place, message };
}

function readRange(text: string, at: number): Parsed<Range<number>> {
  if (text.toLowerCase() === 'any') return parsed(PORTS_ALL);
  const match = /^(\d*)[ \t]*(:?)[ \t]*(\d*)$/.exec(text);
  const bad = (message: string, hint?: string): Parsed<never> => failed(message, at, text.length, hint, CODE);
  if (match === null) {
    const hint = /^[A-Z_]+$/.test(text) ? `a variable is written $${text}` : 'ports are written 80, 80:90, 1024:, any';
    return bad(`${JSON.stringify(text)} is not a port`, hint);
  }
  const [, first, colon, second] = match;
  const low = first === '' ? 0 : Number(first);
  const high = colon === '' ? low : second === '' ? 65535 : Number(second);
  if (low > 65535 || high > 65535) return bad('a port is at most 65535');
  return low > high ? bad('the range ends before it starts') : parsed([low, high]);
}

function merge({ wanted, unwanted }: Groups, length: number): Parsed<PortSet> {
  const not = normalise(unwanted, 1);
  if (not.length === 1 && not[0]![0] === 0 && not[0]![1] === 65535) {
    return failed('complete port space negated', 0, length, undefined, 'rule/nothing-left');
  }
  const start = wanted.length === 0 && not.length > 0 ? [PORTS_ALL] : normalise(wanted, 1);
  const left = subtract(start, not, 1);
  if (left.length > 0) return parsed(PortSet.of(left));
  const hint = not.length > 0 ? 'a negation before a list turns each item of it, negated ones too' : undefined;
  return failed('no port left after taking away the negated ones', 0, length, hint, 'rule/nothing-left');
}

function fault(message: string, at: number, length: number): ArgumentError {
  return { message, at, length, code: CODE };
}
