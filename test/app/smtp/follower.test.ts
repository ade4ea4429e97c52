import assert from 'node:assert/strict';
import smtp from '../../../src/app/smtp/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { ENVELOPE, mail } from './support.ts';
import type { Turn } from './support.ts';

const MESSAGE = 'Subject: one\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n..\r\n--x--\r\n.\r\n';
const QUIT: readonly Turn[] = [
  ['C', 'QUIT\r\n'],
  ['S', '221 bye\r\n'],
];
const TALKS: Readonly<Record<string, readonly Turn[]>> = {
  'two mails': [...mail(MESSAGE), ...mail(MESSAGE).slice(3), ...QUIT],
  'a second DATA in a mail': [
    ...ENVELOPE,
    ['C', MESSAGE],
    ['C', 'DATA\r\nDATA\r\n'],
    ['S', '250 ok\r\n354 go\r\n'],
    ...QUIT,
  ],
  'a mail in chunks': [
    ...ENVELOPE.slice(0, 7),
    ['C', 'BDAT 5\r\nhelloBDAT 6 LAST\r\n world'],
    ['S', '250 ok\r\n250 ok\r\n'],
    ...QUIT,
  ],
  'an end without a message': [...ENVELOPE, ['C', '.\r\nRSET\r\n'], ['S', '250 ok\r\n250 ok\r\n'], ...QUIT],
  STARTTLS: [...ENVELOPE.slice(0, 3), ['C', 'STARTTLS\r\n'], ['S', '220 go\r\n']],
};

function outcome(turns: readonly Turn[], size: number, isFollower: boolean): unknown {
  const driver = new ParserDriver(smtp, { isFollower, stopsAtChange: true });
  for (const [who, text] of turns) {
    const bytes = Buffer.from(text, 'latin1');
    for (let at = 0; at < bytes.length && driver.app.change === undefined; at += size)
      driver.feed(who === 'C' ? 0 : 1, bytes.subarray(at, at + size));
  }
  const changes = driver.requests.filter((request) => request.startsWith('change'));
  return { transactions: driver.parser.transactionCount, changes, hasFailed: driver.hasFailed };
}

describe('SMTP follower', () => {
  for (const [name, turns] of Object.entries(TALKS)) {
    it(`counts and changes like the parser, however the bytes are cut: ${name}`, () => {
      for (let size = 1; size < 120; size++)
        assert.deepEqual(outcome(turns, size, true), outcome(turns, size, false), `pieces of ${String(size)}`);
    });
  }

  it('takes no mail apart', () => {
    const driver = new ParserDriver(smtp, { isFollower: true });
    for (const [who, text] of mail(MESSAGE)) driver.feed(who === 'C' ? 0 : 1, Buffer.from(text));
    assert.equal(driver.parser.transactionCount, 1);
    assert.deepEqual(
      driver.parser.transactions.map(({ files }) => files),
      [null],
    );
  });
});
