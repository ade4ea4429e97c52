// Keywords of TLS.

import { appIntegerKeyword, stickyBuffer, toClient, toServer } from '../../framework/app-keyword.ts';
import type { StickyBuffer } from '../../framework/app-keyword.ts';
import { requiredArgument } from '../../framework/keyword-argument.ts';
import { md5Content } from '../../framework/digest-content.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import type { Direction } from '../../framework/transaction.ts';
import { HANDSHAKE_KEYWORDS } from './handshake-keywords.ts';
import { PAGE, SERVER_CERTIFICATE, certificateOf } from './keyword-parts.ts';
import { JA3, choice } from './settings.ts';
import { ClientState, ServerState } from './transaction.ts';
import type { TlsTransaction } from './transaction.ts';
import { VALIDITY_KEYWORDS } from './validity-keywords.ts';

const HELLO = [toServer('tls', ClientState.helloDone)];
const SERVER_HELLO = [toClient('tls', ServerState.hello)];
const HELLOS = [...HELLO, ...SERVER_HELLO];
const CERTIFICATES = [toServer('tls', ClientState.certDone), toClient('tls', ServerState.certDone)];

/** Bytes of the texts seen last: certificates and fingerprints come again and again. */
const known = new Map<string, Uint8Array>();
const MOST_KNOWN = 4096;
const LONGEST_KNOWN = 1024;

function text(value: string | undefined | null): Uint8Array | null {
  if (value === undefined || value === null || value === '') return null;
  let bytes = known.get(value);
  if (bytes !== undefined) return bytes;
  bytes = Buffer.from(value);
  if (value.length > LONGEST_KNOWN) return bytes;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(value, bytes);
  return bytes;
}

interface Sticky extends Pick<StickyBuffer, 'name' | 'aliases' | 'summary' | 'engines' | 'isMulti'> {
  readonly isMd5?: boolean;
  readonly bytes: (tx: TlsTransaction, direction: Direction, instance: number) => Uint8Array | null;
}

function sticky({ isMd5 = false, ...one }: Sticky): KeywordDefinition {
  const digest = { adapt: md5Content, sample: 'e7d705a3286e19ea42f587b344ee6865' };
  return stickyBuffer('tls', PAGE, { ...one, ...(isMd5 && digest) });
}

/** A rule that has one makes the parser prepare fingerprints. */
function onJa3(keyword: KeywordDefinition): KeywordDefinition {
  return {
    ...keyword,
    compile(builder, option) {
      if (choice(builder.setup.setting('app-layer.protocols.tls.ja3-fingerprints')) === 'no')
        throw new RuleError(
          'ja3 support is not enabled',
          'set app-layer.protocols.tls.ja3-fingerprints to yes or auto',
        );
      builder.setup.demands.add(JA3);
      keyword.compile(builder, option);
    },
  };
}

const BUFFERS: readonly Sticky[] = [
  {
    name: 'tls.sni',
    aliases: ['tls_sni'],
    summary: 'Name of the server that the client asks for.',
    engines: HELLO,
    bytes: (tx) => tx.client.hello?.sni ?? null,
  },
  {
    name: 'tls.cert_subject',
    aliases: ['tls_cert_subject'],
    summary: 'Subject of the certificate.',
    engines: CERTIFICATES,
    bytes: (tx, direction) => text(certificateOf(tx, direction)?.subject),
  },
  {
    name: 'tls.cert_issuer',
    aliases: ['tls_cert_issuer'],
    summary: 'Issuer of the certificate.',
    engines: CERTIFICATES,
    bytes: (tx, direction) => text(certificateOf(tx, direction)?.issuer),
  },
  {
    name: 'tls.cert_serial',
    aliases: ['tls_cert_serial'],
    summary: 'Serial number of the certificate, in hexadecimal with colons.',
    engines: CERTIFICATES,
    bytes: (tx, direction) => text(certificateOf(tx, direction)?.serial),
  },
  {
    name: 'tls.cert_fingerprint',
    aliases: ['tls_cert_fingerprint'],
    summary: 'SHA-1 of the certificate, in hexadecimal with colons.',
    engines: CERTIFICATES,
    bytes: (tx, direction) => text(certificateOf(tx, direction)?.fingerprint),
  },
  {
    name: 'tls.certs',
    summary: 'Certificates of the chain as they came, one at a time.',
    engines: CERTIFICATES,
    isMulti: true,
    bytes: (tx, direction, instance) => tx.side(direction).chain.ders[instance] ?? null,
  },
  {
    name: 'tls.subjectaltname',
    summary: 'Other names in the certificate, one at a time.',
    engines: SERVER_CERTIFICATE,
    isMulti: true,
    bytes: (tx, _direction, instance) => text(tx.server.chain.leaf?.names[instance]),
  },
  {
    name: 'tls.alpn',
    summary: 'Protocols offered or chosen, one at a time.',
    engines: HELLOS,
    isMulti: true,
    bytes: (tx, direction, instance) => tx.side(direction).hello?.offer.alpns[instance] ?? null,
  },
  {
    name: 'tls.random',
    summary: 'The 32 random bytes of a hello.',
    engines: HELLOS,
    bytes: (tx, direction) => tx.side(direction).hello?.random ?? null,
  },
  {
    name: 'tls.random_time',
    summary: 'First four of the random bytes.',
    engines: HELLOS,
    bytes: (tx, direction) => tx.side(direction).hello?.random?.subarray(0, 4) ?? null,
  },
  {
    name: 'tls.random_bytes',
    summary: 'The 28 random bytes after the first four.',
    engines: HELLOS,
    bytes: (tx, direction) => tx.side(direction).hello?.random?.subarray(4) ?? null,
  },
  {
    name: 'ja4.hash',
    aliases: ['ja4_hash'],
    summary: 'JA4 of the client.',
    engines: HELLO,
    bytes: (tx) => text(tx.ja4),
  },
];

