import assert from 'node:assert/strict';
import protocols from '../../../src/app/http2/index.ts';
import { FrameType } from '../../../src/app/http2/frame-types.ts';
import { JsonText } from '../../../src/base/json-writer.ts';
import type { EveDeclaration } from '../../../src/framework/app-protocol.ts';
import type { Http2Transaction } from '../../../src/app/http2/transaction.ts';
import { ANSWERED, ASKED, POST, QUERY, TYPE } from './dns-messages.ts';
import { END_STREAM, GET, OK, PREFACE, data, frame, headers, talk, transactions, word } from './messages.ts';
import type { Turn } from './messages.ts';
import type { ParserDriver } from '../../support/app-parser.ts';

const [, doh2] = protocols;
const becomes = ({ requests }: ParserDriver): boolean => requests.includes('become doh2');
const only = (driver: ParserDriver): Http2Transaction => {
  const found = transactions(driver);
  assert.equal(found.length, 1);
  return found[0]!;
};

function recordOf({ alert }: EveDeclaration, tx: Http2Transaction): Record<string, unknown> | null {
  const json = new JsonText();
  json.begin().openElement();
  const isThere = (alert as unknown as (of: Http2Transaction, to: JsonText) => boolean)(tx, json);
  json.close();
  return isThere ? (JSON.parse(json.text) as Record<string, unknown>) : null;
}

describe('DNS over HTTP/2', () => {
  it('is known by the message in a request, however it is cut', () => {
    assert.equal(becomes(talk([ASKED])), true);
    const singles = (one: Buffer): Buffer[] => Array.from(one, (_, i) => one.subarray(i, i + 1));
    const tx = only(talk([ASKED, ANSWERED], singles));
    assert.equal(Buffer.from(tx.dnsMessage(0)!.questions[0]!.name.bytes).toString(), 'www.example.com');
    assert.equal(tx.dnsMessage(1)!.answers.length, 1);
  });

  it('is known by the message in the target of a GET that asks for one', () => {
    const path = [':path', `/dns-query?x=1&dns=${QUERY.toString('base64url')}`] as const;
    const get = (...more: readonly (readonly [string, string])[]): ParserDriver =>
      talk([[0, Buffer.concat([PREFACE, headers(1, [[':method', 'GET'], path, ...more], END_STREAM)])]]);
    assert.equal(becomes(get(['accept', 'application/dns-message'])), true);
    assert.equal(becomes(get(['accept', '*/*'])), false);
    assert.equal(becomes(get()), false);
  });

  it('is nothing but HTTP/2 where the body is no message, or not said to be one', () => {
    const body = (content: Buffer, list: readonly (readonly [string, string])[]): ParserDriver =>
      talk([[0, Buffer.concat([PREFACE, headers(1, list), data(1, content, END_STREAM)])]]);
    assert.equal(becomes(body(Buffer.from('no message'), POST)), false);
    assert.equal(becomes(body(QUERY, POST.slice(0, -1))), false);
    assert.equal(becomes(body(QUERY, POST)), true);
  });

  it('is not looked at where the stream was reset or bytes are missing', () => {
    const begun: Turn = [0, Buffer.concat([PREFACE, headers(1, POST), data(1, QUERY)])];
    assert.equal(becomes(talk([begun, [0, frame(FrameType.rstStream, 0, 1, word(8))]])), false);
    const driver = talk([[0, Buffer.concat([PREFACE, headers(1, POST)])]]);
    const rest = data(1, QUERY, END_STREAM);
    driver.feed(0, rest.subarray(0, 12));
    driver.parser.gap(0, 4);
    driver.feed(0, rest.subarray(16));
    assert.equal(becomes(driver), false);
  });

  it('names messages that are too long for DNS, and has none of them', () => {
    const long = Buffer.alloc(60_000, 1);
    const request: Turn = [0, Buffer.concat([PREFACE, headers(1, POST), data(1, long), data(1, long, END_STREAM)])];
    const response: Turn = [1, Buffer.concat([headers(1, [...OK.slice(0, 1), TYPE]), data(1, long), data(1, long)])];
    const driver = talk([request, response]);
    assert.deepEqual(driver.anomalies(only(driver)), ['http2.dns_request_too_long', 'http2.dns_response_too_long']);
    assert.equal(becomes(driver), false);
  });

  it('has records of DNS in place of HTTP, of the response where there is one', () => {
    const [dns, http] = doh2.eve!;
    const both = only(talk([ASKED, ANSWERED]));
    assert.equal(recordOf(dns!, both)!['type'], 'response');
    assert.equal(recordOf(http!, both), null);
    assert.equal(recordOf(dns!, only(talk([ASKED])))!['type'], 'request');
    const other = only(talk([[0, Buffer.concat([PREFACE, headers(1, GET, END_STREAM)])]]));
    assert.equal(recordOf(dns!, other), null);
    assert.equal(recordOf(http!, other)!['url'], '/a');
  });
});
