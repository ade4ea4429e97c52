// The parsers of DCE/RPC: negotiations, calls in fragments, what is missing, datagrams.
import assert from 'node:assert/strict';
import dcerpc from '../../../src/app/dcerpc/index.ts';
import { DcerpcTransaction } from '../../../src/app/dcerpc/transaction.ts';
import { pduTypeName } from '../../../src/applayer/dcerpc/pdu.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { bind, bindAck, pdu, request, response, uuidBytes } from './support.ts';

const WINREG = '338cd001-2244-31f1-aaaa-900038001003';
const SVCCTL = '367abb81-9844-35f1-ad32-98f038001003';
const OFFER = [
  { contextId: 0, uuid: WINREG },
  { contextId: 1, uuid: SVCCTL, major: 2 },
];

type Step = readonly [direction: 0 | 1, bytes: Uint8Array];

function play(steps: readonly Step[], size = Infinity): ParserDriver {
  const driver = new ParserDriver(dcerpc);
  for (const [direction, bytes] of steps)
    for (let at = 0; at < bytes.length; at += size) driver.feed(direction, bytes.subarray(at, at + size));
  return driver;
}

function callsOf(driver: ParserDriver): DcerpcTransaction[] {
  return driver.parser.transactions.filter((tx) => tx instanceof DcerpcTransaction);
}

/** What became of each call: types, opnum, stub data. */
function shown(driver: ParserDriver): unknown[] {
  return driver.parser.transactions.map((tx) => {
    assert.ok(tx instanceof DcerpcTransaction);
    const { exchange } = tx;
    const { request: asked, response: answered } = exchange;
    const type = (side: typeof asked): string => (side.isLost ? 'lost' : side.type < 0 ? '' : pduTypeName(side.type));
    const stub = (side: typeof asked): string => (side.size === 0 ? '' : Buffer.from(side.stub).toString('latin1'));
    return [
      exchange.callId,
      type(asked),
      type(answered),
      exchange.opnum,
      stub(asked),
      stub(answered),
      [...tx.progress].join(''),
    ];
  });
}

const CALL: readonly Step[] = [
  [0, bind(OFFER)],
  [1, bindAck([0, 2])],
  [0, request(0, 15, 'open', { callId: 2 })],
  [1, response('handle', { callId: 2 })],
];
const HEAD = '\0'.repeat(8);

