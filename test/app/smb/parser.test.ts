// The parser of SMB: transactions of both generations, files put in order, calls in pipes, limits, what is missing.
import assert from 'node:assert/strict';
import smb from '../../../src/app/smb/index.ts';
import { SmbTransaction } from '../../../src/app/smb/transaction.ts';
import { smb1CommandName } from '../../../src/app/smb/smb1-header.ts';
import { smb2CommandName } from '../../../src/app/smb/smb2-header.ts';
import { FILE_STATES } from '../../../src/framework/file.ts';
import { ConfigNode, setFinal } from '../../../src/config/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import type { DriverOptions } from '../../support/app-parser.ts';
import * as messages from './messages.ts';
import type { Turn } from './messages.ts';

const { NEGOTIATION, FILES, readRequest, readResponse, writeRequest, closeRequest, smb2, session } = messages;

function play(turns: readonly Turn[], options: DriverOptions = {}): ParserDriver {
  const driver = new ParserDriver(smb, options);
  for (const [direction, bytes] of turns) driver.feed(direction, bytes);
  return driver;
}

function settings(values: Readonly<Record<string, string>>): DriverOptions {
  const config = new ConfigNode('protocols');
  for (const [key, value] of Object.entries(values)) setFinal(config, `smb.${key}`, value);
  return { config };
}

function transactionsOf(driver: ParserDriver): SmbTransaction[] {
  return driver.parser.transactions.map((tx) => {
    assert.ok(tx instanceof SmbTransaction);
    return tx;
  });
}

/** Command, kind and progress of each. */
function shown(driver: ParserDriver): string[] {
  return transactionsOf(driver).map(({ version, command, detail, progress }) => {
    const name = version === 2 ? smb2CommandName(command) : smb1CommandName(command);
    return `${name.replace('_COMMAND', '')} ${detail.kind} ${progress.join('')}`;
  });
}

/** Contents, size and state of each file, and whether something of it is missing. */
function files(driver: ParserDriver): unknown[] {
  return transactionsOf(driver).flatMap((tx) =>
    (tx.files ?? []).map(({ body, size, state, hasGaps }) => [
      Buffer.from(body.held).toString('latin1'),
      size,
      FILE_STATES[state],
      hasGaps,
    ]),
  );
}

const anomalies = (driver: ParserDriver): string[] => transactionsOf(driver).flatMap((tx) => driver.anomalies(tx));
const text = (value: string): Buffer => Buffer.from(value, 'latin1');

