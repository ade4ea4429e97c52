// Parts of EVE records that DNS and its relatives share: data of resource records as JSON.

import { bytesText } from '../../base/json-writer.ts';
import type { JsonText } from '../../base/json-writer.ts';
import { quote } from '../../base/json-text.ts';
import type { DnsRecord } from '../../wire/dns.ts';
import type { DnsName } from '../../wire/dns-name.ts';
import type { DnsRdata, DnsSoa, DnsSrv } from '../../wire/dns-rdata.ts';

/** A name, and whether it was cut. */
export function nameMember(json: JsonText, key: string, { bytes, isTruncated }: DnsName): void {
  json.bytes(key, bytes);
  if (isTruncated) json.bool(`${key}_truncated`, true);
}

/** Whether a record of the last two sections says anything: an OPT without options does not. */
export function isTelling({ rdata }: DnsRecord): boolean {
  return rdata.kind !== 'options' || rdata.options.length > 0;
}

/** Dotted or in eight groups of four digits; '' for what is neither. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return '';
  const hex = Buffer.from(bytes).toString('hex');
  return hex.match(/..../g)!.join(':');
}

/** The data where it is one text, undefined for what has parts. */
export function rdataText(rdata: DnsRdata): string | undefined {
  if (rdata.kind === 'address') return addressText(rdata.bytes);
  if (rdata.kind === 'name') return bytesText(rdata.name.bytes);
  return rdata.kind === 'bytes' ? bytesText(rdata.bytes) : undefined;
}

/** `"soa":{...}` and the like: data that has parts; nothing for the rest. */
export function partsMember(json: JsonText, rdata: DnsRdata): void {
  if (rdata.kind === 'soa') soaMember(json, rdata);
  else if (rdata.kind === 'srv') srvMember(json, rdata);
  else if (rdata.kind === 'sshfp') {
    const fingerprint = Buffer.from(rdata.fingerprint).toString('hex').match(/../g)?.join(':') ?? '';
    json.open('sshfp').string('fingerprint', fingerprint).number('algo', rdata.algorithm).number('type', rdata.type);
    json.close();
  } else if (rdata.kind === 'options' && rdata.options.length > 0) {
    json.openArray('opt');
    for (const { code, data } of rdata.options) {
      json.openElement().number('code', code).string('data', Buffer.from(data).toString('hex')).close();
    }
    json.closeArray();
  }
}

function soaMember(json: JsonText, soa: DnsSoa): void {
  json.open('soa');
  nameMember(json, 'mname', soa.mname);
  nameMember(json, 'rname', soa.rname);
  json.number('serial', soa.serial).number('refresh', soa.refresh).number('retry', soa.retry);
  json.number('expire', soa.expire).number('minimum', soa.minimum).close();
}

function srvMember(json: JsonText, srv: DnsSrv): void {
  json.open('srv').number('priority', srv.priority).number('weight', srv.weight).number('port', srv.port);
  nameMember(json, 'name', srv.target);
  json.close();
}

/** The same without the key: an element of a list. */
export function partsText(json: JsonText, rdata: DnsRdata): string {
  json.clear();
  partsMember(json, rdata);
  return json.text.slice(json.text.indexOf(':') + 1);
}

export function quoted(bytes: Uint8Array): string {
  return quote(bytesText(bytes));
}
