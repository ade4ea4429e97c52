// EVE `arp`: requests and replies (RFC 826).
import { formatIpv4 } from '../../base/ip.ts';
import { macAt } from '../text/addresses.ts';
import type { Packet } from '../../framework/packet.ts';
import type { EveRecord } from './record.ts';

const OPCODES: Readonly<Record<number, string>> = {
  1: 'request',
  2: 'reply',
  3: 'request_reverse',
  4: 'reply_reverse',
  8: 'inarp_request',
  9: 'inarp_reply',
  10: 'arp_nak',
};
const ARP_LENGTH = 28;

/** The record of a packet that carries Ethernet/IPv4 ARP, '' for any other. */
export function arpEvent(record: EveRecord, p: Packet): string {
  const at = p.arpOffset;
  if (at < 0 || at + ARP_LENGTH > p.end) return '';
  const { data } = p;
  const word = (i: number): number => (data[i]! << 24) | (data[i + 1]! << 16) | (data[i + 2]! << 8) | data[i + 3]!;
  if (word(at) !== 0x00010800 || data[at + 4] !== 6 || data[at + 5] !== 4) return '';
  const opcode = (data[at + 6]! << 8) | data[at + 7]!;
  return (
    `${record.packet(p, 'arp')},"arp":{"hw_type":"ethernet","proto_type":"ipv4","opcode":"${OPCODES[opcode] ?? 'unknown'}"` +
    `,"src_mac":"${macAt(data, at + 8)}","src_ip":"${formatIpv4(word(at + 14))}"` +
    `,"dest_mac":"${macAt(data, at + 18)}","dest_ip":"${formatIpv4(word(at + 24))}"}${record.end()}`
  );
}
