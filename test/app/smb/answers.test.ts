// What answers of SMB belong to, and what records tell of them.
import assert from 'node:assert/strict';
import smb from '../../../src/app/smb/index.ts';
import { JsonText } from '../../../src/base/json-writer.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import * as pdus from '../dcerpc/support.ts';
import * as messages from './messages.ts';
import type { Options1, Options2, Turn } from './messages.ts';

const WINREG = '338cd001-2244-31f1-aaaa-900038001003';
const { NEGOTIATION, NEGOTIATION_1, session, smb2, smb1, command, fields } = messages;

function play(...turns: readonly Turn[]): ParserDriver {
  const driver = new ParserDriver(smb);
  for (const [direction, bytes] of turns) driver.feed(direction, bytes);
  return driver;
}

/** EVE records, of all transactions. */
function records(driver: ParserDriver): Record<string, unknown>[] {
  const log = smb.eve![0]!.create(undefined).log as (tx: unknown, json: JsonText) => boolean;
  return driver.parser.transactions.map((tx) => {
    const json = new JsonText();
    log(tx, json);
    return JSON.parse(`{${json.text}}`) as Record<string, unknown>;
  });
}

const anomalies = (driver: ParserDriver): string[] => driver.parser.transactions.flatMap((tx) => driver.anomalies(tx));

/** Status of the records. */
const told = (...turns: readonly Turn[]): unknown[] => records(play(...turns)).map(({ status }) => status);
const YES = 'STATUS_SUCCESS';

const ask = (code: number, body: Uint8Array, options: Options2 = {}): Turn => [0, session(smb2(code, body, options))];
const answer = (code: number, body: Uint8Array, options: Options2 = {}): Turn => [
  1,
  session(smb2(code, body, { ...options, isResponse: true })),
];
const SHORT = Buffer.alloc(4);
const setup = (options: Options2 = {}): Turn => ask(1, fields([2, 25], [22, 0]), options);
const setUp = (options: Options2 = {}): Turn => answer(1, fields([2, 9], [6, 0]), options);
const treeConnect = (share: string, options: Options2 = {}): Turn =>
  ask(3, fields([2, 9], [2, 0], [2, 72], [2, 2 * share.length], messages.utf16(share)), options);
const treeConnected = (type: number, options: Options2 = {}): Turn =>
  answer(3, fields([2, 16], [2, type], Buffer.alloc(12)), options);

