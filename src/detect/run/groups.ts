// Signature groups: what of a rule set a packet of a protocol, direction and pair of ports can match at all.

import type { Packet } from '../../framework/packet.ts';
import { PacketFlag } from '../../framework/packet.ts';
import { SigFlag } from '../../framework/signature.ts';
import type { Steps } from '../../base/steps.ts';
import type { SignatureOutline } from '../compile/outline.ts';
import type { RawStream } from '../../framework/stream.ts';
import type { Candidates } from './candidates.ts';
import { IpOnlyIndex } from './ip-only.ts';
import { PAYLOAD_PLACE } from '../compile/tx-plan.ts';
import type { ProtocolIds } from '../compile/tx-plan.ts';
import type { PatternTables } from './pattern-table.ts';
import { PortGroups } from './port-groups.ts';
import { Prefilter } from './prefilter.ts';

const PROTOCOLS: Readonly<Record<string, readonly number[]>> = {
  tcp: [1],
  'tcp-pkt': [1],
  'tcp-stream': [1],
  udp: [2],
  icmp: [3],
  icmpv4: [3],
  icmpv6: [3],
  sctp: [4],
  igmp: [4],
  ether: [0, 1, 2, 3, 4],
  arp: [0],
  pkthdr: [0, 1, 2, 3, 4],
};
const EVERY_IP = [1, 2, 3, 4];
const COLUMNS = 5;
const COLUMN_OF_TRANSPORT = { tcp: 1, udp: 2 } as const;

/** What groups are made with. */
export interface GroupParts {
  readonly tables: PatternTables;
  /** Numbers of application protocols by the names of rule headers. */
  readonly ids: ProtocolIds;
  /** The transports of an application protocol of that name; undefined where there is none. */
  readonly transports: (name: string) => readonly ('tcp' | 'udp')[] | undefined;
}

/** 0: no IP, 1: TCP, 2: UDP, 3: ICMP of either version, 4: everything else over IP. */
function columnOf(proto: number): number {
  if (proto === 6) return 1;
  if (proto === 17) return 2;
  if (proto === 1 || proto === 58) return 3;
  return proto < 0 ? 0 : 4;
}

export class SignatureGroups {
  /** By column and direction; packets without a flow count as those to a server. */
  private toServer: readonly PortGroups[] = [];
  private toClient: readonly PortGroups[] = [];
  private readonly ipOnly: IpOnlyIndex;
  /** For packets that did not decode. */
  private readonly decoderEvents: Prefilter;

  private constructor(signatures: readonly SignatureOutline[], parts: GroupParts) {
    this.ipOnly = new IpOnlyIndex(signatures.filter((signature) => signature.type === 'ip_only'));
    const events = signatures.filter((signature) => signature.type === 'de_only');
    this.decoderEvents = new Prefilter(events, parts.tables, parts.ids);
  }

  static *of(signatures: readonly SignatureOutline[], parts: GroupParts): Steps<SignatureGroups> {
    const groups = new SignatureGroups(signatures, parts);
    const rest = signatures.filter(isOnPayload);
    yield;
    groups.toServer = yield* groupsOf(rest, SigFlag.toClient, parts);
    groups.toClient = yield* groupsOf(rest, SigFlag.toServer, parts);
    return groups;
  }

  /** Fills `candidates` for a packet with `blocks` of its stream due. */
  collect(p: Packet, stream: RawStream, blocks: number, appProtocol: number, candidates: Candidates): void {
    candidates.clear();
    if ((p.flags & PacketFlag.invalid) !== 0) {
      this.decoderEvents.scan(p, stream, 0, 0, candidates);
      // with a header of IP that holds, the packet is one for rules that ask for no more
      if (p.ipVersion === 0) return;
    }
    const groups = (p.flags & PacketFlag.toClient) !== 0 ? this.toClient : this.toServer;
    groups[columnOf(p.proto)]!.scan(p, stream, blocks, appProtocol, candidates);
  }

  /** Adds the rules about addresses alone, due once per direction of a flow: they hold for broken transport layers too. */
  collectIpOnly(p: Packet, candidates: Candidates): void {
    if (p.ipVersion !== 0) this.ipOnly.collect(p, candidates);
  }
}

/** What packets and streams make a candidate; of the rules on transactions, those whose pattern is in the payload. */
function isOnPayload({ type, tx, frame }: SignatureOutline): boolean {
  return type !== 'ip_only' && frame === null && (tx === null || tx.some(({ place }) => place === PAYLOAD_PLACE));
}

/** The columns in which a signature can match. */
function columnsOf({ protocol, header }: SignatureOutline, { transports }: GroupParts): readonly number[] {
  if (header.protocol >= 0) return [columnOf(header.protocol)];
  const name = protocol.toLowerCase();
  return PROTOCOLS[name] ?? transports(name)?.map((transport) => COLUMN_OF_TRANSPORT[transport]) ?? EVERY_IP;
}

/** @param unwanted the direction bit that keeps a signature out when it is the only one */
function* groupsOf(signatures: readonly SignatureOutline[], unwanted: number, parts: GroupParts): Steps<PortGroups[]> {
  const servers = unwanted === SigFlag.toClient ? 'destination' : 'source';
  const columns: SignatureOutline[][] = Array.from({ length: COLUMNS }, () => []);
  for (const signature of signatures) {
    if ((signature.flags & (SigFlag.toServer | SigFlag.toClient)) === unwanted) continue;
    for (const column of columnsOf(signature, parts)) columns[column]!.push(signature);
  }
  const groups: PortGroups[] = [];
  for (const column of columns) {
    groups.push(new PortGroups(column, servers, parts));
    yield;
  }
  return groups;
}
