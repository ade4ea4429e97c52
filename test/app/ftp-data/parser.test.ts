// Data channels of FTP: the file that was announced, in whatever pieces it comes.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import ftpData from '../../../src/app/ftp-data/index.ts';
import { FtpDataTransaction } from '../../../src/app/ftp-data/parser.ts';
import type { Announced } from '../../../src/app/ftp-data/parser.ts';
import { JsonText } from '../../../src/base/json-writer.ts';
import { FILE_STATES } from '../../../src/framework/file.ts';
import { ParserDriver } from '../../support/app-parser.ts';

const RETR: Announced = { command: 'RETR', name: Buffer.from('a.txt'), direction: 1 };
const LIST: Announced = { command: 'LIST', name: null, direction: 1 };

function open(expectation: Announced | undefined): ParserDriver {
  return new ParserDriver(ftpData, { expectation });
}

function shown(driver: ParserDriver): unknown {
  const [tx] = driver.parser.transactions;
  assert.ok(tx instanceof FtpDataTransaction);
  const json = new JsonText();
  const log = ftpData.eve![0]!.create(undefined).log as (...parts: unknown[]) => boolean;
  return {
    record: log(tx, json, driver.app, 0) ? JSON.parse(`{${json.text}}`) : null,
    files: (tx.files ?? []).map(({ name, size, state, hasGaps }) => [
      Buffer.from(name).toString(),
      size,
      FILE_STATES[state],
      hasGaps,
    ]),
    progress: [...tx.progress],
  };
}

describe('FTP data', () => {
  it('is the file that was announced, whole when its direction ends', () => {
    const driver = open(RETR).feed(1, Buffer.from('hello'));
    assert.deepEqual(shown(driver), {
      record: { filename: 'a.txt', command: 'RETR' },
      files: [['a.txt', 5, 'OPENED', false]],
      progress: [0, 0],
    });
    driver.end(0);
    assert.deepEqual((shown(driver) as { progress: number[] }).progress, [0, 0], 'the other end has nothing to say');
    driver.end(1);
    assert.deepEqual((shown(driver) as { files: unknown }).files, [['a.txt', 5, 'CLOSED', false]]);
    assert.deepEqual((shown(driver) as { progress: number[] }).progress, [1, 1]);
  });

  it('goes the other way for uploads', () => {
    const driver = open({ ...RETR, command: 'STOR', direction: 0 })
      .feed(1, Buffer.from('noise'))
      .feed(0, Buffer.from('up'));
    driver.end(0);
    assert.deepEqual((shown(driver) as { files: unknown }).files, [['a.txt', 2, 'CLOSED', false]]);
  });

  it('is no file for listings, nor where nothing was announced', () => {
    for (const expectation of [LIST, undefined]) {
      const driver = open(expectation).feed(1, Buffer.from('drwx')).end(1);
      assert.deepEqual((shown(driver) as { files: unknown }).files, []);
    }
  });

  it('goes on behind a gap', () => {
    const driver = open(RETR).feed(1, Buffer.from('abc'));
    assert.equal(driver.parser.gap(1, 4), true);
    driver.feed(1, Buffer.from('def')).end(1);
    assert.deepEqual((shown(driver) as { files: unknown }).files, [['a.txt', 10, 'TRUNCATED', true]]);
  });

  it('is the same in pieces of any size', () => {
    const bytes = Buffer.alloc(3000, 'file ');
    const whole = shown(open(RETR).feed(1, bytes).end(1));
    for (let at = 1; at < 2048; at++)
      assert.deepEqual(shown(open(RETR).feed(1, bytes.subarray(0, at)).feed(1, bytes.subarray(at)).end(1)), whole);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 60 }), (sizes) => {
        const driver = open(RETR);
        let at = 0;
        for (const size of [...sizes, bytes.length]) driver.feed(1, bytes.subarray(at, (at += size)));
        assert.deepEqual(shown(driver.end(1)), whole);
      }),
    );
  });
});
