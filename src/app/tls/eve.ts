// EVE `tls`: one record for each connection, at the end of its handshake.

import { base64 } from '../../base/json-text.ts';
import { JsonText, bytesText } from '../../base/json-writer.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import type { Certificate } from './certificate.ts';
import type { CertificateChain } from './chain.ts';
import { isGrease } from './grease.ts';
import { ClientState, ServerState } from './transaction.ts';
import type { TlsSide, TlsTransaction } from './transaction.ts';
import { knownVersionText, versionText } from './version.ts';

type Field = (tx: TlsTransaction, json: JsonText) => void;

const leaf = (side: TlsSide): Certificate | null => side.chain.leaf;

function chainText(json: JsonText, key: string, chain: readonly Uint8Array[]): void {
  if (chain.length === 0) return;
  json.openArray(key);
  for (const der of chain) json.stringElement(base64(der, 0, der.length));
  json.closeArray();
}

function certificateText(json: JsonText, { count, ders }: CertificateChain): void {
  if (count > 0) json.string('certificate', base64(ders[0]!, 0, ders[0]!.length));
}

function alpns(json: JsonText, key: string, list: readonly Uint8Array[] | undefined): void {
  if (list === undefined || list.length === 0) return;
  json.openArray(key);
  for (const one of list) json.stringElement(bytesText(one));
  json.closeArray();
}

function certificateFields(json: JsonText, certificate: Certificate): void {
  json.string('subject', certificate.subject).string('issuerdn', certificate.issuer);
}

const names = new JsonText();

/** A certificate has up to hundreds: the member is made once for it. */
function nameFields(json: JsonText, certificate: Certificate): void {
  if (certificate.names.length === 0) return;
  if (certificate.namesMember === null) {
    names.clear();
    names.openArray('subjectaltname');
    for (const name of certificate.names) names.stringElement(name);
    names.closeArray();
    certificate.namesMember = names.out.data.slice(0, names.out.length);
  }
  json.members(certificate.namesMember);
}

function times(json: JsonText, certificate: Certificate): void {
  timeField(json, 'notbefore', certificate.notBeforeText);
  timeField(json, 'notafter', certificate.notAfterText);
}

function timeField(json: JsonText, key: string, text: string): void {
  if (text !== '') json.string(key, text);
}

/** Fields by the names that `custom:` uses, in the order in which they are written. */
const FIELDS: Readonly<Record<string, Field>> = {
  subject: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== null) json.string('subject', certificate.subject);
  },
  issuer: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== null) json.string('issuerdn', certificate.issuer);
  },
  subjectaltname: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== null) nameFields(json, certificate);
  },
  from_proto: ({ formerProtocol }, json) => {
    if (formerProtocol !== '') json.string('from_proto', formerProtocol);
  },
  session_resumed: ({ isResumed }, json) => {
    if (isResumed) json.bool('session_resumed', true);
  },
  serial: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== null) json.string('serial', certificate.serial);
  },
  fingerprint: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== null) json.string('fingerprint', certificate.fingerprint);
  },
  sni: ({ client }, json) => {
    const sni = client.hello?.sni ?? null;
    if (sni !== null) json.bytes('sni', sni);
  },
  version: ({ version }, json) => {
    json.string('version', versionText(version));
  },
  not_before: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== null) timeField(json, 'notbefore', certificate.notBeforeText);
  },
  not_after: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== null) timeField(json, 'notafter', certificate.notAfterText);
  },
  certificate: ({ server }, json) => {
    certificateText(json, server.chain);
  },
  chain: ({ server }, json) => {
    chainText(json, 'chain', server.chain.ders);
  },
  ja3: ({ client }, json) => {
    fingerprint(json, 'ja3', client);
  },
  ja3s: ({ server }, json) => {
    fingerprint(json, 'ja3s', server);
  },
  ja4: ({ ja4 }, json) => {
    if (ja4 !== null) json.string('ja4', ja4);
  },
  client_alpns: ({ client }, json) => {
    alpns(json, 'client_alpns', client.hello?.offer.alpns);
  },
  server_alpns: ({ server }, json) => {
    alpns(json, 'server_alpns', server.hello?.offer.alpns);
  },
  client_handshake: ({ client: { hello } }, json) => {
    if (hello === null) return;
    const { offer } = hello;
    json.open('client_handshake');
    versionField(json, Math.max(offer.version, hello.listedVersion));
    numbers(json, 'ciphers', offer.ciphers);
    numbers(json, 'exts', offer.extensions);
    numbers(json, 'sig_algs', offer.signatures);
    json.close();
  },
  server_handshake: ({ server: { hello } }, json) => {
    if (hello === null) return;
    const { version, ciphers, extensions } = hello.offer;
    json.open('server_handshake');
    versionField(json, version);
    json.number('cipher', ciphers[0] ?? 0);
    numbers(json, 'exts', extensions);
    json.close();
  },
};

