// Keywords of TLS about the handshake as such: the version spoken, and the message seen last.

import { toClient, toServer } from '../../framework/app-keyword.ts';
import { requiredArgument, unquoted } from '../../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import type { Direction } from '../../framework/transaction.ts';
import { PAGE } from './keyword-parts.ts';
import { STATES } from './settings.ts';
import { ClientState, ServerState, SslState } from './transaction.ts';
import type { TlsTransaction } from './transaction.ts';
import { SSL2, THIRTEEN, isThirteen } from './version.ts';

const FROM_START = [toServer('tls', ClientState.inProgress), toClient('tls', ServerState.inProgress)];

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

export const HANDSHAKE_KEYWORDS: readonly KeywordDefinition[] = [sslVersion, tlsVersion, sslState];