describe('answers of SMB', () => {
  describe('in SMB2', () => {
    it('are of the session and the message that they name', () => {
      assert.deepEqual(told(ask(13, SHORT), answer(13, SHORT)), [YES]);
      assert.deepEqual(told(ask(13, SHORT), answer(13, SHORT, { treeId: 9 })), [YES]);
      assert.deepEqual(told(ask(13, SHORT), answer(13, SHORT, { sessionId: 0x12 })), [undefined]);
      assert.deepEqual(told(ask(13, SHORT, { sessionId: 0 }), answer(13, SHORT)), [undefined]);
      const both = [ask(13, SHORT), ask(13, SHORT, { sessionId: 0x12 })];
      assert.deepEqual(told(...both, answer(13, SHORT, { sessionId: 0x12 })), [undefined, YES]);
    });

    it('name the session and the tree of a setup', () => {
      const [one] = records(play(setup({ sessionId: 0, treeId: 5 }), setUp({ sessionId: 0x77, treeId: 6 })));
      assert.deepEqual([one!['status'], one!['session_id'], one!['tree_id']], [YES, 0x77, 6]);
      assert.deepEqual(told(setup({ sessionId: 0x11 }), setUp({ sessionId: 0x77 })), [undefined]);
      assert.deepEqual(told(setup({ sessionId: 0 }), setup(), setUp()), [undefined, YES], 'the one that names it');
      assert.equal(records(play(setup({ treeId: 5 })))[0]!['tree_id'], 5);
    });

    it('that come late have no tree, nor has what cancels them', () => {
      const tree = (code: number): unknown => {
        const [direction, bytes] = ask(code, SHORT, { treeId: 5 });
        bytes[4 + 16] = 2;
        return records(play([direction, bytes]))[0]!['tree_id'];
      };
      assert.deepEqual([tree(13), tree(12)], [5, 0]);
      const [, late] = setUp({ treeId: 6 });
      late[4 + 16] = 3;
      assert.equal(records(play(setup({ treeId: 5 }), [1, late]))[0]!['tree_id'], 0);
    });

    it('carry what was read of the file of their session alone', () => {
      const [ask0, answer0] = [messages.readRequest(3, 0), messages.readResponse(Buffer.from('abc'))];
      const other = Buffer.from(answer0[1]);
      other[44] = 0x12;
      const kinds = (...turns: Turn[]): unknown[] => records(play(...turns)).map(({ command: name }) => name);
      assert.deepEqual(kinds(ask0, answer0), ['SMB2_COMMAND_READ']);
      assert.deepEqual(kinds(ask0, [1, other]), []);
    });

    it('say what a share is', () => {
      const of = (...turns: Turn[]): unknown[] => {
        const [one] = records(play(...turns));
        return [one!['share'], one!['named_pipe'], one!['tree_id']];
      };
      const connect = treeConnect('IPC$', { treeId: 4 });
      assert.deepEqual(of(connect), ['IPC$', undefined, 0]);
      assert.deepEqual(of(connect, treeConnected(2, { treeId: 8 })), [undefined, 'IPC$', 8]);
      assert.deepEqual(of(connect, treeConnected(1, { treeId: 8 })), ['IPC$', undefined, 8]);
      assert.deepEqual(of(connect, treeConnected(2, { treeId: 8, status: 1 })), ['IPC$', undefined, 0]);
    });
  });

  it('are of the user and the exchange that they name in SMB1, whatever process asked', () => {
    const body = command(Buffer.alloc(0), Buffer.alloc(0));
    const of = (asked: Options1, answered: Options1, pid = 9): unknown[] => {
      const [direction, bytes] = smb1(0x2b, body, { ...answered, isResponse: true });
      bytes.writeUInt16LE(pid, 4 + 26);
      return told(smb1(0x2b, body, asked), [direction, bytes]);
    };
    assert.deepEqual(of({}, {}), [YES]);
    assert.deepEqual(of({}, {}, 10), [YES]);
    assert.deepEqual(of({}, { messageId: 1 }), [undefined]);
    assert.deepEqual(of({}, { userId: 4 }), [undefined]);
    assert.deepEqual(of({ userId: 0 }, { userId: 4 }), [undefined]);
    const setup1 = (userId: number): Turn => smb1(0x73, body, { userId });
    const setUp1 = smb1(0x73, body, { userId: 4, isResponse: true });
    assert.deepEqual(told(setup1(0), setUp1), [YES]);
    assert.deepEqual(told(setup1(0), setup1(4), setUp1), [undefined, YES]);
  });

  describe('to negotiations', () => {
    const [offer, agreed] = NEGOTIATION as [Turn, Turn];
    const [offer1, agreed1] = NEGOTIATION_1 as [Turn, Turn];
    const changed = ([direction, bytes]: Turn, at: number, value: number): Turn => {
      const copy = Buffer.from(bytes);
      copy[4 + at] = value;
      return [direction, copy];
    };

    it('need to name nothing', () => {
      assert.deepEqual(told(offer, changed(agreed, 24, 9)), [YES]);
      assert.deepEqual(told(offer1, changed(agreed1, 30, 9)), [YES]);
      const [one] = records(play(changed(changed(offer, 36, 9), 40, 9), changed(agreed, 40, 8)));
      assert.deepEqual([one!['status'], one!['session_id'], one!['tree_id']], [YES, 0, 0]);
    });

    it('are to the first of those that have none', () => {
      assert.deepEqual(told(offer, offer, agreed, offer), [YES, undefined]);
      const twice = play(offer1, offer1, agreed1, offer1);
      assert.equal(records(twice).length, 2);
      assert.deepEqual(anomalies(twice), ['smb.duplicate_negotiate']);
      assert.deepEqual(told(offer1, offer, agreed), [undefined, YES]);
    });

    it('hold where nobody was seen asking, until the next', () => {
      const of = (...turns: Turn[]): unknown[] => {
        const one = records(play(...turns, offer)).at(-1)!;
        return [one['dialect'], one['max_read_size']];
      };
      assert.deepEqual(of(), ['unknown', undefined]);
      assert.deepEqual(of(agreed), ['3.11', 65_536]);
      assert.deepEqual(of(agreed, offer, changed(agreed, 8, 0x22)), ['unknown', undefined]);
    });

    it('tell what is offered by number where it has no name', () => {
      assert.deepEqual(records(play(changed(offer, 101, 7)))[0]!['client_dialects'], ['1794', '3.11']);
    });

    it('choose in SMB1 whatever their status', () => {
      assert.equal(records(play(offer1, changed(agreed1, 5, 0x22)))[0]!['dialect'], 'NT LM 0.12');
    });

    it('leave the ids to what is none', () => {
      const broken = smb1(0x72, command(Buffer.alloc(0), Buffer.from('\x02A')), { userId: 4, treeId: 5 });
      const [one] = records(play(broken));
      assert.deepEqual([one!['session_id'], one!['tree_id']], [4, 5]);
    });
  });

  it('are malformed where they are shorter than what they say', () => {
    const connected = (size: number): string[] =>
      anomalies(play(treeConnect('a'), answer(3, fields([2, 16], [2, 1], Buffer.alloc(size)))));
    assert.deepEqual([connected(8), connected(7)], [[], ['smb.malformed_data']]);
    const ioctl = (size: number, status = 0): string[] =>
      anomalies(play(ask(11, Buffer.alloc(56)), answer(11, Buffer.alloc(size), { status })));
    assert.deepEqual([ioctl(48), ioctl(47), ioctl(9, 0xc0000022)], [[], ['smb.malformed_data'], []]);
    const setup1 = (words: number): string[] => {
      const body = command(Buffer.alloc(0), Buffer.alloc(0));
      const answered = command(Buffer.alloc(2 * words), Buffer.alloc(0));
      return anomalies(play(smb1(0x73, body), smb1(0x73, answered, { isResponse: true })));
    };
    assert.deepEqual(
      [0, 2, 3, 4, 5].map((words) => setup1(words).length),
      [0, 1, 0, 0, 1],
    );
  });

  it('are not waited for to name the interface of a call', () => {
    const offer = pdus.bind([{ contextId: 0, uuid: WINREG }]);
    const call = pdus.request(0, 15, 'key', { callId: 2 });
    const driver = play(...messages.PIPE_OPENED, messages.pipeWrite(offer), messages.pipeWrite(call));
    const { interfaces } = records(driver).at(-1)!['dcerpc'] as { readonly interfaces: unknown };
    assert.deepEqual(interfaces, [{ uuid: WINREG, version: '1.0', service: 'winreg', procedure: 'BaseRegOpenKey' }]);
  });

  it('have a status by name', () => {
    const name = (status: number): unknown => told(ask(13, SHORT), answer(13, SHORT, { status }))[0];
    assert.deepEqual([0, 0x103, 0xc00000bb, 0xc0020001, 0x80010001].map(name), [
      YES,
      'STATUS_PENDING',
      'STATUS_NOT_SUPPORTED',
      'RPC_NT_INVALID_STRING_BINDING',
      'DBG_EXCEPTION_NOT_HANDLED',
    ]);
    assert.equal(name(0xc0ffee), '12648430');
    const body = command(Buffer.alloc(0), Buffer.alloc(0));
    const dos = (errorClass: number, code: number): unknown => {
      const status = errorClass + code * 0x10000;
      return told(smb1(0x2b, body), smb1(0x2b, body, { isResponse: true, isDosStatus: true, status }))[0];
    };
    assert.deepEqual(
      [dos(1, 2), dos(1, 6), dos(2, 3), dos(2, 6), dos(3, 6)],
      ['DOS_BAD_FILE', '6', 'SRV_BADTYPE', '6', 'UNKNOWN_03_0006'],
    );
  });

  it('tell native names of other characters as far as they are text', () => {
    const texts = Buffer.from('\0Wind\x80ws\0LM\0', 'latin1').subarray(1);
    const turns = [
      smb1(0x73, command(Buffer.alloc(0), Buffer.alloc(0))),
      smb1(0x73, command(Buffer.from('ff0000000000', 'hex'), texts), { isResponse: true, isUnicode: false }),
    ];
    assert.deepEqual(records(play(...turns))[0]!['response'], { native_os: 'Wind\ufffdws', native_lm: 'LM' });
  });
});
