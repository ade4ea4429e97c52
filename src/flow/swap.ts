// Swapping a flow's ends: the first packet seen turned out to come from the server, so client and server change places.

import { F, FLOW_STRIDE, FlowFlag } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';

const SEEN = FlowFlag.toServerSeen | FlowFlag.toClientSeen;
const ELEPHANT = FlowFlag.elephantToServer | FlowFlag.elephantToClient;
const IP_ONLY = FlowFlag.ipOnlyToServer | FlowFlag.ipOnlyToClient;

/** Exchanges everything a record keeps by direction. The hash is the same both ways: the table is not touched. */
export function swapDirections(flows: Flows, f: number): void {
  const { words, doubles } = flows;
  const base = f * FLOW_STRIDE;
  for (let i = 0; i < 4; i++) exchange(words, base + F.src + i, base + F.dst + i);
  exchange(words, base + F.packetsToServer, base + F.packetsToClient);
  exchange(doubles, (base + F.bytesToServer) >> 1, (base + F.bytesToClient) >> 1);
  exchange(doubles, (base + F.srcMac) >> 1, (base + F.dstMac) >> 1);
  const ports = words[base + F.ports]!;
  words[base + F.ports] = (ports << 16) | (ports >>> 16);
  const ttl = words[base + F.ttl]!;
  words[base + F.ttl] = (ttl << 16) | (ttl >>> 16);
  words[base + F.flags] = swapFlags(words[base + F.flags]!);
  if (words[base + F.extra] === 0) return;
  const extra = flows.extraOf(f);
  [extra.srcMacs, extra.dstMacs] = [extra.dstMacs, extra.srcMacs];
}

function exchange(values: Int32Array | Float64Array, a: number, b: number): void {
  const kept = values[a]!;
  values[a] = values[b]!;
  values[b] = kept;
}

function swapFlags(flags: number): number {
  let result = flags & ~(SEEN | IP_ONLY | ELEPHANT);
  if ((flags & FlowFlag.toServerSeen) !== 0) result |= FlowFlag.toClientSeen;
  if ((flags & FlowFlag.toClientSeen) !== 0) result |= FlowFlag.toServerSeen;
  if ((flags & FlowFlag.ipOnlyToServer) !== 0) result |= FlowFlag.ipOnlyToClient;
  if ((flags & FlowFlag.ipOnlyToClient) !== 0) result |= FlowFlag.ipOnlyToServer;
  if ((flags & FlowFlag.elephantToServer) !== 0) result |= FlowFlag.elephantToClient;
  if ((flags & FlowFlag.elephantToClient) !== 0) result |= FlowFlag.elephantToServer;
  return result;
}
