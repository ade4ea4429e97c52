// The Ethernet addresses that each end of a flow used, for EVE `ether` of flow records (`ethernet: yes`).
import { F } from '../../framework/flows.ts';
import type { Flows } from '../../framework/flows.ts';
import { PacketFlag } from '../../framework/packet.ts';
import type { Packet } from '../../framework/packet.ts';

/** More than this many different ones of an end are not kept. */
const MAX_ADDRESSES = 10;

/** Looks at every packet; a list is only made for a flow whose addresses change. */
export function noteMacs(flows: Flows, p: Packet): void {
  const at = p.etherOffset;
  if (p.flow < 0 || at < 0) return;
  const isToServer = (p.flags & PacketFlag.toServer) !== 0;
  noteOne(flows, p.flow, isToServer ? F.srcMac : F.dstMac, p.data, at + 6);
  noteOne(flows, p.flow, isToServer ? F.dstMac : F.srcMac, p.data, at);
}

function noteOne(flows: Flows, f: number, field: number, data: Uint8Array, at: number): void {
  const high = (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
  const mac = high * 0x1000000 + ((data[at + 3]! << 16) | (data[at + 4]! << 8) | data[at + 5]!);
  const first = flows.double(f, field);
  if (first === mac || first < 0) return;
  const extra = flows.extraOf(f);
  const key = field === F.srcMac ? 'srcMacs' : 'dstMacs';
  const known = (extra[key] ??= [first]);
  if (known.length < MAX_ADDRESSES && !known.includes(mac)) known.push(mac);
}