describe('SMB parser', () => {
  it('makes a transaction of each command and of each direction of a file', () => {
    assert.deepEqual(shown(play(FILES)), [
      'SMB2_NEGOTIATE_PROTOCOL negotiate 11',
      'SMB2_SESSION_SETUP session_setup 11',
      'SMB2_TREE_CONNECT tree_connect 11',
      'SMB2_CREATE create 11',
      'SMB2_WRITE file 11',
      'SMB2_READ file 11',
      'SMB2_SET_INFO set_file_path_info 11',
      'SMB2_SET_INFO rename 11',
      'SMB2_CLOSE generic 11',
      'SMB2_IOCTL ioctl 11',
    ]);
    assert.deepEqual(shown(play(messages.FILES_1)), [
      'SMB1_NEGOTIATE_PROTOCOL negotiate 11',
      'SMB1_SESSION_SETUP_ANDX session_setup 11',
      'SMB1_TREE_CONNECT_ANDX tree_connect 11',
      'SMB1_NT_CREATE_ANDX create 11',
      'SMB1_WRITE_ANDX file 11',
      'SMB1_READ_ANDX file 11',
      'SMB1_TRANS2 set_file_path_info 11',
      'SMB1_CLOSE generic 11',
      'SMB1_RENAME rename 11',
    ]);
  });

  it('puts the parts of files in order', () => {
    assert.deepEqual(files(play(FILES)), [
      ['first second', 12, 'CLOSED', false],
      ['read it', 7, 'CLOSED', false],
    ]);
    assert.deepEqual(files(play(messages.FILES_1)), [
      ['hello world', 11, 'CLOSED', false],
      ['read', 4, 'CLOSED', false],
    ]);
  });

  it('takes calls in pipes, whatever carries them', () => {
    for (const turns of [messages.CALLS, messages.CALLS_1]) {
      const calls = transactionsOf(play(turns)).filter(({ exchange }) => exchange !== null);
      const told = calls.map(({ exchange, progress }) => {
        const { request, response, opnum, contexts, contextId } = exchange!;
        const stub = [request, response].map((side) => (side.size === 0 ? '' : Buffer.from(side.stub).toString()));
        return [opnum, ...stub, contexts.at(contextId)?.major, progress.join('')];
      });
      assert.deepEqual(told.slice(0, 2), [
        [-1, '', '', undefined, '11'],
        [15, 'open', 'opened', 2, '11'],
      ]);
    }
    const last = transactionsOf(play(messages.CALLS)).at(-1)!;
    assert.equal(Buffer.from(last.exchange!.response.stub).toString(), 'handle', 'an answer in two parts');
  });

  it('answers a negotiation of SMB1 with SMB2', () => {
    const driver = play(messages.UPGRADE);
    assert.deepEqual(shown(driver), ['SMB1_NEGOTIATE_PROTOCOL negotiate 11', 'SMB2_NEGOTIATE_PROTOCOL negotiate 11']);
    assert.equal(transactionsOf(driver)[0]!.session.dialect, 0x311);
  });

  it('takes an answer of SMB2 for the negotiation of SMB1 that has none', () => {
    const [offer, answer] = messages.NEGOTIATION_1 as [Turn, Turn];
    const [, answer2] = NEGOTIATION as [Turn, Turn];
    const progress = (...turns: Turn[]): string[] => transactionsOf(play(turns)).map((tx) => tx.progress.join(''));
    assert.deepEqual(progress(offer, answer2), ['11']);
    assert.deepEqual(progress(offer, answer, answer2), ['11']);
    const driver = play([offer]);
    transactionsOf(driver)[0]!.release();
    driver.feed(...answer2);
    assert.equal(transactionsOf(driver)[0]!.status, -1);
  });

  it('takes the messages of a chain one by one', () => {
    const first = smb2(13, Buffer.alloc(8), { next: 72, messageId: 70 });
    const driver = play([[0, session(Buffer.concat([first, smb2(13, Buffer.alloc(4), { messageId: 71 })]))]]);
    assert.deepEqual(shown(driver), ['SMB2_KEEPALIVE generic 10', 'SMB2_KEEPALIVE generic 10']);
    const commands = Buffer.concat([messages.command(Buffer.of(0x75, 0, 47, 0), Buffer.alloc(10))]);
    const path = messages.command(Buffer.from('ff000000000000', 'hex').subarray(0, 4), Buffer.alloc(0));
    const chained = play([messages.smb1(0x74, Buffer.concat([commands, path]))]);
    assert.deepEqual(shown(chained), ['SMB1_LOGOFF_ANDX generic 10', 'SMB1_TREE_CONNECT_ANDX generic 10']);
    assert.deepEqual(anomalies(chained), ['smb.malformed_data'], 'the second command is too short');
  });

  it('waits for the answer that follows a preliminary one', () => {
    const ask: Turn = [0, session(smb2(15, Buffer.alloc(32)))];
    const answer = (status: number): Turn => [1, session(smb2(15, Buffer.alloc(8), { isResponse: true, status }))];
    const driver = play([ask, answer(0x103)]);
    assert.deepEqual([shown(driver), transactionsOf(driver)[0]!.status], [['SMB2_CHANGE_NOTIFY generic 10'], 0x103]);
    driver.feed(...answer(0x10c));
    assert.deepEqual([shown(driver), transactionsOf(driver)[0]!.status], [['SMB2_CHANGE_NOTIFY generic 11'], 0x10c]);
  });

  it('notes what it finds wrong', () => {
    const of = (...turns: Turn[]): string[] => anomalies(play([...NEGOTIATION, ...turns]));
    assert.deepEqual(of([0, session(text('no message'))]), ['smb.malformed_data']);
    assert.deepEqual(of([0, session(text('no'))]), ['smb.malformed_data']);
    assert.deepEqual(of([0, session(text(''))]), ['smb.malformed_data']);
    const encrypted = (size: number): Buffer =>
      session(messages.fields(text('\xfdSMB'), Buffer.alloc(32), [4, size], Buffer.alloc(12 + 8)));
    assert.deepEqual(of([1, encrypted(9)]), ['smb.malformed_data']);
    assert.deepEqual(of([1, encrypted(8)]), []);
    assert.deepEqual(of([0, session(smb2(3, Buffer.alloc(4)))]), ['smb.malformed_data']);
    assert.deepEqual(of([0, session(smb2(3, Buffer.alloc(8), { isResponse: true }))]), ['smb.response_to_server']);
    assert.deepEqual(of([1, session(smb2(3, Buffer.alloc(8)))]), ['smb.request_to_client']);
    assert.deepEqual(of(writeRequest(text('abc'), 0), writeRequest(text('abc'), 1)), ['smb.file_overlap']);
  });

  it('tells of requests that cannot be read', () => {
    const told = (command: number, body: Buffer): string[] => {
      const driver = play([[0, session(smb2(command, body))]]);
      return [...shown(driver), ...anomalies(driver)];
    };
    const dialects = told(0, messages.fields([2, 36], [2, 9], Buffer.alloc(32)));
    assert.deepEqual(dialects, ['SMB2_NEGOTIATE_PROTOCOL generic 10', 'smb.malformed_data'], 'fewer than it says');
    assert.deepEqual(told(3, messages.fields([2, 9], [4, 0])), ['SMB2_TREE_CONNECT generic 10', 'smb.malformed_data']);
    assert.deepEqual(told(6, messages.fields([2, 24], [4, 0])), ['SMB2_CLOSE generic 10', 'smb.malformed_data']);
    const ioctl = told(11, messages.fields([2, 57], [22, 0], [4, 120], [4, 9], [24, 0]));
    assert.deepEqual(ioctl, ['SMB2_IOCTL generic 10', 'smb.malformed_data'], 'what it carries lies outside');
    assert.deepEqual(told(8, messages.fields([2, 49])), [], 'a read has no transaction of its own');
    const share = (bytes: string): string[] => {
      const words = messages.fields([4, 0xff], [2, 0], [2, 0]);
      const driver = play([messages.smb1(0x75, messages.command(words, text(bytes)), { isUnicode: false })]);
      return [...shown(driver), ...anomalies(driver)];
    };
    assert.deepEqual(share('\\\\s\\x'), ['SMB1_TREE_CONNECT_ANDX generic 10', 'smb.malformed_data']);
    const named = (size: number): string[] => {
      const words = messages.fields([4, 0xff], [1, 0], [2, size], [41, 0]);
      const driver = play([messages.smb1(0xa2, messages.command(words, text('\0a\0b\0')))]);
      return [...shown(driver), ...anomalies(driver)];
    };
    assert.deepEqual(named(4), ['SMB1_NT_CREATE_ANDX create 10']);
    assert.deepEqual(named(5), ['SMB1_NT_CREATE_ANDX generic 10', 'smb.malformed_data'], 'longer than what is there');
  });

  it('finds names behind what is fixed where the place that is told lies outside', () => {
    const share = (at: number, length: number): unknown => {
      const body = messages.fields([2, 9], [2, 0], [2, at], [2, length], messages.utf16('share'));
      const { detail } = transactionsOf(play([[0, session(smb2(3, body))]]))[0]!;
      return detail.kind === 'tree_connect' ? Buffer.from(detail.share).toString() : detail.kind;
    };
    assert.deepEqual(
      [share(72, 10), share(76, 6), share(5000, 10), share(0, 10), share(72, 99)],
      ['share', 'are', 'share', 'share', 'share'],
    );
  });

  it('takes nothing for a message that is a header alone', () => {
    const body = messages.fields([2, 9], [2, 0], [2, 72], [2, 10], messages.utf16('share'));
    const whole = smb2(3, body, { next: 64 });
    assert.deepEqual(shown(play([[0, session(whole)]])), ['SMB2_TREE_CONNECT tree_connect 10']);
  });

  it('finds nothing wrong with what is no message of SMB, remnants of answers, and compression', () => {
    const of = (...turns: Turn[]): string[] => anomalies(play([...NEGOTIATION, ...turns]));
    assert.deepEqual(of([0, text('\x55nonsense')]), []);
    assert.deepEqual(of([1, session(text('no'))]), []);
    assert.deepEqual(of([1, session(text(''))]), []);
    assert.deepEqual(of([0, session(text('\xfcSMB and more'))]), []);
  });

  it('tells of a header of SMB1 that no command follows', () => {
    const bare = (code: number): Turn => [0, session(messages.smb1(code, Buffer.alloc(0))[1].subarray(4))];
    const driver = play([bare(65), bare(0x25)]);
    assert.deepEqual(shown(driver), ['65 generic 10', 'SMB1_TRANS generic 10']);
    assert.deepEqual(anomalies(driver), ['smb.malformed_data'], 'of what would be looked at');
    const answered = play([
      bare(65),
      [1, session(messages.smb1(65, Buffer.alloc(0), { isResponse: true })[1].subarray(4))],
    ]);
    assert.deepEqual(shown(answered), ['65 generic 11']);
  });

  it('keeps to the limits of the configuration', () => {
    const limited = (values: Readonly<Record<string, string>>, ...turns: Turn[]): string[] =>
      anomalies(play([...NEGOTIATION, ...turns], settings(values)));
    const later = [writeRequest(text('abc'), 10), writeRequest(text('abc'), 20), writeRequest(text('abc'), 30)];
    assert.deepEqual(limited({ 'max-write-size': '2' }, writeRequest(text('abc'), 0)), [
      'smb.negotiate_max_write_size_too_large',
      'smb.write_request_too_large',
    ]);
    assert.deepEqual(limited({ 'max-read-size': '66000' }, readRequest(70_000, 0)), ['smb.read_request_too_large']);
    const answer = readResponse(Buffer.alloc(70_000));
    assert.deepEqual(limited({ 'max-read-size': '66000' }, readRequest(100, 0), answer), [
      'smb.read_response_too_large',
    ]);
    assert.deepEqual(limited({ 'max-write-queue-size': '4' }, ...later), [
      'smb.write_queue_size_exceeded',
      'smb.write_queue_size_exceeded',
    ]);
    assert.deepEqual(limited({ 'max-write-queue-cnt': '2' }, ...later), ['smb.write_queue_cnt_exceeded']);
    const reads = [10, 20].flatMap((offset) => [readRequest(3, offset), readResponse(text('abc'))]);
    assert.deepEqual(limited({ 'max-read-queue-cnt': '1' }, ...reads), ['smb.read_queue_cnt_exceeded']);
  });

  it('keeps so much of stub data, and so many files in mind', () => {
    const calls = transactionsOf(play(messages.CALLS, settings({ 'dcerpc.max-stub-size': '3' })));
    const { request } = calls.at(-1)!.exchange!;
    assert.deepEqual([Buffer.from(request.stub).toString(), request.size], ['nam', 4]);
    const named = (count: string): string[] => {
      const opened = [1, 2].flatMap((id) => [
        messages.createRequest(`file${String(id)}`, 80 + id),
        messages.createResponse(id, 80 + id),
      ]);
      const driver = play(
        [...NEGOTIATION, ...opened, writeRequest(text('x'), 0, 1)],
        settings({ 'max-guid-cache-size': count }),
      );
      return transactionsOf(driver).flatMap(({ detail }) =>
        detail.kind === 'file' ? [Buffer.from(detail.name).toString()] : [],
      );
    };
    assert.deepEqual([named('2'), named('1')], [['file1'], ['<unknown>']]);
  });

  it('gives up the oldest of too many transactions', () => {
    const ask = (messageId: number): Turn => [0, session(smb2(13, Buffer.alloc(4), { messageId }))];
    const driver = play([ask(1), ask(2), ask(3)], settings({ 'max-tx': '2' }));
    assert.deepEqual(shown(driver), [
      'SMB2_KEEPALIVE generic 11',
      'SMB2_KEEPALIVE generic 10',
      'SMB2_KEEPALIVE generic 10',
    ]);
    assert.deepEqual(anomalies(driver), ['smb.too_many_transactions']);
  });

  it('looks at each of many transactions a few times, however many there are', () => {
    const count = 3000;
    const chain = Buffer.concat(
      Array.from({ length: count }, (_, i) => smb2(2, Buffer.alloc(4), { next: 68, messageId: i })),
    );
    const { isDone } = SmbTransaction.prototype;
    let looks = 0;
    SmbTransaction.prototype.isDone = function (this: SmbTransaction, direction) {
      looks++;
      return isDone.call(this, direction);
    };
    try {
      const driver = play([[0, session(chain)]], settings({ 'max-tx': '100' }));
      const done = transactionsOf(driver).filter(({ progress }) => progress[1] === 1);
      assert.equal(done.length, count - 100);
      driver.feed(1, session(smb2(2, Buffer.alloc(4), { isResponse: true, messageId: count - 1 })));
      assert.equal(transactionsOf(driver).at(-1)!.progress[1], 1);
    } finally {
      SmbTransaction.prototype.isDone = isDone;
    }
    assert.ok(looks < 6 * count, String(looks));
  });

  it('forgets what was asked when a transaction goes without an answer', () => {
    const driver = play([[0, session(smb2(13, Buffer.alloc(4)))]]);
    const [tx] = transactionsOf(driver);
    const ids = { messageId: 13, treeId: 0, sessionLow: 0x11, sessionHigh: 0 };
    assert.equal(tx!.session.unanswered.find(2, 13, ids), tx);
    tx!.release();
    assert.equal(tx!.session.unanswered.find(2, 13, ids), null);
  });

  it('remembers names of so many bytes, the last ones', () => {
    const names = Array.from({ length: 8 }, (_, i) => String(i).repeat(500));
    const opened = names.flatMap((name, i) => [
      messages.createRequest(name, 50 + i),
      messages.createResponse(0x70 + i, 50 + i),
    ]);
    const written = names.map((_, i) => writeRequest(text('a'), 0, 0x70 + i, 90 + i));
    const driver = play([...NEGOTIATION, ...opened, ...written], settings({ 'max-names-size': '1700' }));
    const told = transactionsOf(driver).flatMap(({ detail }) => (detail.kind === 'file' ? [detail.name.length] : []));
    assert.deepEqual(told, [9, 9, 9, 9, 9, 500, 500, 500]);
  });

  it('gives up the oldest transactions where their names take too much', () => {
    const asks = Array.from({ length: 20 }, (_, i) => messages.createRequest(String(i % 10).repeat(1000), 50 + i));
    const driver = play([...NEGOTIATION, ...asks], settings({ 'max-names-size': '10500' }));
    const creates = transactionsOf(driver).filter(({ detail }) => detail.kind === 'create');
    assert.deepEqual(
      creates.map(({ progress }) => progress[1]),
      [...Array<number>(10).fill(1), ...Array<number>(10).fill(0)],
    );
    const [first] = creates;
    assert.equal(first!.session.named.room, 0);
    for (const tx of creates) tx.release();
    assert.equal(first!.session.named.room, 10_500);
  });

  it('notes an anomaly that repeats itself no more than 255 times', () => {
    const wrong = session(text('A'));
    const driver = play([
      [0, session(smb2(13, Buffer.alloc(4)))],
      ...Array.from({ length: 400 }, (): Turn => [0, wrong]),
    ]);
    assert.equal(anomalies(driver).length, 255);
  });

  describe('dialects of SMB1', () => {
    const offer = (list: string): Turn =>
      messages.smb1(0x72, messages.command(Buffer.alloc(0), Buffer.from(list, 'latin1')));
    const told = (list: string): unknown[] => {
      const driver = play([offer(list)]);
      const { detail } = transactionsOf(driver)[0]!;
      return [detail.kind === 'negotiate' ? detail.dialects : detail.kind, ...anomalies(driver)];
    };

    it('are what ends with a zero, behind a byte of any kind', () => {
      assert.deepEqual(told('\x02A\0\x02B\0'), [['A', 'B']]);
      assert.deepEqual(told('\x03A\0 B\0\x02C'), [['A', 'B']]);
      assert.deepEqual(told('\x02A\xff\0'), [['A\ufffd']]);
    });

    it('are malformed where one is empty, and none where there is no end', () => {
      assert.deepEqual(told('\x02A\0\x02\0'), [['A', ''], 'smb.negotiate_malformed_dialects']);
      assert.deepEqual(told('\x02A\0\0'), [['A'], 'smb.negotiate_malformed_dialects']);
      assert.deepEqual(told('\x02A'), ['generic', 'smb.malformed_data']);
      assert.deepEqual(told(''), ['generic', 'smb.malformed_data']);
    });

    it('do not hold what the server chose', () => {
      const chosen = (index: number): string[] => {
        const answer = messages.command(Buffer.from([index, 0]), Buffer.alloc(0));
        return anomalies(play([offer('\x02A\0\x02B\0'), messages.smb1(0x72, answer, { isResponse: true })]));
      };
      assert.deepEqual(chosen(1), []);
      assert.deepEqual(chosen(2), ['smb.negotiate_malformed_dialects']);
    });
  });

  it('keeps so many of the dialects that are offered', () => {
    const head = Buffer.alloc(36);
    head.writeUInt16LE(300, 2);
    const offers: readonly Turn[] = [
      [0, session(smb2(0, Buffer.concat([head, Buffer.alloc(600)])))],
      messages.smb1(0x72, messages.command(Buffer.alloc(0), text('\x02a\0'.repeat(300)))),
    ];
    for (const offer of offers) {
      const driver = play([offer]);
      const { detail } = transactionsOf(driver)[0]!;
      assert.ok(detail.kind === 'negotiate');
      assert.equal(detail.dialects.length, 256);
      assert.deepEqual(anomalies(driver), []);
    }
  });

  it('waits for no answer to what has none', () => {
    const cancel1 = messages.smb1(0xa4, messages.command(Buffer.alloc(0), Buffer.alloc(0)));
    assert.deepEqual(shown(play([[0, session(smb2(12, Buffer.alloc(4)))]])), ['SMB2_CANCEL generic 11']);
    assert.deepEqual(shown(play([cancel1])), ['SMB1_NT_CANCEL generic 11']);
  });

  it('takes no answer of one version for what the other asked', () => {
    const [ask, answer] = messages.read1('abc', 0);
    const [id1, id2] = [9 * 0x10000 + 0x200, 9 * 0x10000 + 0x200];
    assert.deepEqual(files(play([...NEGOTIATION, ask!, readResponse(text('abc'), id2)])), []);
    assert.deepEqual(files(play([readRequest(3, 0, 0x4d, id1), answer!])), []);
  });

  describe('where bytes are missing', () => {
    const [, message] = writeRequest(Buffer.alloc(1000, 'a'), 0);

    it('goes on inside of a file', () => {
      const driver = play([...NEGOTIATION, [0, message.subarray(0, 316)]]);
      assert.equal(driver.gap(0, 300), true);
      driver.feed(0, message.subarray(616)).feed(...closeRequest());
      assert.deepEqual(files(driver), [['a'.repeat(700), 1000, 'TRUNCATED', true]]);
      assert.deepEqual(anomalies(driver), []);
    });

    it('finds the next message behind several', () => {
      const driver = play([...NEGOTIATION, [0, message.subarray(0, 316)]]);
      driver.gap(0, 5000);
      driver.feed(0, text('rest of something')).feed(...closeRequest());
      assert.deepEqual(files(driver), [['a'.repeat(200), 1000, 'TRUNCATED', true]]);
      assert.equal(shown(driver).at(-1), 'SMB2_CLOSE generic 10');
    });

    it('lets go of a message whose beginning is incomplete', () => {
      const driver = play([...NEGOTIATION, [0, message.subarray(0, 50)]]);
      driver.gap(0, message.length - 50);
      driver.feed(...closeRequest());
      assert.equal(shown(driver).at(-1), 'SMB2_CLOSE generic 10');
      assert.deepEqual(anomalies(driver), []);
    });

    it('fills what never came of a file with a gap', () => {
      const driver = play([
        ...NEGOTIATION,
        writeRequest(text('one'), 0),
        writeRequest(text('two'), 10),
        closeRequest(),
      ]);
      assert.deepEqual(files(driver), [['onetwo', 13, 'TRUNCATED', true]]);
    });
  });

  it('cuts what is open when the connection ends', () => {
    const driver = play([...NEGOTIATION, writeRequest(text('abc'), 0)])
      .end(0)
      .end(1);
    assert.deepEqual(files(driver), [['abc', 3, 'TRUNCATED', false]]);
  });

  it('tells users of NTLMSSP apart from what is broken', () => {
    const setup = (blob: Uint8Array, at = 88, length = blob.length): ParserDriver => {
      const body = messages.fields([2, 25], [10, 0], [2, at], [2, length], [8, 0], blob);
      return play([[0, session(smb2(1, body))]]);
    };
    const sound = messages.authenticate('D', 'user', 'host');
    const broken = Buffer.from(sound);
    broken.writeUInt32LE(5000, 32);
    const turned = Buffer.from(sound);
    turned.writeUInt32LE(74, 32);
    turned.writeUInt32LE(72, 40);
    const answerless = Buffer.from(sound);
    answerless.writeUInt32LE(5000, 16);
    const overlapping = Buffer.from(sound);
    overlapping.writeUInt16LE(4, 28);
    const before = Buffer.from(sound);
    before.writeUInt32LE(60, 32);
    assert.deepEqual(anomalies(setup(sound)), []);
    assert.deepEqual(anomalies(setup(answerless)), ['smb.malformed_ntlmssp_request']);
    assert.deepEqual(anomalies(setup(overlapping)), ['smb.unusual_ntlmssp_order']);
    assert.deepEqual(anomalies(setup(before)), ['smb.malformed_ntlmssp_request']);
    assert.deepEqual(anomalies(setup(broken)), ['smb.malformed_ntlmssp_request']);
    assert.deepEqual(anomalies(setup(turned)), ['smb.unusual_ntlmssp_order']);
    const misplaced = setup(sound, 5000, 5000);
    const { detail } = transactionsOf(misplaced)[0]!;
    assert.equal(detail.kind === 'session_setup' && Buffer.from(detail.user!.user).toString(), 'user');
    assert.deepEqual(anomalies(misplaced), []);
  });
});
