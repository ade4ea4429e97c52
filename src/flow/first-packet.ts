// What a flow record keeps of the packets that began it: link addresses, ICMP code, ESP index.

import { F, FLOW_STRIDE } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';
import type { Packet } from '../framework/packet.ts';
import { vlan01Of, vlan2Of } from './key.ts';

const PROTO_ESP = 50;

/** Ethernet address at `at` as a 48-bit number. */
function macAt(data: Uint8Array, at: number): number {
  const high = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
  return high * 0x1000000 + ((data[at + 3]! << 16) | (data[at + 4]! << 8) | data[at + 5]!);
}

/** Notes what the first packet of flow f tells beyond its tuple. */
export function noteFirstPacket(flows: Flows, f: number, p: Packet): void {
  const base = f * FLOW_STRIDE;
  const hasEthernet = p.etherOffset >= 0;
  flows.doubles[(base + F.srcMac) >> 1] = hasEthernet ? macAt(p.data, p.etherOffset + 6) : -1;
  flows.doubles[(base + F.dstMac) >> 1] = hasEthernet ? macAt(p.data, p.etherOffset) : -1;
  flows.words[base + F.icmpCodes] = p.icmpCode & 0xff;
  flows.words[base + F.seenVlan01] = vlan01Of(p);
  flows.words[base + F.seenVlan2] = vlan2Of(p);
  if (p.proto === PROTO_ESP) flows.words[base + F.spi] = p.espSpi;
}

/** Notes the code of the first ICMP answer. */
export function noteFirstAnswer(flows: Flows, f: number, p: Packet): void {
  const at = f * FLOW_STRIDE + F.icmpCodes;
  flows.words[at] = (flows.words[at]! & 0xff) | ((p.icmpCode & 0xff) << 8);
}
