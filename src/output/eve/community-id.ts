// Community ID version 1: the same flow has the same id in every tool (github.com/corelight/community-id-spec).
import { createHash } from 'node:crypto';
import { hasPorts, icmpPeerType, isIcmp } from '../text/protocol-name.ts';

const buffer = Buffer.alloc(2 + 16 + 16 + 2 + 4);

/** The fields of a flow as the specification names them; addresses as four words each, ports or ICMP type and code. */
export interface Endpoints {
  readonly version: number;
  readonly proto: number;
  readonly src: readonly [number, number, number, number];
  readonly dst: readonly [number, number, number, number];
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** `1:` and the base64 of a SHA-1 over the ordered tuple. */
export function communityId(flow: Endpoints, seed = 0): string {
  const words = flow.version === 6 ? 4 : 1;
  const ports = mappedPorts(flow);
  const isSwapped = !ports.isOneWay && mustSwap(flow, words, ports);
  let at = buffer.writeUInt16BE(seed, 0);
  at = putWords(isSwapped ? flow.dst : flow.src, words, at);
  at = putWords(isSwapped ? flow.src : flow.dst, words, at);
  buffer[at++] = flow.proto;
  buffer[at++] = 0;
  if (hasPorts(flow.proto) || isIcmp(flow.proto)) {
    at = buffer.writeUInt16BE(isSwapped ? ports.destination : ports.source, at);
    at = buffer.writeUInt16BE(isSwapped ? ports.source : ports.destination, at);
  }
  return `1:${createHash('sha1').update(buffer.subarray(0, at)).digest('base64')}`;
}

interface MappedPorts {
  readonly source: number;
  readonly destination: number;
  /** ICMP without an answering type keeps its direction. */
  readonly isOneWay: boolean;
}

function mappedPorts(flow: Endpoints): MappedPorts {
  if (!isIcmp(flow.proto)) return { source: flow.sourcePort, destination: flow.destinationPort, isOneWay: false };
  const peer = icmpPeerType(flow.proto, flow.sourcePort);
  if (peer < 0) return { source: flow.sourcePort, destination: flow.destinationPort, isOneWay: true };
  return { source: flow.sourcePort, destination: peer, isOneWay: false };
}

function mustSwap(flow: Endpoints, words: number, ports: MappedPorts): boolean {
  for (let i = 0; i < words; i++) {
    const a = flow.src[i]! >>> 0;
    const b = flow.dst[i]! >>> 0;
    if (a !== b) return a > b;
  }
  return ports.source > ports.destination;
}

function putWords(from: readonly number[], words: number, at: number): number {
  for (let i = 0; i < words; i++) at = buffer.writeUInt32BE(from[i]! >>> 0, at);
  return at;
}
