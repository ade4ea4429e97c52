// Arithmetic of packet filters: `tcp[tcpflags] & tcp-syn != 0`, `ip[2:2] > 576`; unsigned, 32 bits.
import { CONSTANTS, ETHER_TYPES, IP_PROTOCOLS } from './constants.ts';
import type { Test } from './primitive.ts';
import { ETHER_IPV4, ETHER_IPV6 } from './view.ts';
import type { FilterView } from './view.ts';
import { FilterError } from './words.ts';
import type { WordReader } from './word-reader.ts';

/** NaN when a byte asked for is not there. */
type Value = (view: FilterView) => number;

const RELATIONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

const OPERATORS: readonly Readonly<Record<string, (a: number, b: number) => number>>[] = [
  { '|': (a, b) => (a | b) >>> 0, '&': (a, b) => (a & b) >>> 0, '^': (a, b) => (a ^ b) >>> 0 },
  { '<<': (a, b) => (a << b) >>> 0, '>>': (a, b) => a >>> b },
  { '+': (a, b) => (a + b) >>> 0, '-': (a, b) => (a - b) >>> 0 },
  {
    '*': (a, b) => Math.imul(a, b) >>> 0,
    '/': (a, b) => (b === 0 ? NaN : Math.floor(a / b)),
    '%': (a, b) => (b === 0 ? NaN : a % b),
  },
];

/** `value relation value`; false when a byte that either side needs is not there. */
export function parseRelation(words: WordReader, tags: number): Test {
  const left = parseLevel(words, tags, 0);
  const relation = RELATIONS[words.peek() ?? ''];
  if (relation === undefined) throw new FilterError(`expected a comparison before "${words.peek() ?? 'the end'}"`);
  words.next();
  const right = parseLevel(words, tags, 0);
  return (v) => {
    const a = left(v);
    const b = right(v);
    return !Number.isNaN(a) && !Number.isNaN(b) && relation(a, b);
  };
}

function parseLevel(words: WordReader, tags: number, level: number): Value {
  const operators = OPERATORS[level];
  if (operators === undefined) return parseValue(words, tags);
  let left = parseLevel(words, tags, level + 1);
  for (let operator = operators[words.peek() ?? '']; operator !== undefined; operator = operators[words.peek() ?? '']) {
    words.next();
    left = combine(operator, left, parseLevel(words, tags, level + 1));
  }
  return left;
}

function combine(operator: (a: number, b: number) => number, left: Value, right: Value): Value {
  return (v) => {
    const a = left(v);
    const b = right(v);
    return Number.isNaN(a) || Number.isNaN(b) ? NaN : operator(a, b);
  };
}

function parseValue(words: WordReader, tags: number): Value {
  const word = words.next();
  if (word === '(') {
    const inner = parseLevel(words, tags, 0);
    words.expect(')');
    return inner;
  }
  if (word === '-') {
    const inner = parseValue(words, tags);
    return (v) => -inner(v) >>> 0;
  }
  if (word === 'len' || word === 'length') return (v) => v.wireLength;
  if (/^\d/.test(word)) return constant(Number(word));
  if (words.peek() === '[') return parseAccess(word, words, tags);
  const value = CONSTANTS[word];
  if (value === undefined) throw new FilterError(`syntax error at "${word}"`);
  return constant(value);
}

function constant(value: number): Value {
  if (Number.isNaN(value)) throw new FilterError('invalid number');
  return () => value >>> 0;
}

/** `proto[offset]`, `proto[offset:size]`. */
function parseAccess(name: string, words: WordReader, tags: number): Value {
  const base = baseOf(name, tags);
  words.expect('[');
  const offset = parseLevel(words, tags, 0);
  const size = words.accept(':') ? Number(words.next()) : 1;
  if (![1, 2, 4].includes(size)) throw new FilterError('data size must be 1, 2, or 4');
  words.expect(']');
  return (v) => {
    const from = base(v);
    const value = from < 0 ? -1 : v.load(from + offset(v), size);
    return value < 0 ? NaN : value;
  };
}

/** Offset where the header of a protocol begins, -1 when the packet has none. */
function baseOf(name: string, tags: number): Value {
  if (name === 'ether' || name === 'link') return (v) => v.start;
  const type = ETHER_TYPES[name];
  if (type !== undefined) return (v) => (v.etherType(tags) === type ? v.network(tags) : -1);
  const proto = IP_PROTOCOLS[name];
  if (proto === undefined) throw new FilterError(`unknown protocol '${name}'`);
  // as libpcap: only ICMPv6 is looked at below IPv6
  const family = name === 'icmp6' ? ETHER_IPV6 : ETHER_IPV4;
  return (v) => (v.protocol(tags) === proto && v.etherType(tags) === family ? v.transport(tags) : -1);
}