const JA3_BUFFERS: readonly Sticky[] = [
  {
    name: 'ja3.hash',
    aliases: ['ja3_hash'],
    summary: 'JA3 of the client, hashed.',
    engines: HELLO,
    isMd5: true,
    bytes: (tx) => text(tx.client.ja3Hash),
  },
  {
    name: 'ja3.string',
    aliases: ['ja3_string'],
    summary: 'JA3 of the client in full.',
    engines: HELLO,
    bytes: (tx) => text(tx.client.ja3),
  },
  {
    name: 'ja3s.hash',
    summary: 'JA3S of the server, hashed.',
    engines: SERVER_HELLO,
    isMd5: true,
    bytes: (tx) => text(tx.server.ja3Hash),
  },
  {
    name: 'ja3s.string',
    summary: 'JA3S of the server in full.',
    engines: SERVER_HELLO,
    bytes: (tx) => text(tx.server.ja3),
  },
];

/** Older forms: `tls.subject:"CN=x"`, anywhere in the value, maybe negated. */
function containsKeyword(
  name: string,
  aliases: readonly string[],
  summary: string,
  read: (tx: TlsTransaction, direction: Direction) => string | undefined,
  adapt: (wanted: string) => string = (wanted) => wanted,
): KeywordDefinition {
  return defineKeyword({
    name,
    aliases,
    argument: 'required',
    kind: 'match',
    summary,
    quotes: 'optional',
    page: `${PAGE}#${name.replaceAll('.', '-')}`,
    examples: [`alert tls any any -> any any (msg:"m"; ${name}:"a"; sid:1;)`],
    compile(builder, option) {
      const match = /^(!?)\s*"?(.*?)"?$/s.exec(requiredArgument(option).trim())!;
      const isNegated = match[1] === '!';
      const wanted = adapt(match[2]!);
      builder.addTxMatch(
        (tx: TlsTransaction, _p, ctx) => {
          const value = read(tx, ctx.txDirection);
          return value !== undefined && value.includes(wanted) !== isNegated;
        },
        { keyword: name, engines: CERTIFICATES },
      );
    },
  });
}

const tlsStore = defineKeyword({
  name: 'tls.store',
  aliases: ['tls_store'],
  argument: 'none',
  kind: 'post',
  summary: 'Keeps the certificates of the end that sends (output `tls-store`).',
  page: `${PAGE}#tls-store`,
  examples: ['alert tls any any -> any any (msg:"m"; tls.sni; content:"a"; tls.store; sid:1;)'],
  compile(builder) {
    builder.addPostMatch(
      (_p, ctx) => {
        if (ctx.tx !== null) ctx.tx.keptCertificates |= 1 << ctx.txDirection;
      },
      { keyword: 'tls.store' },
    );
  },
});

export const TLS_KEYWORDS: readonly KeywordDefinition[] = [
  ...BUFFERS.map(sticky),
  ...JA3_BUFFERS.map((one) => onJa3(sticky(one))),
  ...HANDSHAKE_KEYWORDS,
  ...VALIDITY_KEYWORDS,
  appIntegerKeyword({
    name: 'tls.cert_chain_len',
    summary: 'How many certificates came.',
    page: `${PAGE}#tls-cert-chain-len`,
    examples: ['alert tls any any -> any any (msg:"m"; tls.cert_chain_len:>2; sid:1;)'],
    width: 'u32',
    engines: SERVER_CERTIFICATE,
    read: (tx: TlsTransaction) => tx.server.chain.count,
  }),
  containsKeyword(
    'tls.subject',
    ['tls.subjectdn'],
    'Part of the subject.',
    (tx, direction) => certificateOf(tx, direction)?.subject,
  ),
  containsKeyword('tls.issuerdn', [], 'Part of the issuer.', (tx, direction) => certificateOf(tx, direction)?.issuer),
  containsKeyword(
    'tls.fingerprint',
    [],
    'SHA-1 of the certificate.',
    (tx, direction) => certificateOf(tx, direction)?.fingerprint,
    (wanted) => wanted.toLowerCase(),
  ),
  tlsStore,
];
