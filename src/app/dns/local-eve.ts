// EVE `mdns` and `llmnr`: one record for each message, with the data under the name of its type.

import type { JsonText } from '../../base/json-writer.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import type { DnsRecord } from '../../wire/dns.ts';
import { dnsTypeName } from '../../wire/dns-names.ts';
import type { DnsTransaction } from './parser.ts';
import { isTelling, nameMember, rdataElements, rdataMember } from '../../applayer/dns-record/rdata-json.ts';

type Flags = readonly (readonly [name: string, bit: number])[];

const MDNS_FLAGS: Flags = [
  ['aa', 0x0400],
  ['tc', 0x0200],
  ['rd', 0x0100],
  ['ra', 0x0080],
  ['z', 0x0040],
];
/** Conflict, truncation, tentative (RFC 4795 section 2.1.1). */
const LLMNR_FLAGS: Flags = [
  ['c', 0x0400],
  ['tc', 0x0200],
  ['t', 0x0100],
];

export const MDNS_EVE = localEve('mdns');
export const LLMNR_EVE = localEve('llmnr');

function localEve(type: 'mdns' | 'llmnr'): EveDeclaration {
  const log = (tx: DnsTransaction, json: JsonText): boolean => write(tx, json, type);
  return { type, addresses: 'message', hasTxId: false, create: () => ({ log }), alert: log };
}

function write({ message }: DnsTransaction, json: JsonText, protocol: 'mdns' | 'llmnr'): boolean {
  json.string('type', message.isResponse ? 'response' : 'request').number('id', message.id);
  const flags = protocol === 'mdns' ? MDNS_FLAGS : LLMNR_FLAGS;
  if (flags.some(([, bit]) => (message.flags & bit) !== 0)) {
    json.openArray('flags');
    for (const [name, bit] of flags) if ((message.flags & bit) !== 0) json.stringElement(name);
    json.closeArray();
  }
  json.number('opcode', message.opcode);
  if (protocol === 'mdns') json.number('rcode', message.rcode);
  if (message.questions.length > 0) {
    json.openArray('queries');
    for (const { name, type } of message.questions) {
      json.openElement();
      nameMember(json, 'rrname', name);
      json.string('rrtype', dnsTypeName(type).toLowerCase()).close();
    }
    json.closeArray();
  }
  records(json, 'answers', message.answers);
  records(json, 'authorities', message.authorities.filter(isTelling));
  records(json, 'additionals', message.additionals.filter(isTelling));
  return true;
}

function records(json: JsonText, key: string, list: readonly DnsRecord[]): void {
  if (list.length === 0) return;
  json.openArray(key);
  for (const { name, type, rdata } of list) {
    json.openElement();
    nameMember(json, 'rrname', name);
    if (rdata.kind === 'texts') {
      json.openArray('txt');
      rdataElements(json, rdata);
      json.closeArray();
    } else if (rdata.kind === 'other') json.bytes(keyOf(type), rdata.bytes);
    else rdataMember(json, keyOf(type), rdata);
    json.close();
  }
  json.closeArray();
}

/** The type's name in small letters; `unknown` for one that has none. */
function keyOf(type: number): string {
  const name = dnsTypeName(type);
  return /^[0-9]/.test(name) ? 'unknown' : name.toLowerCase();
}
