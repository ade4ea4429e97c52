// Packet filter expressions (the language of pcap-filter(7)) to a test: `and` and `or` bind alike, from the left.
import { parseRelation } from './arithmetic.ts';
import { CONSTANTS, ETHER_TYPES, IP_PROTOCOLS } from './constants.ts';
import { ETHER_IPV4, ETHER_IPV6 } from './view.ts';
import {
  etherTest,
  ipProtocolTest,
  networkTest,
  parseNetwork,
  portNumber,
  portTest,
  protocolTest,
} from './primitive.ts';
import type { Side, Test } from './primitive.ts';
import { FilterError, filterWords } from './words.ts';
import { WordReader } from './word-reader.ts';

type Kind = 'host' | 'net' | 'port' | 'portrange' | 'proto';

interface Qualifiers {
  readonly proto: string | undefined;
  readonly side: Side;
  readonly kind: Kind | undefined;
}

const KINDS: readonly string[] = ['host', 'net', 'port', 'portrange', 'proto'];
const NOT_SUPPORTED: readonly string[] = [
  'gateway', 'mpls', 'pppoed', 'pppoes', 'geneve', 'inbound', 'outbound', 'protochain', 'wlan', 'iso', 'decnet', 'llc',
]; // prettier-ignore
const isProtocol = (word: string): boolean =>
  word === 'ether' || ETHER_TYPES[word] !== undefined || IP_PROTOCOLS[word] !== undefined;

/** @throws FilterError */
export function parseFilter(text: string): Test {
  const words = new WordReader(filterWords(text));
  if (words.isAtEnd) return () => true;
  const test = new FilterParser(words).expression();
  if (!words.isAtEnd) throw new FilterError(`syntax error at "${words.peek()!}"`);
  return test;
}

class FilterParser {
  private readonly words: WordReader;
  /** VLAN tags that `vlan` has taken off so far: what follows looks below them. */
  private tags = 0;
  /** What a bare id means: as the one before. */
  private last: Qualifiers | undefined;

  constructor(words: WordReader) {
    this.words = words;
  }

  expression(): Test {
    let left = this.term();
    for (;;) {
      if (this.words.accept('and', '&&')) left = both(left, this.term());
      else if (this.words.accept('or', '||')) left = either(left, this.term());
      else return left;
    }
  }

  private term(): Test {
    const { words } = this;
    if (words.accept('not', '!')) {
      const inner = this.term();
      return (v) => !inner(v);
    }
    const relation = this.relation();
    if (relation !== undefined) return relation;
    if (words.accept('(')) {
      const inner = this.expression();
      words.expect(')');
      return inner;
    }
    return this.primitive();
  }

  /** A comparison if one stands here: a parenthesis may begin one, or an expression. */
  private relation(): Test | undefined {
    const { words } = this;
    const word = words.peek() ?? '';
    const isValue = /^\d+$|^0x/.test(word) || word === '-' || word === 'len' || CONSTANTS[word] !== undefined;
    const isAccess = words.peek(1) === '[';
    if (!isValue && word !== '(' && !isAccess) return undefined;
    const before = words.position;
    try {
      return parseRelation(words, this.tags);
    } catch (error) {
      if (!(error instanceof FilterError) || isAccess) throw error;
      words.position = before;
      return undefined;
    }
  }

  private primitive(): Test {
    const { words } = this;
    const word = words.peek() ?? '';
    if (NOT_SUPPORTED.includes(word)) throw new FilterError(`"${word}" is not supported`);
    if (words.accept('vlan')) return this.vlan();
    if (words.accept('vni')) return this.vni();
    if (words.accept('less')) return this.size((length, limit) => length <= limit);
    if (words.accept('greater')) return this.size((length, limit) => length >= limit);
    if (words.accept('broadcast')) return etherTest('ff:ff:ff:ff:ff:ff', 'dst');
    if (words.accept('multicast')) return (v) => v.isEthernet && (v.byte(v.start) & 1) === 1;
    return this.qualified();
  }

  private vlan(): Test {
    const { tags } = this;
    const id = /^\d+$/.test(this.words.peek() ?? '') ? Number(this.words.next()) : undefined;
    this.tags++;
    return (v) => (id === undefined ? v.vlanId(tags) >= 0 : v.vlanId(tags) === id);
  }

