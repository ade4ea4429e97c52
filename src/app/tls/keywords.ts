// Keywords of TLS.

import { appIntegerKeyword, stickyBuffer, toClient, toServer } from '../../framework/app-keyword.ts';
import type { StickyBuffer } from '../../framework/app-keyword.ts';
import { requiredArgument, unquoted } from '../../framework/keyword-argument.ts';
import { md5Content } from '../../framework/digest-content.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import type { Direction } from '../../framework/transaction.ts';
import { JA3, STATES, choice } from './settings.ts';
import { ClientState, ServerState, SslState } from './transaction.ts';
import type { TlsTransaction } from './transaction.ts';
import { SSL2, THIRTEEN, isThirteen } from './version.ts';

const PAGE = 'rules/tls-keywords.html';
const FROM_START = [toServer('tls', ClientState.inProgress), toClient('tls', ServerState.inProgress)];
const HELLO = [toServer('tls', ClientState.helloDone)];
const SERVER_HELLO = [toClient('tls', ServerState.hello)];
const HELLOS = [...HELLO, ...SERVER_HELLO];
const SERVER_CERTIFICATE = [toClient('tls', ServerState.certDone)];
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

const certificate = (tx: TlsTransaction, direction: Direction) => tx.side(direction).chain.leaf ?? undefined;

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
    bytes: (tx, direction) => text(certificate(tx, direction)?.subject),
  },
  {
    name: 'tls.cert_issuer',
    aliases: ['tls_cert_issuer'],
    summary: 'Issuer of the certificate.',
    engines: CERTIFICATES,
    bytes: (tx, direction) => text(certificate(tx, direction)?.issuer),
  },
  {
    name: 'tls.cert_serial',
    aliases: ['tls_cert_serial'],
    summary: 'Serial number of the certificate, in hexadecimal with colons.',
    engines: CERTIFICATES,
    bytes: (tx, direction) => text(certificate(tx, direction)?.serial),
  },
  {
    name: 'tls.cert_fingerprint',
    aliases: ['tls_cert_fingerprint'],
    summary: 'SHA-1 of the certificate, in hexadecimal with colons.',
    engines: CERTIFICATES,
    bytes: (tx, direction) => text(certificate(tx, direction)?.fingerprint),
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

const VERSIONS: Readonly<Record<string, number>> = {
  sslv2: SSL2,
  sslv3: 0x0300,
  'tls1.0': 0x0301,
  'tls1.1': 0x0302,
  'tls1.2': 0x0303,
  'tls1.3': THIRTEEN,
};

function versionOf(tx: TlsTransaction, direction: Direction): number {
  const side = tx.side(direction);
  return side.hello?.offer.versions[0] !== undefined && direction === 1 ? side.hello.offer.versions[0] : side.version;
}

/** A draft of TLS 1.3 is that version as well. */
const withoutDraft = (version: number): number => (isThirteen(version) ? THIRTEEN : version);

const sslVersion = defineKeyword({
  name: 'ssl_version',
  argument: 'required',
  kind: 'match',
  summary: 'Version spoken, one of several, or none of several.',
  page: `${PAGE}#ssl-version`,
  examples: ['alert tls any any -> any any (msg:"m"; ssl_version:sslv3,tls1.0; sid:1;)'],
  compile(builder, option) {
    const words = unquoted(option)
      .toLowerCase()
      .split(',')
      .map((word) => word.trim());
    if (words.some((word) => VERSIONS[word.replace('!', '')] === undefined))
      throw new RuleError(`ssl_version: unknown version in "${words.join(',')}"`, Object.keys(VERSIONS).join(', '));
    const wanted = words.filter((word) => !word.startsWith('!')).map((word) => VERSIONS[word]!);
    const unwanted = words.filter((word) => word.startsWith('!')).map((word) => VERSIONS[word.slice(1)]!);
    builder.addTxMatch(
      (tx: TlsTransaction, _p, ctx) => {
        const version = withoutDraft(versionOf(tx, ctx.txDirection));
        if (version === 0) return false;
        return wanted.includes(version) || (unwanted.length > 0 && !unwanted.includes(version));
      },
      { keyword: 'ssl_version', engines: FROM_START, isBrief: true },
    );
  },
});

const tlsVersion = defineKeyword({
  name: 'tls.version',
  argument: 'required',
  kind: 'match',
  summary: 'Version spoken: 1.0, 1.1, 1.2, 1.3, or a number.',
  page: `${PAGE}#tls-version`,
  examples: ['alert tls any any -> any any (msg:"m"; tls.version:1.2; sid:1;)'],
  compile(builder, option) {
    const argument = unquoted(option).trim();
    const wanted = /^0x[0-9a-f]{1,4}$/i.test(argument) ? Number(argument) : VERSIONS[`tls${argument}`];
    if (wanted === undefined) throw new RuleError(`tls.version: unknown version "${argument}"`, '1.0, 1.1, 1.2, 1.3');
    const test = (version: number) => version === wanted || withoutDraft(version) === wanted;
    builder.addTxMatch((tx: TlsTransaction, _p, ctx) => test(versionOf(tx, ctx.txDirection)), {
      keyword: 'tls.version',
      engines: FROM_START,
      isBrief: true,
      place: 'tls_generic',
    });
  },
});

const SSL_STATES: Readonly<Record<string, number>> = {
  client_hello: SslState.clientHello,
  server_hello: SslState.serverHello,
  client_keyx: SslState.clientKeyExchange,
  server_keyx: SslState.serverKeyExchange,
  unknown: SslState.unknown,
};

const sslState = defineKeyword({
  name: 'ssl_state',
  argument: 'required',
  kind: 'match',
  summary: 'The message of the handshake that was seen last.',
  page: `${PAGE}#ssl-state`,
  examples: ['alert tls any any -> any any (msg:"m"; ssl_state:client_hello; sid:1;)'],
  compile(builder, option) {
    builder.setup.demands.add(STATES);
    let listed = 0;
    let negated = 0;
    for (const word of requiredArgument(option).replaceAll('"', '').split(/[|,]/)) {
      const name = word.trim().toLowerCase();
      const bit = SSL_STATES[name.replace('!', '')];
      if (bit === undefined)
        throw new RuleError(`ssl_state: unknown state "${name}"`, Object.keys(SSL_STATES).join(', '));
      listed |= bit;
      if (name.startsWith('!')) negated |= bit;
    }
    builder.addTxMatch(
      // one of several is enough, negated or not
      (tx: TlsTransaction) => ((tx.sslState & listed) ^ negated) !== 0,
      { keyword: 'ssl_state', engines: FROM_START, isBrief: true },
    );
  },
});

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2}))?)?)?)?)?$/;

