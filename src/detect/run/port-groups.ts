// PortGroups: the signatures of one protocol and direction by the ports they ask for.

import type { Packet } from '../../framework/packet.ts';
import type { RawStream } from '../../framework/stream.ts';
import type { PortSet } from '../../rules/index.ts';
import type { SignatureOutline } from '../compile/outline.ts';
import type { Candidates } from './candidates.ts';
import type { GroupParts } from './groups.ts';
import { PortIndex, isNarrow, portCount } from './port-index.ts';
import { Prefilter } from './prefilter.ts';

/**
 * Ports of servers that most traffic goes to: what asks for one of them is looked for together with what asks for
 * none. One scan for a thousand patterns costs half of two for five hundred each, but each such port costs a database.
 */
const BUSY_PORTS = [53, 80, 443];

/**
 * By the port that says most: those that ask for a few destination ports, those that ask for a few source ports, and
 * all others. A packet needs one group of each, and no signature is in the databases of hundreds of ports.
 */
export class PortGroups {
  private readonly anyPort: Prefilter;
  private readonly byDestination: IndexedGroups;
  private readonly bySource: IndexedGroups;
  /** Of the packets that these groups are for, where the server's port stands. */
  private readonly servers: 'destination' | 'source';
  /** By number of the server's port group: that group together with `anyPort`; null for ports that are not busy. */
  private readonly busy: readonly (Prefilter | null)[];

  constructor(signatures: readonly SignatureOutline[], servers: 'destination' | 'source', parts: GroupParts) {
    const anyPort: SignatureOutline[] = [];
    const byDestination: [PortSet, number][] = [];
    const bySource: [PortSet, number][] = [];
    for (const signature of signatures) {
      const { sourcePort, destinationPort, isEitherWay } = signature.header;
      const isSource = portCount(sourcePort) < portCount(destinationPort);
      const ports = isSource ? sourcePort : destinationPort;
      if (!isNarrow(ports)) {
        anyPort.push(signature);
        continue;
      }
      if (!isSource || isEitherWay) byDestination.push([ports, signature.iid]);
      if (isSource || isEitherWay) bySource.push([ports, signature.iid]);
    }
    const byIid = new Map(signatures.map((signature) => [signature.iid, signature]));
    this.anyPort = new Prefilter(anyPort, parts.tables, parts.ids);
    this.byDestination = new IndexedGroups(byDestination, byIid, parts);
    this.bySource = new IndexedGroups(bySource, byIid, parts);
    this.servers = servers;
    this.busy = (servers === 'destination' ? this.byDestination : this.bySource).joined(BUSY_PORTS, anyPort, parts);
  }

  scan(p: Packet, stream: RawStream, blocks: number, appProtocol: number, candidates: Candidates): void {
    const destination = this.byDestination.number(p.dp);
    const source = this.bySource.number(p.sp);
    const isToServer = this.servers === 'destination';
    const joined = (isToServer ? source : destination) === 0 ? this.busy[isToServer ? destination : source]! : null;
    if (joined !== null) {
      joined.scan(p, stream, blocks, appProtocol, candidates);
      return;
    }
    this.anyPort.scan(p, stream, blocks, appProtocol, candidates);
    if (destination !== 0) this.byDestination.scan(destination, p, stream, blocks, appProtocol, candidates);
    if (source !== 0) this.bySource.scan(source, p, stream, blocks, appProtocol, candidates);
  }
}

class IndexedGroups {
  private readonly numbers: Uint16Array;
  private readonly lists: readonly (readonly SignatureOutline[])[];
  private readonly groups: readonly Prefilter[];

  constructor(
    entries: readonly (readonly [PortSet, number])[],
    byIid: ReadonlyMap<number, SignatureOutline>,
    { tables, ids }: GroupParts,
  ) {
    const index = new PortIndex(entries);
    this.numbers = index.numbers;
    this.lists = index.lists.map((list) => list.map((iid) => byIid.get(iid)!));
    this.groups = this.lists.map((list) => new Prefilter(list, tables, ids));
  }

  /** Of the group of a port; 0: no signature asks for it. */
  number(port: number): number {
    return this.numbers[port]!;
  }

  scan(
    number: number,
    p: Packet,
    stream: RawStream,
    blocks: number,
    appProtocol: number,
    candidates: Candidates,
  ): void {
    this.groups[number]!.scan(p, stream, blocks, appProtocol, candidates);
  }

  /** By number of a group, it and `others` in one; null for those of other ports. */
  joined(
    ports: readonly number[],
    others: readonly SignatureOutline[],
    { tables, ids }: GroupParts,
  ): (Prefilter | null)[] {
    const numbers = new Set(ports.map((port) => this.number(port)));
    return this.lists.map((list, number) =>
      number !== 0 && numbers.has(number) ? new Prefilter([...list, ...others], tables, ids) : null,
    );
  }
}
