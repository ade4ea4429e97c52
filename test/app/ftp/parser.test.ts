import assert from 'node:assert/strict';
import ftp from '../../../src/app/ftp/index.ts';
import { FtpTransaction } from '../../../src/app/ftp/transaction.ts';
import { ParserDriver } from '../../support/app-parser.ts';

type Step = readonly [direction: 0 | 1, text: string];

function run(steps: readonly Step[]): ParserDriver {
  const driver = new ParserDriver(ftp);
  for (const [direction, text] of steps) driver.feed(direction, Buffer.from(text, 'latin1'));
  return driver;
}

function transactions(driver: ParserDriver): FtpTransaction[] {
  return driver.parser.transactions.filter((tx) => tx instanceof FtpTransaction);
}

const shown = (driver: ParserDriver): string[] =>
  transactions(driver).map(
    (tx) =>
      `${tx.command?.name ?? '-'} ${Buffer.from(tx.commandData ?? []).toString()} > ` +
      `${tx.completionCodes.map((code) => Buffer.from(code).toString()).join()} ` +
      `${tx.replies.map(({ text }) => Buffer.from(text).toString()).join('|')} ${String(tx.dynamicPort)}`,
  );

describe('FTP parser', () => {
  it('answers commands in order, also when several are sent at once', () => {
    const driver = run([
      [0, 'NOOP 1\r\nNOOP 2\r\n'],
      [1, '200 a\r\n200 b\r\n'],
    ]);
    assert.deepEqual(shown(driver), ['NOOP 1 > 200 a 0', 'NOOP 2 > 200 b 0']);
  });

  it('waits for more after a preliminary reply', () => {
    const driver = run([
      [0, 'NOOP\r\n'],
      [1, '150 soon\r\n226 done\r\n'],
    ]);
    assert.deepEqual(shown(driver), ['NOOP  > 150,226 soon|done 0']);
  });

  it('keeps lines within a reply as they are', () => {
    assert.deepEqual(shown(run([[1, '220-Hello\r\n220 World\r\n']])), ['-  > 220 220-Hello|World 0']);
  });

  it('announces the data channel of a passive transfer', () => {
    const driver = run([
      [0, 'PASV\r\n'],
      [1, '227 Entering Passive Mode (10,0,0,2,1,2).\r\n'],
      [0, 'RETR a.txt\r\n'],
    ]);
    assert.ok(driver.requests.includes('expect ftp-data on 258'), driver.requests.join());
  });

  it('reads the port of a data channel as strictly as it is asked for', () => {
    const port = (command: string, reply: string): number =>
      transactions(
        run([
          [0, `${command}\r\n`],
          [1, `${reply}\r\n`],
        ]),
      )[0]!.dynamicPort;
    const ports = (lines: readonly (readonly [string, string])[]): number[] =>
      lines.map(([command, reply]) => port(command, reply));
    const active = ['1,2,3,4,5,6', ' 999,2,3,4,5,6x', '1, 2,3,4,5,6', '1,2,3,4,256,6', '1,2,3,4,5'];
    assert.deepEqual(ports(active.map((text) => [`PORT ${text}`, '200 ok'])), [1286, 1286, 0, 0, 0]);
    const extended = ['|1|1.2.3.4|12|', '||| 12 |', 'x|y||12|', '|1|1.2.3.4|65536|', '|1|1.2.3.4|12'];
    assert.deepEqual(ports(extended.map((text) => [`EPRT ${text}`, '200 ok'])), [12, 12, 12, 0, 0]);
    const passive = ['x (1,2,3,4,5,6 )', '(999,2,3,4,5,6)', '(1,2,3,4,5,6', '( 1,2,3,4,5,6)', '(x) (1,2,3,4,5,6)'];
    assert.deepEqual(ports(passive.map((text) => ['PASV', `227 ${text}`])), [1286, 1286, 0, 0, 0]);
    const extendedPassive = ['x (|||12|)', '||| 12 |)', '(|||12|', '(|||12|x)', '|||1|(|||12|)'];
    assert.deepEqual(ports(extendedPassive.map((text) => ['EPSV', `229 ${text}`])), [12, 12, 0, 0, 0]);
  });

  it('names a transfer without a data channel', () => {
    const driver = run([[0, 'RETR a.txt\r\n']]);
    assert.deepEqual(driver.anomalies(driver.parser.transactions[0]!), ['ftp.file_before_port']);
  });

  it('changes to TLS when the server agrees', () => {
    const driver = run([
      [0, 'AUTH TLS\r\n'],
      [1, '234 go ahead\r\n'],
    ]);
    assert.ok(driver.requests.includes('change to tls'), driver.requests.join());
  });

  it('cuts a line that is too long, and finds the next', () => {
    const driver = run([[0, `RETR ${'a'.repeat(5000)}\r\nNOOP\r\n`]]);
    const [first, second] = transactions(driver);
    assert.equal(first!.commandData!.length, 4091);
    assert.equal(first!.isRequestTruncated, true);
    assert.equal(second!.command!.name, 'NOOP');
  });

  it('sees the same wherever the input is cut', () => {
    const steps: readonly Step[] = [
      [1, '220-Hello\r\n220 World\r\n'],
      [0, 'USER x\r\nPASS y\r\n'],
      [1, '331 pass\r\n230 in\r\n'],
      [0, 'EPRT |1|10.0.0.1|6275|\r\n'],
      [1, '200 fine\r\n'],
    ];
    const whole = shown(run(steps));
    for (const [i, [direction, text]] of steps.entries()) {
      for (let at = 1; at < text.length; at++) {
        const cut: Step[] = [...steps];
        cut.splice(i, 1, [direction, text.slice(0, at)], [direction, text.slice(at)]);
        assert.deepEqual(shown(run(cut)), whole, `cut ${String(i)} at ${String(at)}`);
      }
    }
  });
});
