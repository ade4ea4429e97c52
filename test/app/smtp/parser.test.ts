import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { anomalyName } from '../../../src/framework/anomaly.ts';
import smtp from '../../../src/app/smtp/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { Conversation, ENVELOPE, mail, text } from './support.ts';
import type { Turn } from './support.ts';

const MESSAGE = 'From: me\r\nSubject: one\r\n two\r\n\r\nhello http://example.com/x y\r\n.\r\n';
const MIXED =
  'Content-Type: multipart/mixed; boundary="bb"\r\n\r\npreamble\r\n--bb\r\n' +
  'Content-Disposition: attachment; filename="a.txt"\r\nContent-Transfer-Encoding: base64\r\n\r\naGVs\r\nbG8=\r\n' +
  '--bb\r\nContent-Disposition: attachment; filename=b.txt\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n' +
  'caf=C3=A9 =\r\nau lait\r\n\r\n--bb\r\nContent-Disposition: attachment; filename="c.txt"\r\n\r\n' +
  '-- no boundary\r\n\r\nend\r\n--bb--\r\nepilogue\r\n.\r\n';

function anomalies({ transactions }: Conversation): string[] {
  return transactions.flatMap((tx) => (tx.anomalies ?? []).map(anomalyName));
}

describe('SMTP parser', () => {
  it('takes one mail as one transaction, done with the reply to its end', () => {
    const talk = new Conversation().play(mail(MESSAGE).slice(0, -1));
    const [tx] = talk.transactions;
    assert.deepEqual(tx!.progress, [2, 0]);
    talk.play([['S', '250 queued\r\n']]);
    assert.deepEqual(tx!.progress, [2, 2]);
    assert.equal(text(tx!.session.helo), 'client');
    assert.equal(text(tx!.mailFrom), '<a@example.com>');
    assert.deepEqual(tx!.recipients.map(text), ['<b@example.com>']);
    assert.equal(talk.transactions.length, 1);
    assert.deepEqual(anomalies(talk), []);
  });

  it('begins the next mail right after the end of one, whatever the replies', () => {
    const second: Turn[] = [
      ['C', 'RSET\r\nMAIL FROM:<c@example.com>\r\n'],
      ['S', '250 queued\r\n250 reset\r\n250 ok\r\n'],
    ];
    const talk = new Conversation().play([...ENVELOPE, ['C', MESSAGE], ...second]);
    assert.deepEqual(
      talk.transactions.map(({ mailFrom }) => text(mailFrom)),
      ['<a@example.com>', '<c@example.com>'],
    );
    assert.deepEqual(talk.transactions[1]!.progress, [0, 0]);
  });

  it('ends a mail with an accepted RSET, not with a refused one', () => {
    const start = ENVELOPE.slice(0, 5);
    const accepted = new Conversation().play([...start, ['C', 'RSET\r\n'], ['S', '250 ok\r\n']]);
    assert.deepEqual(accepted.transactions[0]!.progress, [2, 2]);
    const refused = new Conversation().play([...start, ['C', 'RSET\r\n'], ['S', '500 no\r\n']]);
    assert.deepEqual(refused.transactions[0]!.progress, [0, 0]);
  });

  it('goes on with a message whatever the server says in its midst', () => {
    const talk = new Conversation().play([
      ...ENVELOPE,
      ['C', 'Subject: one\r\n\r\nhello\r\n'],
      ['S', '250 queued\r\n354 more\r\n500 no\r\n'],
      ['C', 'MAIL FROM:<c@example.com>\r\n.\r\n'],
      ['S', '250 queued\r\n'],
    ]);
    const [first, second] = talk.transactions;
    assert.deepEqual([first!.progress, first!.message!.isDone, second], [[2, 2], true, undefined]);
    assert.equal(text(first!.mailFrom), '<a@example.com>');
  });

  const early = (line: string, ...turns: Turn[]): Conversation =>
    new Conversation().play([
      ['S', '220 x\r\n'],
      ['C', 'EHLO c\r\n'],
      ['S', `250-x\r\n${line}\r\n250 z\r\n`],
      ['C', 'MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n'],
      ...turns,
    ]);

  it('takes what follows DATA for a message, where the server takes commands that it has not answered', () => {
    const turns: Turn[] = [
      ['C', 'Subject: one\r\n\r\nhello\r\n.\r\n'],
      ['S', '250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n'],
      ['C', 'QUIT\r\n'],
    ];
    for (const line of ['250-PIPELINING', '250-Pipelining']) {
      const talk = early(line, ...turns);
      const [tx] = talk.transactions;
      assert.deepEqual([tx!.progress, tx!.message!.isDone, talk.transactions.length], [[2, 2], true, 1], line);
      assert.deepEqual(anomalies(talk), ['smtp.invalid_pipelined_sequence'], line);
    }
    for (const line of ['250-PIPELINING x', '250-XPIPELINING', '220-PIPELINING', '250-x'])
      assert.equal(early(line, ...turns).transactions[0]!.message!.isDone, false, line);
  });

  it('is back at commands where such a DATA is refused', () => {
    const talk = early(
      '250-PIPELINING',
      ['C', 'Subject: one\r\n'],
      ['S', '250 ok\r\n250 ok\r\n503 no\r\n'],
      ['C', 'QUIT\r\n'],
      ['S', '221 bye\r\n'],
    );
    assert.deepEqual(anomalies(talk), ['smtp.data_command_rejected']);
    assert.deepEqual(talk.transactions[0]!.progress, [2, 2]);
  });

  it('expects no reply to a second DATA within a mail', () => {
    const talk = new Conversation().play([
      ...ENVELOPE.slice(0, -1),
      ['C', 'DATA\r\n'],
      ['S', '354 go\r\n'],
      ['C', 'Subject: one\r\n\r\nhello\r\n.\r\n'],
    ]);
    assert.deepEqual(anomalies(talk), ['smtp.unparsable_content']);
    assert.equal(talk.transactions[0]!.message!.isDone, true);
  });

  it('takes a mail that was sent before any reply as one, and a hello within a mail for its end', () => {
    const early = new Conversation().play([
      ['C', 'HELO c\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: one\r\n'],
      ['S', '220 s\r\n250 s\r\n250 ok\r\n250 ok\r\n354 go\r\n'],
      ['C', '\r\nhello\r\n.\r\n'],
    ]);
    assert.deepEqual(
      early.transactions.map(({ recipients }) => recipients.map(text)),
      [['<b@example.com>']],
    );
    const again = new Conversation().play([...ENVELOPE.slice(0, 5), ['C', 'HELO d\r\n'], ['S', '250 s\r\n']]);
    assert.deepEqual(again.transactions[0]!.progress, [2, 2]);
  });

  it('takes chunks of BDAT for no commands', () => {
    const talk = new Conversation().play([
      ...ENVELOPE.slice(0, 7),
      ['C', 'BDAT 12\r\nMAIL FROM:<xBDAT 3 LAST\r\nabcMAIL FROM:<d@example.com>\r\n'],
    ]);
    assert.deepEqual(
      talk.transactions.map(({ mailFrom }) => text(mailFrom)),
      ['<a@example.com>', '<d@example.com>'],
    );
    assert.deepEqual(anomalies(talk), []);
  });

  it('looks for TLS after an accepted STARTTLS', () => {
    const talk = new Conversation().play([...ENVELOPE.slice(0, 3), ['C', 'STARTTLS\r\n'], ['S', '220 go\r\n']]);
    assert.deepEqual(talk.changes, ['tls']);
  });

  it('goes on behind a line of a server that is too long to be a reply', () => {
    const long = `${'A'.repeat(5000)}\r\n250 c\r\n`;
    const talk = new Conversation().play([...ENVELOPE.slice(0, 2), ['S', long], ...ENVELOPE.slice(3, 5)]);
    assert.deepEqual(anomalies(talk), ['smtp.truncated_line']);
    assert.equal(text(talk.transactions[0]!.mailFrom), '<a@example.com>');
  });

  it('notes the first reply that answers nothing, where no greeting came', () => {
    const hello: Turn[] = [
      ['C', 'HELO c\r\n'],
      ['S', '250 ok\r\n'],
      ['S', '250 ok\r\n'],
      ['S', '250 ok\r\n'],
    ];
    const talk = new Conversation().play(hello);
    assert.deepEqual(anomalies(talk), ['smtp.no_server_welcome_message', 'smtp.invalid_reply']);
    const late: Turn[] = [...hello.slice(0, 2), ['S', '220 c\r\n'], ['S', '250 ok\r\n']];
    assert.deepEqual(anomalies(new Conversation().play(late)), ['smtp.no_server_welcome_message']);
  });

  const noted: readonly (readonly [string, readonly Turn[], string])[] = [
    ['a second MAIL', [...ENVELOPE.slice(0, 5), ['C', 'MAIL FROM:<x>\r\n']], 'smtp.duplicate_fields'],
    ['a refused DATA', [...ENVELOPE.slice(0, 8), ['S', '503 no\r\n']], 'smtp.data_command_rejected'],
    [
      'commands behind DATA',
      [...ENVELOPE.slice(0, 7), ['C', 'DATA\r\nSubject: x\r\n']],
      'smtp.invalid_pipelined_sequence',
    ],
    ['a refused STARTTLS', [...ENVELOPE.slice(0, 3), ['C', 'STARTTLS\r\n'], ['S', '454 no\r\n']], 'smtp.tls_rejected'],
    ['a reply without a code', [...ENVELOPE.slice(0, 4), ['S', 'hello\r\n']], 'smtp.invalid_reply'],
    [
      'a greeting that is not over',
      [
        ['S', '220-a.example\r\n'],
        ['C', 'HELO c\r\n'],
      ],
      'smtp.no_server_welcome_message',
    ],
    ['no greeting', [['C', 'HELO c\r\n']], 'smtp.no_server_welcome_message'],
    [
      'a line of 5000 bytes',
      [...ENVELOPE.slice(0, 3), ['C', `MAIL FROM:<${'a'.repeat(5000)}>\r\n`]],
      'smtp.truncated_line',
    ],
    ['BDAT without a size', [...ENVELOPE.slice(0, 7), ['C', 'BDAT x\r\n']], 'smtp.invalid_bdat'],
    [
      'a line of the message of 999 bytes',
      mail(`Subject: s\r\n\r\n${'a'.repeat(999)}\r\n.\r\n`),
      'smtp.mime_long_line',
    ],
    [
      'a boundary of 255 bytes',
      mail(`Content-Type: a/b; boundary=${'b'.repeat(255)}\r\n\r\n.\r\n`),
      'smtp.mime_long_boundary',
    ],
  ];
  for (const [what, turns, anomaly] of noted) {
    it(`notes ${what}`, () => {
      assert.deepEqual(anomalies(new Conversation().play(turns)), [anomaly]);
    });
  }

  it('decodes attachments, without the line end that belongs to the boundary', () => {
    const talk = new Conversation().play(mail(MIXED));
    assert.deepEqual(talk.files, [
      { name: 'a.txt', content: 'hello', how: 'closed' },
      { name: 'b.txt', content: 'caf\xc3\xa9 au lait\r\n', how: 'closed' },
      { name: 'c.txt', content: '-- no boundary\r\n\r\nend', how: 'closed' },
    ]);
  });

  it('truncates a file that does not come to its end', () => {
    const talk = new Conversation().play([...ENVELOPE, ['C', MIXED.slice(0, MIXED.indexOf('bG8='))]]);
    talk.feed(0, new Uint8Array(0), true);
    assert.deepEqual(talk.files, [{ name: 'a.txt', content: 'hel', how: 'truncated' }]);
  });

  it('is the same wherever the bytes are cut', () => {
    for (const message of [MESSAGE, MIXED]) {
      const turns = mail(message);
      const whole = new Conversation().play(turns).summary();
      for (let size = 1; size < 80; size++) assert.deepEqual(new Conversation().play(turns, size).summary(), whole);
      for (let at = 1; at < message.length; at++) {
        const cut = [...ENVELOPE, ['C', message.slice(0, at)], ['C', message.slice(at)], turns.at(-1)!] as Turn[];
        assert.deepEqual(new Conversation().play(cut).summary(), whole, `cut at ${String(at)}`);
      }
    }
  });

  it('neither throws nor hangs on damaged mails, and takes no more than it is given', () => {
    const bytes = Buffer.from(MIXED, 'latin1');
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(damage, fc.integer({ min: 1, max: 200 }), (changes, size) => {
        const copy = Buffer.from(bytes);
        for (const [at, byte] of changes) copy[at] = byte;
        const talk = new Conversation().play([...ENVELOPE, ['C', copy.toString('latin1')]], size);
        assert.ok(talk.transactions.length >= 1);
      }),
      { numRuns: 200 },
    );
  });

  it('has content rules look at replies to commands, but not at the greeting', () => {
    const driver = new ParserDriver(smtp);
    const asks = (direction: 0 | 1, line: string): string[] => {
      const before = driver.requests.length;
      driver.feed(direction, Buffer.from(line));
      return driver.requests.slice(before).filter((request) => request.startsWith('inspect raw'));
    };
    assert.deepEqual(asks(1, '220 mx.example.com\r\n'), []);
    assert.deepEqual(asks(0, 'HELO a\r\n'), ['inspect raw 0']);
    assert.deepEqual(asks(1, '250 hello\r\n'), ['inspect raw 1']);
  });
});