  /** Ours: the network of a traffic mirror that a packet came from. */
  private vni(): Test {
    const id = /^\d+$/.test(this.words.peek() ?? '') ? Number(this.words.next()) : undefined;
    return (v) => (id === undefined ? v.vni >= 0 : v.vni === id);
  }

  private size(holds: (length: number, limit: number) => boolean): Test {
    const limit = Number(this.words.next());
    if (Number.isNaN(limit)) throw new FilterError('expected a length');
    return (v) => holds(v.wireLength, limit);
  }

  private qualified(): Test {
    const { words } = this;
    const proto = isProtocol(words.peek() ?? '') ? words.next() : undefined;
    if (proto !== undefined && words.accept('multicast')) return multicast(proto, this.tags);
    if (proto === 'ether' && words.accept('broadcast')) return etherTest('ff:ff:ff:ff:ff:ff', 'dst');
    const side = this.side();
    const kind = KINDS.includes(words.peek() ?? '') ? (words.next() as Kind) : undefined;
    if (proto !== undefined && side === undefined && kind === undefined && !this.isIdNext())
      return protocolTest(proto, this.tags);
    const isBare = proto === undefined && side === undefined && kind === undefined;
    const qualifiers = isBare && this.last !== undefined ? this.last : { proto, side: side ?? 'either', kind };
    this.last = qualifiers;
    return this.id(qualifiers);
  }

  private side(): Side | undefined {
    const { words } = this;
    const first = words.peek();
    if (first !== 'src' && first !== 'dst') return undefined;
    words.next();
    const joint = words.peek();
    const isPair = (joint === 'or' || joint === 'and') && ['src', 'dst'].includes(words.peek(1) ?? '');
    if (!isPair) return first;
    words.position += 2;
    return joint === 'or' ? 'either' : 'both';
  }

  private isIdNext(): boolean {
    const word = this.words.peek();
    return word !== undefined && /^[0-9a-f]*[.:][0-9a-f.:]+/i.test(word);
  }

  private id({ proto, side, kind }: Qualifiers): Test {
    const { words, tags } = this;
    const word = words.next();
    if (kind === 'proto') return this.protocolNumber(proto, word);
    if (kind === 'port' || kind === 'portrange') {
      const [low, high] = kind === 'port' ? [word, word] : word.split('-');
      const number = proto === undefined ? undefined : IP_PROTOCOLS[proto];
      if (high === undefined) throw new FilterError(`expected a range of ports such as 6000-6008, not "${word}"`);
      return portTest(portNumber(low!), portNumber(high), side, number, tags);
    }
    if (proto === 'ether') return etherTest(word, side);
    if (!/[.:]/.test(word) && kind !== 'net')
      throw new FilterError(`unknown host '${word}': host names are not looked up`);
    const mask = kind === 'net' && words.accept('mask') ? words.next() : undefined;
    return networkTest(parseNetwork(word, mask), side, proto, tags);
  }

  private protocolNumber(family: string | undefined, word: string): Test {
    const number = /^\d|^0x/.test(word) ? Number(word) : (IP_PROTOCOLS[word] ?? ETHER_TYPES[word]);
    if (number === undefined || Number.isNaN(number)) throw new FilterError(`unknown protocol '${word}'`);
    const { tags } = this;
    if (family === 'ether') return (v) => v.etherType(tags) === number;
    return ipProtocolTest(number, tags, family === 'ip' ? ETHER_IPV4 : family === 'ip6' ? ETHER_IPV6 : 0);
  }
}

function both(a: Test, b: Test): Test {
  return (v) => a(v) && b(v);
}

function either(a: Test, b: Test): Test {
  return (v) => a(v) || b(v);
}

function multicast(proto: string, tags: number): Test {
  if (proto === 'ip') return (v) => v.etherType(tags) === ETHER_IPV4 && v.byte(v.network(tags) + 16) >= 224;
  if (proto === 'ip6') return (v) => v.etherType(tags) === ETHER_IPV6 && v.byte(v.network(tags) + 24) === 255;
  if (proto === 'ether') return (v) => v.isEthernet && (v.byte(v.start) & 1) === 1;
  throw new FilterError(`"${proto} multicast" has no meaning`);
}
