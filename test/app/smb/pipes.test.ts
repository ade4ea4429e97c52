// Pipes of SMB: PDUs in pieces, calls that end without an answer, what the wrong end says, what is kept.
import assert from 'node:assert/strict';
import smb from '../../../src/app/smb/index.ts';
import { SmbTransaction } from '../../../src/app/smb/transaction.ts';
import { ConfigNode, setFinal } from '../../../src/config/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import * as pdus from '../dcerpc/support.ts';
import { PIPE_OPENED, pipeClose, pipeRead, pipeWrite, transceive, transceived } from './messages.ts';
import type { Turn } from './messages.ts';

function play(turns: readonly Turn[], values: Readonly<Record<string, string>> = {}): ParserDriver {
  const config = new ConfigNode('protocols');
  for (const [key, value] of Object.entries(values)) setFinal(config, `smb.${key}`, value);
  const driver = new ParserDriver(smb, { config });
  for (const [direction, bytes] of [...PIPE_OPENED, ...turns]) driver.feed(direction, bytes);
  return driver;
}

function callsOf(driver: ParserDriver): SmbTransaction[] {
  return driver.parser.transactions.filter(
    (tx): tx is SmbTransaction => tx instanceof SmbTransaction && tx.exchange !== null,
  );
}

/** Stub data of both sides and progress of each call. */
const told = (driver: ParserDriver): string[] =>
  callsOf(driver).map(({ exchange, progress }) => {
    const { request, response } = exchange!;
    return `${Buffer.from(request.stub).toString()}/${Buffer.from(response.stub).toString()} ${progress.join('')}`;
  });

const call = (stub: string, callId = 1): Buffer => pdus.request(0, 15, stub, { callId });

describe('pipes of SMB', () => {
  it('put a PDU together that comes byte by byte', () => {
    const pieces = [...call('open'), ...call('next', 2)].map((byte) => pipeWrite(Buffer.of(byte)));
    assert.deepEqual(told(play(pieces)), ['open/ 10', 'next/ 10']);
  });

  it('are told by what passes through them where nobody saw what they are in', () => {
    const calls = (...turns: Turn[]): string[] => {
      const driver = new ParserDriver(smb);
      for (const [direction, bytes] of turns) for (const byte of bytes) driver.feed(direction, Buffer.of(byte));
      return told(driver);
    };
    const answer = pdus.response('opened', { callId: 1 });
    assert.deepEqual(calls(pipeWrite(call('open')), ...pipeRead(answer)), ['open/opened 11']);
    assert.deepEqual(calls(transceive(call('open'), 9), transceived(answer, 9)), ['open/opened 11']);
    const other = Buffer.from(call('open'));
    other[0] = 4;
    assert.deepEqual(calls(pipeWrite(other)), []);
    const [ask, answered] = PIPE_OPENED.slice(2, 4) as [Turn, Turn];
    const ofFiles = Buffer.from(answered[1]);
    ofFiles[4 + 66] = 1;
    assert.deepEqual(calls(ask, [1, ofFiles], pipeWrite(call('open'))), [], 'a share of files');
  });

  it('pass over PDUs of no type that there is', () => {
    assert.deepEqual(told(play([pipeWrite(pdus.pdu(21, Buffer.alloc(8))), pipeWrite(call('open', 2))])), ['open/ 10']);
  });

  it('keep what is configured of stub data, and nothing of the bytes around it', () => {
    const whole = call('x'.repeat(5000));
    const driver = play([pipeWrite(whole.subarray(0, 100)), pipeWrite(whole.subarray(100))], {
      'dcerpc.max-stub-size': '3',
    });
    const { request } = callsOf(driver)[0]!.exchange!;
    assert.deepEqual([request.size, request.stub.length, request.stub.buffer.byteLength], [5000, 3, 3]);
  });

  it('keep so much stub data of all calls, until rules and outputs are through with them', () => {
    const driver = play([pipeWrite(call('first')), pipeWrite(call('second', 2)), pipeWrite(call('third', 3))], {
      'max-held-size': '8',
    });
    assert.deepEqual(told(driver), ['first/ 10', 'sec/ 10', '/ 10']);
    const refused = ['smb.write_queue_size_exceeded'];
    assert.deepEqual(
      callsOf(driver).map((tx) => driver.anomalies(tx)),
      [[], refused, refused],
    );
    for (const tx of callsOf(driver)) tx.release();
    driver.feed(...pipeWrite(call('fourth', 4)));
    assert.equal(told(driver).at(-1), 'fourth/ 10');
  });

  it('do not join what comes behind missing bytes to what came before them', () => {
    const whole = call('lost');
    const driver = play([pipeWrite(whole.subarray(0, 20))]);
    const [, message] = pipeWrite(whole.subarray(20));
    driver.gap(0, message.length);
    driver.feed(...pipeWrite(call('sound', 2)));
    assert.deepEqual(told(driver), ['sound/ 10']);
    const [, cut] = pipeWrite(call('more than there is'));
    cut.writeUInt32LE(5000, 4 + 64 + 4); // the length of what is written
    driver.feed(0, cut).feed(...pipeWrite(call('sound', 3)));
    assert.equal(told(driver).at(-1), 'sound/ 10');
  });

  it('see the same of a long message, however it comes', () => {
    const long = Buffer.concat(Array.from({ length: 30 }, (_, i) => call('x'.repeat(4000), i)));
    const [, message] = pipeWrite(long);
    const whole = play([[0, message]]);
    const inTwo = play([
      [0, message.subarray(0, 90_000)],
      [0, message.subarray(90_000)],
    ]);
    assert.equal(told(whole).length, 20);
    assert.deepEqual(told(inTwo), told(whole));
  });

  it('complete calls that nothing will answer', () => {
    const open = pipeWrite(call('open'));
    assert.deepEqual(told(play([open])), ['open/ 10']);
    assert.deepEqual(told(play([open, pipeClose()])), ['open/ 11']);
    const refused = play([transceive(call('name', 2), 50), transceived(Buffer.alloc(0), 50, 0xc00000b0)]);
    assert.deepEqual([told(refused), callsOf(refused)[0]!.status], [['name/ 11'], 0xc00000b0]);
    const late = play([open, pipeWrite(call('two', 2)), ...pipeRead(pdus.response('late'))], { 'max-tx': '5' });
    assert.deepEqual(told(late), ['open/late 11', 'two/ 10']);
  });

  it('forget calls that are given up', () => {
    const driver = play([pipeWrite(call('one')), pipeWrite(call('two'))], { 'max-tx': '2' });
    assert.deepEqual(told(driver), ['one/ 11', 'two/ 10']);
    driver.feed(...pipeRead(pdus.response('of two'))[0]!);
    assert.deepEqual(
      callsOf(driver).map(({ calls }) => calls!.list().length),
      [1, 1],
    );
  });

  it('take requests of clients alone, and answers of servers', () => {
    const driver = play([pipeWrite(call('open')), ...pipeRead(call('from the server'))]);
    assert.deepEqual(told(driver), ['open/ 10']);
    driver.feed(...pipeWrite(pdus.response('from the client')));
    assert.deepEqual(told(driver), ['open/ 10']);
  });
});
