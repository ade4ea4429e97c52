// Keywords of TLS about the time in which the certificate of the server is valid.

import { unquoted } from '../../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import type { Direction } from '../../framework/transaction.ts';
import { PAGE, SERVER_CERTIFICATE, certificateOf } from './keyword-parts.ts';
import type { TlsTransaction } from './transaction.ts';

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

export const VALIDITY_KEYWORDS: readonly KeywordDefinition[] = [
  dateKeyword(
    'tls_cert_notbefore',
    'The certificate is valid from a date on.',
    (tx, direction) => certificateOf(tx, direction)?.notBefore,
  ),
  dateKeyword(
    'tls_cert_notafter',
    'The certificate is valid up to a date.',
    (tx, direction) => certificateOf(tx, direction)?.notAfter,
  ),
  flagKeyword('tls_cert_expired', 'The certificate is not valid any more.', (tx, direction, now) => {
    const one = certificateOf(tx, direction);
    return one !== undefined && now > one.notAfter;
  }),
  flagKeyword('tls_cert_valid', 'The certificate is valid by its dates.', (tx, direction, now) => {
    const one = certificateOf(tx, direction);
    return one !== undefined && now >= one.notBefore && now <= one.notAfter;
  }),
];
