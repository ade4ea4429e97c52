import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import pop3 from '../../../src/app/pop3/index.ts';
import { Pop3Transaction } from '../../../src/app/pop3/parser.ts';
import { ParserDriver } from '../../support/app-parser.ts';

type Turn = readonly ['C' | 'S', string];

function play(turns: readonly Turn[], size = Infinity, driver = new ParserDriver(pop3)): ParserDriver {
  for (const [who, line] of turns) {
    const bytes = Buffer.from(line, 'latin1');
    for (let at = 0; at < bytes.length; at += size) driver.feed(who === 'C' ? 0 : 1, bytes.subarray(at, at + size));
  }
  return driver;
}

const plain = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function shown(driver: ParserDriver): unknown[] {
  return driver.parser.transactions.map((tx) => {
    assert.ok(tx instanceof Pop3Transaction);
    const { command, arguments: words, response } = tx;
    const reply =
      response === null ? null : [response.isOk, plain(response.header), ...response.lines.map((line) => plain(line))];
    return [command, words.map((word) => plain(word)), reply, tx.progress[1] === 1, ...driver.anomalies(tx)];
  });
}

const SESSION: readonly Turn[] = [
  ['S', '+OK ready\r\n'],
  ['C', 'USER me\r\n'],
  ['S', '+OK\r\n'],
  ['C', 'LIST\r\nLIST 1\r\n'],
  ['S', '+OK 2\r\n1 10\r\n..2\r\n.\r\n+OK 1 10\r\n'],
  ['C', 'RETR 1\r\n'],
  ['S', '+OK\r\nSubject: x\r\n\r\n-ERR no reply\r\n.\r\n'],
  ['C', 'QUIT\r\n'],
  ['S', '-ERR busy\r\n'],
];

describe('POP3 parser', () => {
  it('joins each command with its reply, the greeting alone', () => {
    assert.deepEqual(shown(play(SESSION)), [
      [null, [], [true, 'ready'], true],
      ['USER', ['me'], [true, ''], true],
      ['LIST', [], [true, '2', '1 10', '.2'], true],
      ['LIST', ['1'], [true, '1 10'], true],
      ['RETR', ['1'], null, true],
      ['QUIT', [], [false, 'busy'], true],
    ]);
  });

  it('takes the lines of an authentication for no commands', () => {
    const turns: Turn[] = [
      ['C', 'AUTH PLAIN\r\n'],
      ['S', '+ \r\n'],
      ['C', 'AAAA\r\n'],
      ['S', '+OK in\r\n'],
    ];
    assert.deepEqual(shown(play([SESSION[0]!, ...turns])).slice(1), [
      ['AUTH', ['PLAIN'], [true, ''], true],
      ['<SASL DATA>', [], [true, 'in'], true],
    ]);
  });

  it('goes on behind a gap: replies answer the oldest command, or none', () => {
    const driver = play([SESSION[0]!]);
    driver.parser.gap(0, 8);
    const gone = play(
      [
        ['S', '+OK hi\r\n'],
        ['C', 'STAT\r\n'],
      ],
      100,
      driver,
    );
    gone.parser.gap(1, 9);
    const rest = play([['S', '1 10\r\n.\r\n+OK 1\r\n+OK 2\r\n']], 100, gone);
    assert.deepEqual(shown(rest), [
      [null, [], [true, 'ready'], true],
      [null, [], [true, 'hi'], true],
      ['STAT', [], [true, '1'], true],
      [null, [], [true, '2'], true],
    ]);
    assert.equal(rest.hasFailed, false);
  });

  it('looks for TLS after an accepted STLS', () => {
    const { requests } = play([SESSION[0]!, ['C', 'STLS\r\n'], ['S', '+OK go\r\n']]);
    assert.deepEqual(requests.slice(-1), ['change to tls']);
  });

  for (const [line, anomaly] of [
    ['retr 1\r\n', 'pop3.unknown_command'],
    ['TOP 1\r\n', 'pop3.incorrect_argument_count'],
    [`USER ${'a'.repeat(251)}\r\n`, 'pop3.request_too_long'],
  ] as const) {
    it(`notes ${anomaly}`, () => {
      const driver = play([SESSION[0]!, ['C', line]]);
      assert.deepEqual(driver.anomalies(driver.parser.transactions[1]!), [anomaly]);
    });
  }

  it('gives up on a reply without a status', () => {
    for (const line of ['hello', '+OKx', '+ok', '+', '-ERRx'])
      assert.ok(play([SESSION[0]!, ['C', 'NOOP\r\n'], ['S', `${line}\r\n`]]).hasFailed, line);
    for (const line of ['+OK', '+OK x', '+ ', '-ERR'])
      assert.ok(!play([SESSION[0]!, ['C', 'NOOP\r\n'], ['S', `${line}\r\n`]]).hasFailed, line);
  });

  it('keeps the reply of a server that has no such mail', () => {
    const turns: Turn[] = [SESSION[0]!, ['C', 'RETR 9\r\n'], ['S', '-ERR no such message\r\n']];
    assert.deepEqual(shown(play(turns))[1], ['RETR', ['9'], [false, 'no such message'], true]);
  });

  it('has content rules look at each command, and at each reply but mails', () => {
    const driver = new ParserDriver(pop3);
    const asked = (...turns: Turn[]): string[] => {
      const before = driver.requests.length;
      play(turns, Infinity, driver);
      return driver.requests.slice(before).filter((request) => request.startsWith('inspect raw'));
    };
    assert.deepEqual(asked(SESSION[0]!), ['inspect raw 1']);
    assert.deepEqual(asked(['C', 'LIST\r\n']), ['inspect raw 0']);
    assert.deepEqual(asked(['S', '+OK\r\n1 10\r\n']), []);
    assert.deepEqual(asked(['S', '.\r\n']), ['inspect raw 1']);
    assert.deepEqual(asked(['C', 'RETR 1\r\n'], ['S', '+OK\r\nhello\r\n.\r\n']), ['inspect raw 0']);
  });

  it('is the same wherever the bytes are cut', () => {
    const whole = shown(play(SESSION));
    for (let size = 1; size < 60; size++) assert.deepEqual(shown(play(SESSION, size)), whole);
  });

  it('neither throws nor hangs on damaged sessions', () => {
    const bytes = SESSION.map(([who, line]) => [who, Buffer.from(line, 'latin1')] as const);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(8), fc.nat(40), fc.nat(255)), { minLength: 1 }), (changes) => {
        const copy = bytes.map(([who, line]) => [who, Buffer.from(line)] as const);
        for (const [turn, at, byte] of changes) copy[turn]![1][at] = byte;
        play(copy.map(([who, line]) => [who, line.toString('latin1')] as const));
      }),
      { numRuns: 300 },
    );
  });
});
