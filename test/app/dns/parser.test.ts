import assert from 'node:assert/strict';
import fc from 'fast-check';
import protocols from '../../../src/app/dns/index.ts';
import { DnsTransaction } from '../../../src/app/dns/parser.ts';
import { JsonText } from '../../../src/base/json-writer.ts';
import { Probed } from '../../../src/framework/app-protocol.ts';
import type { LogTransaction } from '../../../src/framework/app-protocol.ts';
import type { DnsMessage } from '../../../src/wire/dns.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { REQUEST, RESPONSE, TO_QUESTION, framed, message, nameBytes, record } from './messages.ts';

const [dns, mdns] = protocols;
const A = 1;
const TXT = 16;
const WWW = nameBytes('www.example.com');
const QUERY = message({ flags: REQUEST, questions: [[WWW, A]] });
const ANSWER = message({
  flags: RESPONSE,
  questions: [[WWW, A]],
  answers: [
    record(5, nameBytes('example.com')),
    record(A, Buffer.from([192, 0, 2, 1])),
    record(TXT, Buffer.from('\x02ab\x01c', 'latin1')),
  ],
});

function logOf(definition = dns!, variables?: string): LogTransaction {
  if (variables !== undefined) process.env['SURICATA_EVE_DNS_VERSION'] = variables;
  const { log } = definition.eve![0]!.create(undefined);
  delete process.env['SURICATA_EVE_DNS_VERSION'];
  return log as LogTransaction;
}

function records(driver: ParserDriver, log = logOf()): unknown[] {
  return driver.parser.transactions.map((tx) => {
    const json = new JsonText();
    return log(tx, json, driver.app, 0) ? (JSON.parse(`{${json.text}}`) as unknown) : null;
  });
}

function messagesOf(driver: ParserDriver): DnsMessage[] {
  return driver.parser.transactions.flatMap((tx) => (tx instanceof DnsTransaction ? [tx.message] : []));
}

function anomaliesOf(bytes: Uint8Array): string[] {
  const driver = new ParserDriver(dns!).feed(0, framed(bytes));
  return driver.parser.transactions.flatMap((tx) => driver.anomalies(tx));
}

const REQUEST_RECORD = {
  version: 3,
  type: 'request',
  tx_id: 0,
  id: 7,
  flags: '100',
  rd: true,
  opcode: 0,
  rcode: 'NOERROR',
  queries: [{ rrname: 'www.example.com', rrtype: 'A' }],
};

