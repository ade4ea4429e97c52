// The names that `dns.response.rrname` looks at: of all records of a message, and in the data of records.

import type { DnsMessage, DnsRecord } from '../../wire/dns.ts';

const cache = new WeakMap<DnsMessage, readonly Uint8Array[]>();

/** Name number `instance`, null behind the last. */
export function responseName(message: DnsMessage, instance: number): Uint8Array | null {
  let names = cache.get(message);
  if (names === undefined) cache.set(message, (names = allNames(message)));
  return names[instance] ?? null;
}

function allNames(message: DnsMessage): readonly Uint8Array[] {
  const names = message.questions.map(({ name }) => name.bytes);
  for (const list of [message.answers, message.authorities, message.additionals]) {
    for (const record of list) names.push(record.name.bytes, ...namesInData(record));
  }
  return names;
}

function namesInData({ rdata }: DnsRecord): Uint8Array[] {
  if (rdata.kind === 'name') return [rdata.name.bytes];
  return rdata.kind === 'soa' ? [rdata.mname.bytes] : [];
}