/** Seconds, where it cannot be a year. */
const EPOCH = /^\d{5,10}$/;

/** Seconds since the epoch of `2015`, `2015-10`, ... `2015-10-22 23:59:59`. */
function parseDate(name: string, word: string): number {
  if (EPOCH.test(word.trim())) return Number(word.trim());
  const match = DATE.exec(word.trim());
  if (match === null) throw new RuleError(`${name}: "${word}" is no date`, '2015-10-22 23:59:59, or less of it');
  const part = (i: number, fallback: number): number => (match[i] === undefined ? fallback : Number(match[i]));
  return Date.UTC(part(1, 1970), part(2, 1) - 1, part(3, 1), part(4, 0), part(5, 0), part(6, 0)) / 1000;
}

function parseDates(name: string, argument: string): (seconds: number) => boolean {
  const range = /^(.+?)<>(.+)$/.exec(argument);
  if (range !== null) {
    const [low, high] = [parseDate(name, range[1]!), parseDate(name, range[2]!)];
    return (seconds) => seconds > low && seconds < high;
  }
  const at = parseDate(name, argument.replace(/^[<>]/, ''));
  if (argument.startsWith('<')) return (seconds) => seconds < at;
  if (argument.startsWith('>')) return (seconds) => seconds > at;
  return (seconds) => seconds === at;
}

function dateKeyword(
  name: string,
  summary: string,
  read: (tx: TlsTransaction, direction: Direction) => number | undefined,
): KeywordDefinition {
  return defineKeyword({
    name,
    argument: 'required',
    kind: 'match',
    summary,
    page: `${PAGE}#${name.replaceAll('_', '-')}`,
    examples: [`alert tls any any -> any any (msg:"m"; ${name}:1998-05-01<>2008-05-01; sid:1;)`],
    compile(builder, option) {
      const test = parseDates(name, unquoted(option).trim());
      builder.addTxMatch(
        (tx: TlsTransaction, _p, ctx) => {
          const seconds = read(tx, ctx.txDirection);
          return seconds !== undefined && !Number.isNaN(seconds) && test(seconds);
        },
        { keyword: name, engines: SERVER_CERTIFICATE },
      );
    },
  });
}

function flagKeyword(
  name: string,
  summary: string,
  holds: (tx: TlsTransaction, direction: Direction, now: number) => boolean,
): KeywordDefinition {
  return defineKeyword({
    name,
    argument: 'none',
    kind: 'match',
    summary,
    page: `${PAGE}#${name.replaceAll('_', '-')}`,
    examples: [`alert tls any any -> any any (msg:"m"; ${name}; sid:1;)`],
    compile(builder) {
      builder.addTxMatch((tx: TlsTransaction, p, ctx) => holds(tx, ctx.txDirection, p.ts / 1e6), {
        keyword: name,
        engines: SERVER_CERTIFICATE,
      });
    },
  });
}

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
  sslVersion,
  tlsVersion,
  sslState,
  dateKeyword(
    'tls_cert_notbefore',
    'The certificate is valid from a date on.',
    (tx, direction) => certificate(tx, direction)?.notBefore,
  ),
  dateKeyword(
    'tls_cert_notafter',
    'The certificate is valid up to a date.',
    (tx, direction) => certificate(tx, direction)?.notAfter,
  ),
  flagKeyword('tls_cert_expired', 'The certificate is not valid any more.', (tx, direction, now) => {
    const one = certificate(tx, direction);
    return one !== undefined && now > one.notAfter;
  }),
  flagKeyword('tls_cert_valid', 'The certificate is valid by its dates.', (tx, direction, now) => {
    const one = certificate(tx, direction);
    return one !== undefined && now >= one.notBefore && now <= one.notAfter;
  }),
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
    (tx, direction) => certificate(tx, direction)?.subject,
  ),
  containsKeyword('tls.issuerdn', [], 'Part of the issuer.', (tx, direction) => certificate(tx, direction)?.issuer),
  containsKeyword(
    'tls.fingerprint',
    [],
    'SHA-1 of the certificate.',
    (tx, direction) => certificate(tx, direction)?.fingerprint,
    (wanted) => wanted.toLowerCase(),
  ),
  tlsStore,
];
