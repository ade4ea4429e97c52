// The text of an address -> the set it means, as Suricata reads it:
// plain lists flatten into one list of wanted and one of unwanted addresses, a negated list is taken as a
// whole, and an address family of which only unwanted ones are named starts from all of that family.
import { ipv4Range, ipv6ToBigint, parseCidr } from '../base/ip.ts';
import { addressGrammar } from './address-grammar.generated.ts';
import type { AddressNode } from './address-grammar.generated.ts';
import { AddressSet, IPV4_ALL, IPV6_ALL } from './address-set.ts';
import { failed, parsed } from './argument-error.ts';
import type { ArgumentError, Parsed } from './argument-error.ts';
import { grammarRunner } from './grammar-runner.ts';
import { normalise, subtract } from './ranges.ts';
import type { Range } from './ranges.ts';
import { MAX_NESTING, lookup, syntaxFault } from './variable-lookup.ts';
import type { VariableLookup } from './variable-lookup.ts';

const run = grammarRunner<AddressNode>(addressGrammar);

interface Ranges {
  readonly v4: Range<number>[];
  readonly v6: Range<bigint>[];
}

interface Groups {
  readonly wanted: Ranges;
  readonly unwanted: Ranges;
}

/** The set an address text means. Errors: syntax, unknown or circular variable, nothing left. */
export function parseAddresses(text: string, variables: VariableLookup): Parsed<AddressSet> {
  try {
    const { v4, v6 } = evaluate(text, variables, 0);
    return parsed(AddressSet.of(v4, v6));
  } catch (error) {
    if (error instanceof AddressFault) return { ok: false, error: error.fault };
    throw error;
  }
}

// carries a fault out of the recursion; load time only
class AddressFault extends Error {
  readonly fault: ArgumentError;
  constructor(fault: ArgumentError) {
    super(fault.message);
    this.fault = fault;
  }
}

function fail(message: string, node: { at: number; length: number }, hint?: string, code = 'rule/address'): never {
  const result = failed(message, node.at, node.length, hint, code);
  throw new AddressFault((result as { error: ArgumentError }).error);
}

function evaluate(text: string, variables: VariableLookup, depth: number): Ranges {
  const result = run(text);
  if (!result.ok) throw new AddressFault(syntaxFault(result.error, 'address', 'rule/address'));
  return evaluateNode(result.value, { at: 0, length: text.length }, variables, depth);
}

type Whole = { readonly at: number; readonly length: number };

function evaluateNode(node: AddressNode, whole: Whole, variables: VariableLookup, depth: number): Ranges {
  const groups: Groups = { wanted: { v4: [], v6: [] }, unwanted: { v4: [], v6: [] } };
  collect(node, groups, whole, variables, depth);
  return merge(groups, whole);
}

function collect(node: AddressNode, into: Groups, whole: Whole, variables: VariableLookup, depth: number): void {
  if (depth > MAX_NESTING) fail(`lists nest deeper than ${String(MAX_NESTING)}`, { at: node.at, length: 1 });
  if (node.isNegated && node.kind !== 'value') {
    const inner = evaluateNode({ ...node, isNegated: false }, whole, variables, depth + 1);
    into.unwanted.v4.push(...inner.v4);
    into.unwanted.v6.push(...inner.v6);
    return;
  }
  if (node.kind === 'list') {
    for (const item of node.items) collect(item, into, whole, variables, depth + 1);
  } else if (node.kind === 'variable') {
    const place = { at: node.at, length: node.text.length };
    expand(node.text, place, variables, (tree, inner) => {
      collect(tree, into, place, inner, depth + 1);
    });
  } else addValue(node.text, node.at, node.isNegated ? into.unwanted : into.wanted);
}

// faults inside a variable's value are reported at the variable
function expand(
  name: string,
  place: Whole,
  variables: VariableLookup,
  use: (tree: AddressNode, variables: VariableLookup) => void,
): void {
  const found = lookup(name, 'address', variables);
  if (!found.ok) fail(found.error.message, place, found.error.hint, found.error.code);
  const result = run(found.value.text);
  if (!result.ok) {
    fail(`${name}: ${syntaxFault(result.error, 'address', '').message}`, place, `its value is ${found.value.text}`);
  }
  try {
    use(result.value, found.value.inner);
  } catch (error) {
    if (!(error instanceof AddressFault)) throw error;
    const { message, hint, code } = error.fault;
    fail(message.startsWith('$') ? message : `${name}: ${message}`, place, hint, code);
  }
}

function merge({ wanted, unwanted }: Groups, whole: Whole): Ranges {
  const not4 = normalise(unwanted.v4, 1);
  const not6 = normalise(unwanted.v6, 1n);
  if (covers(not4, IPV4_ALL) || covers(not6, IPV6_ALL)) {
    fail(
      'complete address space negated',
      whole,
      'no address is left: is "any" negated, perhaps through a variable?',
      'rule/nothing-left',
    );
  }
  const start4 = wanted.v4.length === 0 && not4.length > 0 ? [IPV4_ALL] : normalise(wanted.v4, 1);
  const start6 = wanted.v6.length === 0 && not6.length > 0 ? [IPV6_ALL] : normalise(wanted.v6, 1n);
  const v4 = subtract(start4, not4, 1);
  const v6 = subtract(start6, not6, 1n);
  if (v4.length === 0 && v6.length === 0) {
    fail('no address left after taking away the negated ones', whole, undefined, 'rule/nothing-left');
  }
  return { v4, v6 };
}

function covers<T extends number | bigint>(ranges: readonly Range<T>[], all: Range<T>): boolean {
  return ranges.length === 1 && ranges[0]![0] === all[0] && ranges[0]![1] === all[1];
}

function addValue(text: string, at: number, into: Ranges): void {
  if (text.toLowerCase() === 'any') {
    into.v4.push(IPV4_ALL);
    into.v6.push(IPV6_ALL);
    return;
  }
  const dash = text.indexOf('-');
  const [low, high] = dash < 0 ? [text, text] : [text.slice(0, dash), text.slice(dash + 1)];
  const from = boundsOf(low, dash >= 0);
  const to = dash < 0 ? from : boundsOf(high, true);
  if (from === undefined || to === undefined || from.family !== to.family) {
    return fail(`${JSON.stringify(text)} is not an address`, { at, length: text.length }, addressHint(text));
  }
  if (from.low > to.high) return fail('the range ends before it starts', { at, length: text.length });
  if (from.family === 4) into.v4.push([Number(from.low), Number(to.high)]);
  else into.v6.push([from.low, to.high]);
}

function boundsOf(text: string, isPlain: boolean): { family: 4 | 6; low: bigint; high: bigint } | undefined {
  const cidr = isPlain && text.includes('/') ? undefined : parseCidr(text);
  if (cidr === undefined) return undefined;
  const [w0, w1, w2, w3] = cidr.words;
  if (cidr.family === 4) {
    const [low, high] = ipv4Range(w0, cidr.prefix);
    return { family: 4, low: BigInt(low), high: BigInt(high) };
  }
  const hostBits = (1n << BigInt(128 - cidr.prefix)) - 1n;
  const value = ipv6ToBigint(w0, w1, w2, w3);
  return { family: 6, low: value & ~hostBits, high: value | hostBits };
}

function addressHint(text: string): string {
  if (/^[A-Z_]+$/.test(text)) return `a variable is written $${text}`;
  if (/^\d+$/.test(text)) return 'an address needs four parts; is a header word missing?';
  return 'addresses are written 10.0.0.1, 10.0.0.0/8, 10.0.0.1-10.0.0.9, 2001:db8::/32, any';
}
