// ProtocolDetector: which application protocol the first bytes of a flow's direction belong to.

import type { Direction } from '../framework/transaction.ts';
import { Probed } from '../framework/app-protocol.ts';
import type { AppProtocol, Probe, ProtocolPattern, Transport } from '../framework/app-protocol.ts';
import { parsePortList } from './port-list.ts';
import { patternBytes } from './pattern-bytes.ts';
import type { ProtocolTable } from './protocol-table.ts';

/** Results that are no protocol number. */
export const Detected = { undecided: 0, failed: -1 } as const;

interface CompiledPattern {
  readonly protocol: AppProtocol;
  readonly bytes: Uint8Array;
  readonly nocase: boolean;
  readonly offset: number;
  /** Last place it may begin at. */
  readonly last: number;
  readonly probe: Probe | undefined;
  readonly isWeak: boolean;
  /** Port of the server, 0 for any. */
  readonly port: number;
}

interface CompiledProbe {
  readonly protocol: AppProtocol;
  readonly minimum: number;
  readonly probe: Probe;
}

const LOWER = Uint8Array.from({ length: 256 }, (_, b) => (b >= 0x41 && b <= 0x5a ? b + 0x20 : b));
const NO_PROBES: readonly CompiledProbe[] = [];

/** Patterns and probes of one transport and direction. */
class Side {
  /** Patterns at the very start, by their first byte. */
  private readonly atStart: CompiledPattern[][] = Array.from({ length: 256 }, () => []);
  private readonly elsewhere: CompiledPattern[] = [];
  readonly byPort = new Map<number, CompiledProbe[]>();
  /** Where `detection-ports` has an `sp`. */
  readonly byClientPort = new Map<number, CompiledProbe[]>();
  readonly anyPort: CompiledProbe[] = [];
  /** By number of the protocol: for flows whose other direction speaks it, on whatever port. */
  readonly byProtocol = new Map<number, CompiledProbe[]>();
  /** Bytes after which no pattern can match any more. */
  depth = 0;

  addPattern(one: CompiledPattern): void {
    this.depth = Math.max(this.depth, one.last + one.bytes.length);
    if (one.offset !== 0 || one.last !== 0) this.elsewhere.push(one);
    else {
      const first = one.bytes[0]!;
      addByPrecision(this.atStart[first]!, one);
      if (one.nocase && first >= 0x61 && first <= 0x7a) addByPrecision(this.atStart[first - 0x20]!, one);
    }
  }

  /**
   * Number of the protocol, 0 for none; negative: a probe wants more bytes.
   * @param other number of the protocol that the other direction speaks, 0 for none
   */
  search(data: Uint8Array, start: number, end: number, direction: Direction, other: number, server: number): number {
    let wantsMore = 0;
    const list = end > start ? this.atStart[data[start]!]! : [];
    for (const one of list) {
      if (one.isWeak && other !== 0 && other !== one.protocol.id) continue;
      if (one.port !== 0 && one.port !== server) continue;
      const found = check(one, data, start, start, end, direction);
      if (found > 0) return found;
      if (found < 0) wantsMore = -1;
    }
    for (const one of this.elsewhere) {
      const last = Math.min(start + one.last, end - one.bytes.length);
      for (let at = start + one.offset; at <= last; at++) {
        const found = check(one, data, at, start, end, direction);
        if (found > 0) return found;
        if (found < 0) wantsMore = -1;
      }
    }
    return wantsMore;
  }
}

/** Patterns that a probe confirms, or that are of one port, come first: they say more. */
function addByPrecision(list: CompiledPattern[], one: CompiledPattern): void {
  if (one.probe === undefined && one.port === 0) list.push(one);
  else list.unshift(one);
}

function check(
  one: CompiledPattern,
  data: Uint8Array,
  at: number,
  start: number,
  end: number,
  direction: Direction,
): number {
  const { bytes, nocase } = one;
  if (at + bytes.length > end) return 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = data[at + i]!;
    if (byte !== bytes[i] && !(nocase && LOWER[byte] === bytes[i])) return 0;
  }
  if (one.probe === undefined) return one.protocol.id;
  const answer = one.probe(data, start, end, direction);
  if (answer === Probed.more) return -1;
  return answer === Probed.no ? 0 : one.protocol.id;
}

/** What is known of the bytes besides themselves. */
export interface Where {
  direction: Direction;
  transport: Transport;
  /** Ports of the flow. */
  server: number;
  client: number;
  /** Number of the protocol that the other direction speaks, 0 for none. */
  other: number;
  /** The flow may have been picked up with a packet of the server. */
  mayBeReversed: boolean;
}

