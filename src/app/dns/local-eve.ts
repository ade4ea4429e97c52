// EVE `mdns` and `llmnr`: one record for each message, with the data under the name of its type.

import type { JsonText } from '../../base/json-writer.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import { dnsTypeName } from '../../wire/dns-names.ts';
import { rdataKind } from '../../wire/dns-rdata.ts';
import { DnsRows } from '../../wire/dns-rows.ts';
import type { DnsTransaction } from './parser.ts';
import { isTelling, rdataElements, rdataMember, shownName } from '../../applayer/dns-record/rdata-json.ts';

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
  message.fill(rows);
  const { questions, answers, authorities, additionals } = rows;
  if (questions > 0) {
    json.openArray('queries');
    for (let row = 0; row < questions; row++) {
      head(json, row);
      json.string('rrtype', dnsTypeName(rows.type(row)).toLowerCase()).close();
    }
    json.closeArray();
  }
  records(json, 'answers', questions, answers);
  records(json, 'authorities', answers, authorities);
  records(json, 'additionals', authorities, additionals);
  return true;
}

/** Of the message that is written. */
const rows = new DnsRows();

function head(json: JsonText, row: number): void {
  rows.readName(row);
  shownName(json.openElement(), 'rrname', rows.names);
}

/** Rows [from, to) that say anything; answers always do. */
function records(json: JsonText, key: string, from: number, to: number): void {
  let isOpen = false;
  for (let row = from; row < to; row++) {
    if (key === 'additionals' && !isTelling(rows, row)) continue;
    if (!isOpen) json.openArray(key);
    isOpen = true;
    head(json, row);
    const type = rows.type(row);
    const kind = rdataKind(type);
    if (kind === 'texts') {
      json.openArray('txt');
      rdataElements(json, rows, row);
      json.closeArray();
    } else if (kind === 'other') json.bytes(keyOf(type), rows.data, rows.start(row), rows.end(row));
    else rdataMember(json, keyOf(type), rows, row);
    json.close();
  }
  if (isOpen) json.closeArray();
}

/** The type's name in small letters; `unknown` for one that has none. */
function keyOf(type: number): string {
  const name = dnsTypeName(type);
  return /^[0-9]/.test(name) ? 'unknown' : name.toLowerCase();
}
