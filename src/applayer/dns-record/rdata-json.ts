// Parts of EVE records that DNS and its relatives share: data of resource records as JSON.

import { JsonText } from '../../base/json-writer.ts';
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

/** The data under `key` where it is one text, else under names of its own. */
export function rdataMember(json: JsonText, key: string, rdata: DnsRdata): void {
  if (rdata.kind === 'address') json.address(key, rdata.bytes);
  else if (rdata.kind === 'name') json.bytes(key, rdata.name.bytes);
  else if (rdata.kind === 'bytes') json.bytes(key, rdata.bytes);
  else partsMember(json, rdata);
}

/** The data as elements of a list. */
export function rdataElements(json: JsonText, rdata: DnsRdata): void {
  if (rdata.kind === 'address') json.addressElement(rdata.bytes);
  else if (rdata.kind === 'name') json.bytesElement(rdata.name.bytes);
  else if (rdata.kind === 'bytes') json.bytesElement(rdata.bytes);
  else if (rdata.kind === 'texts') for (const text of rdata.texts) json.bytesElement(text);
  else json.rawElement(partsText(rdata));
}

/** `"soa":{...}` and the like: data that has parts; nothing for the rest. */
function partsMember(json: JsonText, rdata: DnsRdata): void {
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

/** The same without the key. */
function partsText(rdata: DnsRdata): string {
  const json = new JsonText();
  partsMember(json, rdata);
  return json.text.slice(json.text.indexOf(':') + 1);
}