export class ProtocolDetector {
  private wantsMore = false;
  /** The last answer was for the other direction: client and server are the wrong way round. */
  isReversed = false;
  private readonly sides: Readonly<Record<Transport, readonly [Side, Side]>> = {
    tcp: [new Side(), new Side()],
    udp: [new Side(), new Side()],
  };

  constructor(table: ProtocolTable) {
    for (const protocol of table.all) this.add(protocol, table);
  }

  private add(protocol: AppProtocol, table: ProtocolTable): void {
    const { patterns = [], probes = [] } = protocol.definition;
    for (const pattern of patterns) {
      if (table.isDetected(protocol, pattern.transport))
        this.sides[pattern.transport][pattern.direction].addPattern(compilePattern(protocol, pattern));
    }
    for (const { transport, direction, ports, clientPorts = '', minimum, probe } of probes) {
      if (!table.isDetected(protocol, transport)) continue;
      const side = this.sides[transport][direction];
      const one = { protocol, minimum, probe };
      append(side.byProtocol, protocol.id, one);
      if (ports === '') continue;
      const list = configuredPorts(protocol, transport, 'dp') ?? ports;
      const clients = configuredPorts(protocol, transport, 'sp') ?? clientPorts;
      if (list === 'any') side.anyPort.push(one);
      else for (const port of parsePortList(list)) append(side.byPort, port, one);
      if (clients !== '') for (const port of parsePortList(clients)) append(side.byClientPort, port, one);
    }
  }

  /** @returns a protocol's number, or a value of Detected */
  detect(data: Uint8Array, start: number, end: number, where: Where): number {
    const { direction, transport, server, client } = where;
    const side = this.sides[transport][direction];
    this.isReversed = false;
    this.wantsMore = false;
    let found = side.search(data, start, end, direction, where.other, server);
    if (found > 0) return found;
    if (found < 0) this.wantsMore = true;
    found = 0;
    if (where.other !== 0) found = this.ask(side.byProtocol.get(where.other) ?? NO_PROBES, data, start, end, direction);
    if (found === 0) found = this.ask(side.byPort.get(server) ?? NO_PROBES, data, start, end, direction);
    if (found === 0) found = this.ask(side.byClientPort.get(client) ?? NO_PROBES, data, start, end, direction);
    if (found === 0) found = this.ask(side.anyPort, data, start, end, direction);
    if (found === 0 && where.mayBeReversed) found = this.fromOtherSide(data, start, end, where);
    if (found !== 0) return found;
    const isPatternPossible = end - start < side.depth;
    return transport === 'tcp' && (this.wantsMore || isPatternPossible) ? Detected.undecided : Detected.failed;
  }

  /** Number of the protocol that one of the probes recognises, 0 for none. */
  private ask(list: readonly CompiledProbe[], data: Uint8Array, start: number, end: number, d: Direction): number {
    for (const one of list) {
      const answer = end - start < one.minimum ? Probed.more : one.probe(data, start, end, d);
      if (answer === Probed.yes || answer === Probed.reversed) {
        this.isReversed = answer === Probed.reversed;
        return one.protocol.id;
      }
      if (answer === Probed.more) this.wantsMore = true;
    }
    return 0;
  }

  /** The first packet may have come from the server: the same with the ends exchanged. */
  private fromOtherSide(data: Uint8Array, start: number, end: number, where: Where): number {
    const direction = (where.direction ^ 1) as Direction;
    const side = this.sides[where.transport][direction];
    let found = side.search(data, start, end, direction, where.other, where.client);
    if (found > 0) {
      this.isReversed = true;
      return found;
    }
    found = this.ask(side.byPort.get(where.client) ?? NO_PROBES, data, start, end, direction);
    if (found !== 0) this.isReversed = !this.isReversed;
    return found;
  }
}

function compilePattern(
  protocol: AppProtocol,
  { content, nocase = false, offset = 0, depth, probe, isWeak = false, port = 0 }: ProtocolPattern,
): CompiledPattern {
  const bytes = patternBytes(content);
  const last = depth === undefined ? offset : depth - bytes.length;
  return { protocol, bytes: nocase ? bytes.map((b) => LOWER[b]!) : bytes, nocase, offset, last, probe, isWeak, port };
}

function configuredPorts(protocol: AppProtocol, transport: Transport, key: 'dp' | 'sp'): string | undefined {
  const { node } = protocol.settings;
  const at = node?.get('detection-ports') ?? node?.get(`${transport}.detection-ports`);
  return at?.string(key);
}

function append(map: Map<number, CompiledProbe[]>, port: number, one: CompiledProbe): void {
  const list = map.get(port);
  if (list === undefined) map.set(port, [one]);
  else list.push(one);
}