describe('DNS', () => {
  it('makes a transaction of each message, in the direction it travels', () => {
    const driver = new ParserDriver(dns!).feed(0, framed(QUERY)).feed(1, framed(ANSWER));
    assert.deepEqual(
      driver.parser.transactions.map((tx) => [tx.id, tx.has(0), tx.has(1)]),
      [
        [0, true, false],
        [1, false, true],
      ],
    );
  });

  it('records questions, answers one by one, and their data by type', () => {
    const driver = new ParserDriver(dns!).feed(0, framed(QUERY)).feed(1, framed(ANSWER));
    const rrname = 'www.example.com';
    assert.deepEqual(records(driver), [
      REQUEST_RECORD,
      {
        ...REQUEST_RECORD,
        type: 'response',
        tx_id: 1,
        flags: '8180',
        qr: true,
        ra: true,
        answers: [
          { rrname, rrtype: 'CNAME', ttl: 60, rdata: 'example.com' },
          { rrname, rrtype: 'A', ttl: 60, rdata: '192.0.2.1' },
          { rrname, rrtype: 'TXT', ttl: 60, rdata: 'ab' },
          { rrname, rrtype: 'TXT', ttl: 60, rdata: 'c' },
        ],
        grouped: { CNAME: ['example.com'], A: ['192.0.2.1'], TXT: ['ab', 'c'] },
      },
    ]);
  });

  it('records questions and answers under other names in version 2', () => {
    const driver = new ParserDriver(dns!).feed(0, framed(QUERY));
    assert.deepEqual(records(driver, logOf(dns, '2')), [
      { version: 2, type: 'query', id: 7, rrname: 'www.example.com', rrtype: 'A', tx_id: 0, opcode: 0 },
    ]);
  });

  it('leaves out an OPT record without options', () => {
    const bytes = message({
      flags: REQUEST,
      questions: [[WWW, A]],
      additionals: [record(41, Buffer.alloc(0), nameBytes(''))],
    });
    assert.deepEqual(records(new ParserDriver(dns!).feed(0, framed(bytes))), [REQUEST_RECORD]);
  });

  it('gives the same wherever the stream is cut', () => {
    const stream = Buffer.concat([framed(ANSWER), framed(ANSWER)]);
    const whole = records(new ParserDriver(dns!).feed(1, stream));
    assert.equal(whole.length, 2);
    for (let cut = 1; cut < stream.length; cut++) {
      const driver = new ParserDriver(dns!).feed(1, stream.subarray(0, cut)).feed(1, stream.subarray(cut));
      assert.deepEqual(records(driver), whole, `cut at ${String(cut)}`);
    }
  });

  const odd: readonly (readonly [string, Uint8Array, string[]])[] = [
    ['the reserved bit', message({ flags: 0x0140, questions: [[WWW, A]] }), ['dns.z_flag_set']],
    ['an operation nobody knows', message({ flags: 7 << 11, questions: [[WWW, A]] }), ['dns.invalid_opcode']],
    ['a name that points to itself', message({ flags: REQUEST, questions: [[TO_QUESTION, A]] }), ['dns.infinite_loop']],
    [
      'a name that points to its beginning',
      message({ flags: REQUEST, questions: [[Buffer.concat([Buffer.from('\x01a'), TO_QUESTION]), A]] }),
      ['dns.name_too_long', 'dns.too_many_labels'],
    ],
    [
      'a broken additional record',
      Buffer.concat([
        message({ flags: REQUEST, questions: [[WWW, A]], additionals: [record(A, Buffer.alloc(4))] }).subarray(0, -1),
      ]),
      ['dns.invalid_additionals'],
    ],
  ];
  for (const [name, bytes, expected] of odd) {
    it(`notes ${name}`, () => {
      assert.deepEqual(anomaliesOf(bytes), expected);
    });
  }

  it('names a question of the side that answers', () => {
    const driver = new ParserDriver(dns!, { transport: 'udp' });
    driver.feed(0, QUERY).feed(1, ANSWER).feed(1, QUERY).feed(0, QUERY);
    const named = driver.parser.transactions.map((tx) => driver.anomalies(tx));
    assert.deepEqual(named, [[], [], ['dns.not_response'], []]);
  });

  it('fails where a message of a stream cannot be read, and goes on with the next datagram', () => {
    const bad = message({ flags: RESPONSE, questions: [[WWW, TXT]], answers: [record(TXT, Buffer.from('\x05ab'))] });
    const stream = new ParserDriver(dns!).feed(1, Buffer.concat([framed(ANSWER), framed(bad), framed(ANSWER)]));
    assert.deepEqual([stream.hasFailed, messagesOf(stream).length], [true, 1]);
    const datagrams = new ParserDriver(dns!, { transport: 'udp' }).feed(1, bad).feed(1, ANSWER);
    assert.deepEqual(
      messagesOf(datagrams).map(({ answers }) => answers.length),
      [3],
    );
  });

  it('goes on with a whole message after a gap', () => {
    const driver = new ParserDriver(dns!).feed(1, framed(ANSWER));
    assert.equal(driver.parser.gap(1, 10), true);
    driver.feed(1, Buffer.from('rest of something')).feed(1, framed(ANSWER));
    assert.equal(driver.parser.transactions.length, 2);
  });

  it('takes any bytes without harm', () => {
    const property = fc.property(
      fc.array(fc.tuple(fc.nat(ANSWER.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      (changes) => {
        const bytes = Buffer.from(ANSWER);
        for (const [at, value] of changes) bytes[at] = value;
        const driver = new ParserDriver(dns!).feed(1, framed(bytes));
        for (const { questions } of messagesOf(driver))
          assert.ok(questions.every(({ name }) => name.bytes.length <= 1025));
        records(driver);
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });
});

describe('mDNS', () => {
  it('records data under the name of its type', () => {
    const bytes = message({ flags: 0x8400, answers: [record(12, nameBytes('a.local'), nameBytes('_x.local'))] });
    const driver = new ParserDriver(mdns!).feed(1, framed(bytes));
    assert.deepEqual(records(driver, logOf(mdns)), [
      {
        type: 'response',
        id: 7,
        flags: ['aa'],
        opcode: 0,
        rcode: 0,
        answers: [{ rrname: '_x.local', ptr: 'a.local' }],
      },
    ]);
  });

  it('asks and answers in either direction, in any order', () => {
    const ask = message({ flags: 0, questions: [[nameBytes('a.local'), A]] });
    const answer = message({ flags: 0x8400, answers: [record(A, Buffer.of(10, 0, 0, 1), nameBytes('a.local'))] });
    const driver = new ParserDriver(mdns!);
    for (const direction of [0, 1, 0, 1] as const)
      for (const bytes of [answer, ask]) driver.feed(direction, framed(bytes));
    assert.deepEqual(
      messagesOf(driver).map(({ isResponse }) => isResponse),
      Array.from({ length: 8 }, (_, i) => i % 2 === 0),
    );
    assert.deepEqual(
      driver.parser.transactions.flatMap((tx) => driver.anomalies(tx)),
      [],
    );
  });

  it('is found by an answer that nobody asked for, seen from the side of who gives it', () => {
    const [toServer] = mdns!.probes!;
    const answer = message({ flags: 0x8400, answers: [record(A, Buffer.of(10, 0, 0, 1), nameBytes('a.local'))] });
    assert.equal(toServer!.probe(answer, 0, answer.length, 0), Probed.yes);
    assert.equal(dns!.probes![0]!.probe(answer, 0, answer.length, 0), Probed.reversed);
    const empty = message({ flags: 0 });
    assert.equal(toServer!.probe(empty, 0, empty.length, 0), Probed.no);
  });
});