/** Of a hello that is cut there is no digest. */
function fingerprint(json: JsonText, key: string, { ja3, ja3Hash }: TlsSide): void {
  if (ja3 === null) return;
  json.open(key);
  if (ja3Hash !== null) json.string('hash', ja3Hash);
  json.string('string', ja3).close();
}

function versionField(json: JsonText, version: number): void {
  const text = knownVersionText(version);
  if (text !== undefined) json.string('version', text);
}

function numbers(json: JsonText, key: string, values: readonly number[]): void {
  const real = values.filter((value) => !isGrease(value));
  if (real.length > 0) json.raw(key, `[${real.join(',')}]`);
}

/** What is told of the client's certificate, in one object: each part may be asked for by itself. */
function clientField(wanted: readonly string[]): Field | null {
  const [hasFields, hasCertificate, hasChain] = CLIENT_PARTS.map((part) => wanted.includes(part));
  if (hasFields !== true && hasCertificate !== true && hasChain !== true) return null;
  return ({ client }, json) => {
    const certificate = leaf(client);
    if (client.chain.count === 0 || (certificate === null && hasCertificate !== true && hasChain !== true)) return;
    json.open('client');
    if (hasFields === true && certificate !== null) {
      certificateFields(json, certificate);
      json.string('fingerprint', certificate.fingerprint).string('serial', certificate.serial);
      times(json, certificate);
    }
    if (hasCertificate === true) certificateText(json, client.chain);
    if (hasChain === true) chainText(json, 'chain', client.chain.ders);
    json.close();
  };
}
const CLIENT_PARTS = ['client', 'client_certificate', 'client_chain'] as const;

const BASIC = ['subject', 'issuer', 'from_proto'];
const EXTENDED = [
  ...BASIC,
  'subjectaltname',
  'session_resumed',
  'serial',
  'fingerprint',
  'sni',
  'version',
  'not_before',
  'not_after',
  'ja3',
  'ja3s',
  'ja4',
  'client_alpns',
  'server_alpns',
  'client',
];

function fieldsOf(node: ConfigNode | undefined): readonly Field[] {
  const custom = node?.strings('custom').map((name) => name.toLowerCase()) ?? [];
  const isExtended = node?.bool('extended', false) ?? false;
  return fieldsNamed(custom.length > 0 ? [...custom, 'from_proto'] : isExtended ? EXTENDED : BASIC);
}

function fieldsNamed(wanted: readonly string[]): readonly Field[] {
  const fields = Object.entries(FIELDS).flatMap(([name, field]) => (wanted.includes(name) ? [field] : []));
  const client = clientField(wanted);
  return client === null ? fields : [...fields, client];
}

/** Whether there is something to tell: a certificate, or a handshake in which none is to be seen. */
function isTold(tx: TlsTransaction, tellsResumption: boolean): boolean {
  return leaf(tx.server) !== null || tx.isThirteen || (tellsResumption && tx.mayResume);
}

/** With a certificate all is said that there is to tell, unless it asks for one; else at the end of the handshake. */
function isDue({ progress, client, server, asksCertificate }: TlsTransaction): boolean {
  if (server.hasSettled && (!asksCertificate || client.hasSettled)) return true;
  return progress[0] >= ClientState.handshakeDone && progress[1] >= ServerState.handshakeDone;
}

const IN_ALERTS = fieldsNamed(EXTENDED);

export const TLS_EVE: EveDeclaration = {
  type: 'tls',
  addresses: 'flow',
  isDue,
  create(node) {
    const fields = fieldsOf(node);
    const tellsResumption =
      fields.includes(FIELDS['session_resumed']!) || node?.bool('session-resumption', false) === true;
    return {
      log(tx: TlsTransaction, json) {
        if (!isTold(tx, tellsResumption)) return false;
        for (const field of fields) field(tx, json);
        return true;
      },
    };
  },
  alert(tx: TlsTransaction, json) {
    for (const field of IN_ALERTS) field(tx, json);
    return true;
  },
};