describe('DCE/RPC parser', () => {
  it('puts calls together with their answers', () => {
    const driver = play(CALL);
    assert.deepEqual(shown(driver), [
      [1, 'BIND', 'BINDACK', -1, '', '', '11'],
      [2, 'REQUEST', 'RESPONSE', 15, 'open', `${HEAD}handle`, '11'],
    ]);
    const [negotiation, call] = callsOf(driver);
    assert.deepEqual(
      negotiation!.exchange.offered.map(({ uuid, major, result }) => [uuid, major, result]),
      [
        [WINREG, 1, 0],
        [SVCCTL, 2, 2],
      ],
    );
    assert.equal(call!.exchange.contexts.at(0)!.uuid, WINREG);
    assert.equal(call!.exchange.contexts.at(1), undefined, 'it was refused');
  });

  it('does so wherever its input is cut', () => {
    for (let size = 1; size < 40; size++) assert.deepEqual(shown(play(CALL, size)), shown(play(CALL)), String(size));
  });

  it('reads numbers in the order that each PDU names', () => {
    const big = { isLittle: false };
    const driver = play([
      [0, bind(OFFER, big)],
      [1, bindAck([0, 0], big)],
      [0, request(1, 0x1234, 'x', { ...big, callId: 0x10203 })],
    ]);
    const { exchange } = callsOf(driver)[1]!;
    const { callId, opnum, isLittle, contexts } = exchange;
    assert.deepEqual([callId, opnum, isLittle, contexts.at(1)!.uuid], [0x10203, 0x1234, false, SVCCTL]);
  });

  it('joins the fragments of a call, and of others under way beside it', () => {
    const driver = play([
      [0, request(0, 1, 'one ', { callId: 7, flags: 1 })],
      [0, request(0, 2, 'other', { callId: 8 })],
      [0, request(0, 1, 'two ', { callId: 7, flags: 0 })],
      [0, request(0, 1, 'three', { callId: 7, flags: 2 })],
      [1, pdu(3, Buffer.alloc(16), { callId: 8 })],
      [1, response('', { callId: 7 })],
    ]);
    assert.deepEqual(shown(driver), [
      [7, 'REQUEST', 'RESPONSE', 1, 'one two three', HEAD, '11'],
      [8, 'REQUEST', 'FAULT', 2, 'other', '', '11'],
    ]);
    assert.equal(callsOf(driver)[0]!.exchange.request.fragments, 3);
  });

  it('takes an altered context for one more', () => {
    const driver = play([
      ...CALL,
      [0, bind([{ contextId: 0, uuid: SVCCTL }], { callId: 3 }, 14)],
      [1, bindAck([0], { callId: 3 }, 15)],
      [0, pdu(16, Buffer.alloc(8), { callId: 3 })],
    ]);
    assert.deepEqual(shown(driver).slice(2), [[3, 'ALTER_CONTEXT', 'ALTER_CONTEXT_RESP', -1, '', '', '11']]);
    assert.equal(callsOf(driver)[0]!.exchange.contexts.at(0)!.uuid, SVCCTL);
  });

  it('goes on behind bytes that never came', () => {
    const driver = play(CALL.slice(0, 2));
    assert.equal(driver.parser.gap(0, 100), true);
    driver.feed(1, response('late', { callId: 2 }));
    driver.feed(0, Buffer.concat([Buffer.from('rest of a PDU'), request(0, 4, 'next', { callId: 3 })]));
    assert.deepEqual(shown(driver).slice(1), [
      [2, 'lost', 'RESPONSE', -1, '', `${HEAD}late`, '11'],
      [3, 'REQUEST', '', 4, 'next', '', '10'],
    ]);
  });

  it('answers calls of one number in their order, and negotiations apart from them', () => {
    const driver = play([
      [0, bind(OFFER)],
      [0, request(0, 1, 'one')],
      [0, request(0, 2, 'two')],
      [1, response('first')],
      [1, bindAck([0, 0])],
      [1, response('second')],
    ]);
    assert.deepEqual(shown(driver), [
      [1, 'BIND', 'BINDACK', -1, '', '', '11'],
      [1, 'REQUEST', 'RESPONSE', 1, 'one', `${HEAD}first`, '11'],
      [1, 'REQUEST', 'RESPONSE', 2, 'two', `${HEAD}second`, '11'],
    ]);
  });

  it('takes no answer to a call for one to a negotiation of its number, whichever comes first', () => {
    const driver = play([
      [0, bind(OFFER, { callId: 9 })],
      [1, bindAck([0, 0])],
      [0, request(0, 1, 'one')],
      [1, response('first')],
    ]);
    assert.deepEqual(shown(driver), [
      [9, 'BIND', '', -1, '', '', '10'],
      [1, '', 'BINDACK', -1, '', '', '01'],
      [1, 'REQUEST', 'RESPONSE', 1, 'one', `${HEAD}first`, '11'],
    ]);
    const answered = play([
      [0, bind(OFFER)],
      [1, response('none')],
    ]);
    assert.deepEqual(shown(answered), [
      [1, 'BIND', '', -1, '', '', '10'],
      [1, '', 'RESPONSE', -1, '', `${HEAD}none`, '01'],
    ]);
  });

  it('takes a call for whole that is answered', () => {
    const driver = play([
      [0, request(0, 1, 'one', { flags: 1 })],
      [1, response('first')],
    ]);
    assert.deepEqual(shown(driver), [[1, 'REQUEST', 'RESPONSE', 1, 'one', `${HEAD}first`, '11']]);
  });

  it('passes over what belongs to no call', () => {
    for (const type of [1, 4, 10, 18, 19, 20, 21, 0x80]) {
      const of = (...steps: Step[]): unknown[] => shown(play(steps));
      const asked: Step = [0, request(0, 1, 'one')];
      assert.deepEqual(of(asked, [1, pdu(type, Buffer.alloc(8))]), of(asked), `answer ${String(type)}`);
      const begun: Step = [0, request(0, 1, 'one', { flags: 1 })];
      assert.deepEqual(of(begun, [0, pdu(type, Buffer.alloc(8))]), of(begun), `request ${String(type)}`);
    }
  });

  it('reads PDUs whose format label says what it cannot mean', () => {
    const odd = request(0, 1, 'one');
    odd[4] = 0x5f;
    odd[5] = 0x80;
    assert.deepEqual(shown(play([...CALL.slice(0, 2), [0, odd]])).slice(1), [[1, 'REQUEST', '', 1, 'one', '', '10']]);
  });

  it('has the version of its first PDU', () => {
    const [asked, answered] = [bind(OFFER), bindAck([0, 0])];
    asked[1] = 1;
    const [tx] = callsOf(
      play([
        [0, asked],
        [1, answered],
      ]),
    );
    assert.equal(tx!.exchange.minor, 1);
  });

  it('names the interface that a call goes to though it was refused', () => {
    const { contexts } = callsOf(play(CALL))[1]!.exchange;
    assert.deepEqual(
      [contexts.named(0)?.uuid, contexts.named(1)?.uuid, contexts.named(2)],
      [WINREG, SVCCTL, undefined],
    );
  });

  it('gives up on what is no PDU', () => {
    assert.equal(play([[0, Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')]]).hasFailed, true);
    assert.equal(
      play([[0, Buffer.concat([pdu(0, Buffer.alloc(8)).subarray(0, 8), Buffer.alloc(20)])]]).hasFailed,
      true,
    );
  });

  it('keeps a bounded number of calls that nobody answers', () => {
    const driver = new ParserDriver(dcerpc);
    for (let callId = 1; callId <= 300; callId++) driver.feed(0, request(0, 1, '', { callId }));
    const open = callsOf(driver).filter(({ progress }) => progress[1] === 0);
    assert.ok(open.length <= 256, String(open.length));
  });
});

describe('DCE/RPC in datagrams', () => {
  const ACTIVITY = 'dddc324e-03d8-af4e-86ee-7650df599e40';

  function datagram(type: number, sequence: number, stub: string, flags = 0): Buffer {
    const head = Buffer.alloc(80);
    head.set([4, type, flags, 0, 0x10]);
    head.set(uuidBytes(ACTIVITY), 40);
    head.writeUInt32LE(sequence, 64);
    head.writeUInt16LE(9, 68);
    head.writeUInt16LE(stub.length, 74);
    return Buffer.concat([head, Buffer.from(stub)]);
  }

  it('is told by activity and number', () => {
    const driver = new ParserDriver(dcerpc, { transport: 'udp' });
    driver.feed(0, datagram(0, 1, 'ask'));
    driver.feed(0, datagram(0, 2, 'part', 0x04));
    driver.feed(1, datagram(2, 1, 'answer'));
    driver.feed(0, datagram(0, 2, 'ner', 0x06));
    assert.deepEqual(shown(driver), [
      [0, 'REQUEST', 'RESPONSE', 9, 'ask', 'answer', '11'],
      [0, 'REQUEST', '', 9, 'partner', '', '10'],
    ]);
    const { exchange } = callsOf(driver)[0]!;
    assert.deepEqual([exchange.activity, exchange.sequence], [ACTIVITY, 1]);
  });

  it('is not over when the server still works on it, or confirms a fragment', () => {
    const driver = new ParserDriver(dcerpc, { transport: 'udp' });
    driver.feed(0, datagram(0, 1, 'ask'));
    for (const type of [1, 4, 5, 7, 8, 9, 10]) driver.feed(type === 4 ? 1 : 0, datagram(type, 1, ''));
    driver.feed(0, datagram(1, 2, ''));
    assert.deepEqual(shown(driver), [[0, 'REQUEST', '', 9, 'ask', '', '10']]);
    driver.feed(1, datagram(6, 1, ''));
    assert.deepEqual(shown(driver), [[0, 'REQUEST', 'REJECT', 9, 'ask', '', '11']]);
  });

  it('gives up on what is none', () => {
    const driver = new ParserDriver(dcerpc, { transport: 'udp' });
    driver.feed(0, Buffer.alloc(100));
    assert.equal(driver.hasFailed, true);
  });
});
