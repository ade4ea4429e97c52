// EVE `tls`: one record for each connection, at the end of its handshake.

import type { JsonText } from '../../base/json-writer.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import type { Certificate } from './certificate.ts';
import { highestVersion, isGrease } from './hello.ts';
import { ClientState, ServerState, versionText } from './transaction.ts';
import type { TlsSide, TlsTransaction } from './transaction.ts';

type Field = (tx: TlsTransaction, json: JsonText) => void;

const leaf = (side: TlsSide): Certificate | undefined => side.certificates[0];

function chainText(json: JsonText, key: string, chain: readonly Uint8Array[]): void {
  if (chain.length === 0) return;
  json.openArray(key);
  for (const der of chain) json.stringElement(Buffer.from(der).toString('base64'));
  json.closeArray();
}

function alpns(json: JsonText, key: string, list: readonly Uint8Array[] | undefined): void {
  if (list === undefined || list.length === 0) return;
  json.openArray(key);
  for (const one of list) json.stringElement(Buffer.from(one).toString('latin1'));
  json.closeArray();
}

const time = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19);

function certificateFields(json: JsonText, certificate: Certificate): void {
  json.string('subject', certificate.subject).string('issuerdn', certificate.issuer);
}

function nameFields(json: JsonText, { names }: Certificate): void {
  if (names.length === 0) return;
  json.openArray('subjectaltname');
  for (const name of names) json.stringElement(name);
  json.closeArray();
}

function times(json: JsonText, { notBefore, notAfter }: Certificate): void {
  if (!Number.isNaN(notBefore)) json.string('notbefore', time(notBefore));
  if (!Number.isNaN(notAfter)) json.string('notafter', time(notAfter));
}

/** Fields by the names that `custom:` uses, in the order in which they are written. */
const FIELDS: Readonly<Record<string, Field>> = {
  subject: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== undefined) json.string('subject', certificate.subject);
  },
  issuer: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== undefined) json.string('issuerdn', certificate.issuer);
  },
  subjectaltname: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== undefined) nameFields(json, certificate);
  },
  from_proto: ({ formerProtocol }, json) => {
    if (formerProtocol !== '') json.string('from_proto', formerProtocol);
  },
  session_resumed: ({ isResumed }, json) => {
    if (isResumed) json.bool('session_resumed', true);
  },
  serial: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== undefined) json.string('serial', certificate.serial);
  },
  fingerprint: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== undefined) json.string('fingerprint', certificate.fingerprint);
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
    if (certificate !== undefined && !Number.isNaN(certificate.notBefore))
      json.string('notbefore', time(certificate.notBefore));
  },
  not_after: ({ server }, json) => {
    const certificate = leaf(server);
    if (certificate !== undefined && !Number.isNaN(certificate.notAfter))
      json.string('notafter', time(certificate.notAfter));
  },
  certificate: ({ server }, json) => {
    if (server.chain.length > 0) json.string('certificate', Buffer.from(server.chain[0]!).toString('base64'));
  },
  chain: ({ server }, json) => {
    chainText(json, 'chain', server.chain);
  },
  ja3: ({ client }, json) => {
    if (client.ja3Hash !== null) json.open('ja3').string('hash', client.ja3Hash).string('string', client.ja3!).close();
  },
  ja3s: ({ server }, json) => {
    if (server.ja3Hash !== null) json.open('ja3s').string('hash', server.ja3Hash).string('string', server.ja3!).close();
  },
  ja4: ({ ja4 }, json) => {
    if (ja4 !== null) json.string('ja4', ja4);
  },
  client_alpns: ({ client }, json) => {
    alpns(json, 'client_alpns', client.hello?.alpns);
  },
  server_alpns: ({ server }, json) => {
    alpns(json, 'server_alpns', server.hello?.alpns);
  },
  client_handshake: ({ client: { hello } }, json) => {
    if (hello === null) return;
    json.open('client_handshake').string('version', versionText(highestVersion(hello)));
    numbers(json, 'ciphers', hello.ciphers);
    numbers(json, 'exts', hello.extensions);
    numbers(json, 'sig_algs', hello.signatures);
    json.close();
  },
  server_handshake: ({ server: { hello } }, json) => {
    if (hello === null) return;
    json
      .open('server_handshake')
      .string('version', versionText(hello.version))
      .number('cipher', hello.ciphers[0] ?? 0);
    numbers(json, 'exts', hello.extensions);
    json.close();
  },
};

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
    if (client.chain.length === 0 || (certificate === undefined && hasCertificate !== true && hasChain !== true))
      return;
    json.open('client');
    if (hasFields === true && certificate !== undefined) {
      certificateFields(json, certificate);
      json.string('fingerprint', certificate.fingerprint).string('serial', certificate.serial);
      times(json, certificate);
    }
    if (hasCertificate === true) json.string('certificate', Buffer.from(client.chain[0]!).toString('base64'));
    if (hasChain === true) chainText(json, 'chain', client.chain);
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

/** Nobody said hello, or the answer was none: there is nothing to tell. */
function isSilent({ client, server, isRefused }: TlsTransaction): boolean {
  return (
    isRefused || (client.hello === null && server.hello === null && server.chain.length === 0 && server.version === 0)
  );
}

/** The short record is about certificates: without one, and where they could be seen, there is none. */
function hasNoCertificate({ server, isThirteen }: TlsTransaction): boolean {
  const certificate = leaf(server);
  return !isThirteen && (certificate === undefined || certificate.subject === '' || certificate.issuer === '');
}

/** With a certificate the server's hello says all there is to tell, unless it asks for one; else the end of the handshake does. */
function isDue({ progress, server, asksCertificate }: TlsTransaction): boolean {
  if (server.chain.length > 0 && !asksCertificate && progress[1] >= ServerState.helloDone) return true;
  return progress[0] >= ClientState.handshakeDone && progress[1] >= ServerState.handshakeDone;
}

const IN_ALERTS = fieldsNamed(EXTENDED);

export const TLS_EVE: EveDeclaration = {
  type: 'tls',
  addresses: 'flow',
  isDue,
  create(node) {
    const fields = fieldsOf(node);
    const logsAll = fields.includes(FIELDS['session_resumed']!) || node?.bool('session-resumption', false) === true;
    return {
      log(tx: TlsTransaction, json) {
        if (isSilent(tx) || (!logsAll && hasNoCertificate(tx))) return false;
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
