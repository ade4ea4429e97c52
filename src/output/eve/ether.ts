// `ether` of EVE records: the hardware addresses of a packet, and those that a flow was seen with.

import { F } from '../../framework/flows.ts';
import type { Flows } from '../../framework/flows.ts';
import { PacketFlag } from '../../framework/packet.ts';
import type { Packet } from '../../framework/packet.ts';
import { macAt, macText } from '../text/addresses.ts';
import type { FlowSide } from './ends.ts';

const TYPE = 12;
const MAC = 6;

/** @param isSwapped the ends of the packet are shown in each other's place */
export function packetEther(p: Packet, flows: Flows, isSwapped: boolean): string {
  const at = p.etherOffset;
  if (at < 0) return madeEther(p, flows, isSwapped);
  const type = (p.data[at + TYPE]! << 8) | p.data[at + TYPE + 1]!;
  return `,"ether":{"ether_type":${String(type)},"src_mac":"${macAt(p.data, at + MAC)}","dest_mac":"${macAt(p.data, at)}"}`;
}

/** Of a packet that was made: the addresses of its flow. */
function madeEther(p: Packet, flows: Flows, isSwapped: boolean): string {
  if (p.flow < 0 || (p.flags & PacketFlag.pseudoStreamEnd) === 0) return '';
  const ends = [flows.double(p.flow, F.srcMac), flows.double(p.flow, F.dstMac)] as const;
  if (ends[0] < 0 || (ends[0] === 0 && ends[1] === 0)) return '';
  const isFromClient = ((p.flags & PacketFlag.toServer) !== 0) !== isSwapped;
  const [source, destination] = isFromClient ? ends : [ends[1], ends[0]];
  return `,"ether":{"src_mac":"${macText(source)}","dest_mac":"${macText(destination)}"}`;
}

/** All that a flow was seen with, from one side. */
export function flowEther(flows: Flows, f: number, side: FlowSide): string {
  const source = flows.double(f, F.srcMac);
  const destination = flows.double(f, F.dstMac);
  if (source < 0 || (source === 0 && destination === 0)) return '';
  const extra = flows.peekExtra(f);
  const src = macList(extra?.srcMacs ?? null, source);
  const dst = macList(extra?.dstMacs ?? null, destination);
  const isForward = side === 'toServer';
  return `,"ether":{"dest_macs":[${isForward ? dst : src}],"src_macs":[${isForward ? src : dst}]}`;
}

function macList(all: readonly number[] | null, first: number): string {
  return all === null || all.length === 0 ? `"${macText(first)}"` : all.map((mac) => `"${macText(mac)}"`).join(',');
}
