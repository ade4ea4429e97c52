import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import ssh from '../../../src/app/ssh/index.ts';
import { SshState } from '../../../src/app/ssh/transaction.ts';
import type { SshTransaction } from '../../../src/app/ssh/transaction.ts';
import { ConfigNode, setFinal } from '../../../src/config/index.ts';
import { JsonText } from '../../../src/base/json-writer.ts';
import { FlowFrames } from '../../../src/framework/frame.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import type { DriverOptions } from '../../support/app-parser.ts';
import { CLIENT_BANNER, NEWKEYS, SERVER_BANNER, kexinit, nameList, record } from './messages.ts';

const HASSH: DriverOptions = { demands: ['hassh'] };
const CLIENT_STRING = 'curve25519-sha256,ecdh-sha2-nistp256;aes128-ctr;hmac-sha1;none';
const SERVER_STRING = 'curve25519-sha256,ecdh-sha2-nistp256;aes256-ctr;hmac-sha2-256;zlib';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

function txOf(driver: ParserDriver): SshTransaction {
  return driver.parser.transactions[0] as SshTransaction;
}

function recordOf(driver: ParserDriver): unknown {
  const json = new JsonText();
  const log = ssh.eve![0]!.create(undefined).log as (tx: unknown, json: JsonText, app: unknown) => boolean;
  return log(txOf(driver), json, driver.app) ? JSON.parse(`{${json.text}}`) : null;
}

function isDue(driver: ParserDriver): boolean {
  return (ssh.eve![0]!.isDue as (tx: SshTransaction) => boolean)(txOf(driver));
}

/** `app-layer.protocols` with these settings of SSH. */
function settings(values: Readonly<Record<string, string>>): ConfigNode {
  const config = new ConfigNode('protocols');
  for (const [key, value] of Object.entries(values)) setFinal(config, `ssh.${key}`, value);
  return config;
}

/** Everything of a connection that rules and records can see. */
function outcome(driver: ParserDriver): unknown {
  const tx = txOf(driver);
  return {
    record: recordOf(driver),
    anomalies: driver.anomalies(tx),
    progress: [...tx.progress],
    requests: driver.requests,
    failed: driver.hasFailed,
  };
}

/** Rules look at the banners at once. */
const BANNERS_SEEN = ['inspect raw 0', 'inspect raw 1'];

describe('SSH parser', () => {
  it('has one transaction from the start, with nothing to tell', () => {
    const driver = new ParserDriver(ssh);
    assert.equal(driver.parser.transactions.length, 1);
    assert.equal(recordOf(driver), null);
  });

  it('reads both banners', () => {
    const driver = new ParserDriver(ssh).feed(1, SERVER_BANNER).feed(0, CLIENT_BANNER);
    assert.deepEqual(recordOf(driver), {
      client: { proto_version: '2.0', software_version: 'OpenSSH_9.6' },
      server: { proto_version: '1.99', software_version: 'Cisco-1.25' },
    });
    assert.ok(txOf(driver).areBoth(SshState.bannerDone));
  });

  it('makes no fingerprint that nobody wants', () => {
    const driver = new ParserDriver(ssh).feed(0, CLIENT_BANNER).feed(0, kexinit());
    assert.equal(txOf(driver).sides[0].hassh, null);
  });

  it('makes the fingerprints of both sides from the lists of their own direction', () => {
    const driver = new ParserDriver(ssh, HASSH)
      .feed(0, CLIENT_BANNER)
      .feed(1, SERVER_BANNER)
      .feed(0, kexinit())
      .feed(1, kexinit());
    assert.deepEqual(recordOf(driver), {
      client: {
        proto_version: '2.0',
        software_version: 'OpenSSH_9.6',
        hassh: { hash: md5(CLIENT_STRING), string: CLIENT_STRING },
      },
      server: {
        proto_version: '1.99',
        software_version: 'Cisco-1.25',
        hassh: { hash: md5(SERVER_STRING), string: SERVER_STRING },
      },
    });
  });

  it('finds the offer behind other records', () => {
    const ignore = record(2, Buffer.alloc(3000, 0x14));
    const driver = new ParserDriver(ssh, HASSH).feed(0, Buffer.concat([CLIENT_BANNER, ignore, kexinit()]));
    assert.equal(Buffer.from(txOf(driver).sides[0].hasshString!).toString(), CLIENT_STRING);
  });

  const bad: readonly [name: string, body: Buffer][] = [
    ['a cookie only', Buffer.alloc(3)],
    ['too few lists', Buffer.concat([Buffer.alloc(16), nameList('a'), nameList('b')])],
    ['nothing behind its lists', Buffer.concat([Buffer.alloc(16), ...Array.from({ length: 10 }, () => nameList(''))])],
    ['a list longer than the record', Buffer.concat([Buffer.alloc(16), Buffer.from('0fffffff', 'hex')])],
  ];
  for (const [name, body] of bad) {
    it(`makes no fingerprint of an offer with ${name}, and goes on`, () => {
      const driver = new ParserDriver(ssh, HASSH).feed(0, Buffer.concat([CLIENT_BANNER, record(20, body), NEWKEYS]));
      assert.equal(txOf(driver).sides[0].hassh, null);
      assert.equal(txOf(driver).progress[0], SshState.finished);
    });
  }

  it('does not put together an offer of 64 KB', () => {
    const driver = new ParserDriver(ssh, HASSH).feed(0, CLIENT_BANNER).feed(0, record(20, Buffer.alloc(70_000)));
    assert.deepEqual(driver.anomalies(txOf(driver)), ['ssh.long_kex_record']);
    assert.equal(driver.feed(0, NEWKEYS).hasFailed, false);
    assert.equal(txOf(driver).progress[0], SshState.finished);
  });

  it('notes a later offer of 64 KB as well', () => {
    const driver = new ParserDriver(ssh, HASSH).feed(0, Buffer.concat([CLIENT_BANNER, kexinit()]));
    driver.feed(0, record(20, Buffer.alloc(70_000)));
    assert.deepEqual(driver.anomalies(txOf(driver)), ['ssh.long_kex_record']);
    assert.equal(Buffer.from(txOf(driver).sides[0].hasshString!).toString(), CLIENT_STRING);
  });

  it('takes the first half of a line end for none of a long banner', () => {
    const long = 'SSH-2.0-'.padEnd(300, 'a');
    const driver = new ParserDriver(ssh).feed(0, Buffer.from(`${long}\r`)).feed(0, Buffer.from('\n'));
    assert.equal(Buffer.from(txOf(driver).sides[0].software!).toString(), long.slice(8));
    assert.equal(txOf(driver).progress[0], SshState.bannerDone);
  });

  it('is found by its prefix in either case', () => {
    assert.ok(ssh.patterns!.every(({ nocase }) => nocase === true));
  });

  it('gives up on a line that is no banner', () => {
    const driver = new ParserDriver(ssh).feed(0, CLIENT_BANNER).feed(1, Buffer.from('Go away\r\nSSH-2.0-x\r\n'));
    assert.equal(driver.hasFailed, true);
    assert.deepEqual(driver.anomalies(txOf(driver)), ['ssh.invalid_banner']);
  });

  it('notes a banner of 256 characters, none of 255', () => {
    const banner = (length: number): Buffer => Buffer.from(`${'SSH-2.0-'.padEnd(length, 'a')}\r\n`);
    const long = new ParserDriver(ssh).feed(0, banner(256));
    const fits = new ParserDriver(ssh).feed(0, banner(255));
    assert.deepEqual(long.anomalies(txOf(long)), ['ssh.long_banner']);
    assert.deepEqual(fits.anomalies(txOf(fits)), []);
    assert.equal(txOf(long).progress[0], SshState.bannerDone);
  });

  it('waits for the end of a long banner without keeping it', () => {
    const driver = new ParserDriver(ssh, HASSH).feed(0, Buffer.from('SSH-2.0-'.padEnd(300, 'a')));
    assert.equal(txOf(driver).progress[0], SshState.bannerWaitEol);
    driver.feed(0, Buffer.from('bbb')).feed(0, Buffer.concat([Buffer.from('\r\n'), kexinit()]));
    assert.equal(txOf(driver).progress[0], SshState.bannerDone);
    assert.equal(Buffer.from(txOf(driver).sides[0].hasshString!).toString(), CLIENT_STRING);
  });

  for (const length of [0, 1]) {
    it(`gives up on a record of ${length} bytes`, () => {
      const header = Buffer.from([0, 0, 0, length, 0, 20]);
      const driver = new ParserDriver(ssh).feed(0, CLIENT_BANNER).feed(0, header);
      assert.equal(driver.hasFailed, true);
      assert.deepEqual(driver.anomalies(txOf(driver)), ['ssh.invalid_record']);
      assert.equal(new ParserDriver(ssh).feed(0, CLIENT_BANNER).feed(0, header.subarray(0, 4)).hasFailed, true);
    });
  }

  it('takes no more when both sides have changed keys, not before', () => {
    const driver = new ParserDriver(ssh).feed(0, CLIENT_BANNER).feed(1, SERVER_BANNER).feed(0, NEWKEYS);
    assert.deepEqual(driver.requests, BANNERS_SEEN);
    driver.feed(1, NEWKEYS);
    assert.deepEqual(driver.requests, [...BANNERS_SEEN, 'stop reassembly']);
    assert.ok(txOf(driver).areBoth(SshState.finished));
    assert.equal(driver.feed(0, Buffer.alloc(100)).hasFailed, false);
  });

  it('marks records where frames are asked for, each once though an offer comes in pieces', () => {
    const driver = new ParserDriver(ssh, HASSH);
    driver.app.frames = new FlowFrames({ logged: 100, inspected: new Set() });
    const offer = kexinit();
    driver.feed(0, CLIENT_BANNER).feed(0, offer.subarray(0, 50)).feed(0, offer.subarray(50)).feed(0, NEWKEYS);
    const start = CLIENT_BANNER.length;
    const next = start + offer.length;
    assert.deepEqual(
      driver.app.frames.lists[0].map(({ type, offset, length }) => [type, offset, length]),
      [
        ['record.hdr', start, 6],
        ['record.data', start + 6, offer.length - 6],
        ['record.pdu', start, offer.length],
        ['record.hdr', next, 6],
        ['record.data', next + 6, NEWKEYS.length - 6],
        ['record.pdu', next, NEWKEYS.length],
      ],
    );
  });

  const handling: readonly [value: string, requests: string[], isLogged: boolean][] = [
    ['track-only', ['stop reassembly'], false],
    ['bypass', ['bypass'], false],
    ['full', [], true],
  ];
  for (const [value, requests, isLogged] of handling) {
    it(`follows encryption-handling: ${value}`, () => {
      const config = settings({ hassh: 'yes', 'encryption-handling': value });
      const driver = new ParserDriver(ssh, { config }).feed(0, CLIENT_BANNER).feed(1, SERVER_BANNER);
      driver.feed(0, kexinit()).feed(1, kexinit()).feed(0, NEWKEYS).feed(1, NEWKEYS);
      assert.deepEqual(driver.requests, [...BANNERS_SEEN, ...requests]);
      assert.equal(isDue(driver), isLogged);
    });
  }

  it('writes its record after the banners, or waits for fingerprints where they are made', () => {
    const banners = (options: DriverOptions): ParserDriver =>
      new ParserDriver(ssh, options).feed(0, CLIENT_BANNER).feed(1, SERVER_BANNER);
    assert.equal(isDue(banners({})), true);
    assert.equal(isDue(banners(HASSH)), false);
    assert.equal(isDue(banners({ ...HASSH, config: settings({ hassh: 'no' }) })), true);
  });

  it('is the same wherever the bytes are cut', () => {
    const client = Buffer.concat([
      CLIENT_BANNER,
      record(2, Buffer.from('x')),
      kexinit(),
      record(30, Buffer.alloc(9)),
      NEWKEYS,
    ]);
    const server = Buffer.concat([SERVER_BANNER, kexinit(), NEWKEYS]);
    const whole = outcome(new ParserDriver(ssh, HASSH).feed(0, client).feed(1, server));
    for (let cut = 1; cut < client.length; cut++) {
      const driver = new ParserDriver(ssh, HASSH).feed(0, client.subarray(0, cut)).feed(0, client.subarray(cut));
      assert.deepEqual(outcome(driver.feed(1, server)), whole, `client cut at ${cut}`);
    }
    for (let cut = 1; cut < server.length; cut++) {
      const driver = new ParserDriver(ssh, HASSH).feed(0, client).feed(1, server.subarray(0, cut));
      assert.deepEqual(outcome(driver.feed(1, server.subarray(cut))), whole, `server cut at ${cut}`);
    }
    const bytewise = new ParserDriver(ssh, HASSH);
    for (const byte of client) bytewise.feed(0, Uint8Array.of(byte));
    for (const byte of server) bytewise.feed(1, Uint8Array.of(byte));
    assert.deepEqual(outcome(bytewise), whole);
  });

  it('neither throws nor hangs on damaged messages, and takes no more than it is given', () => {
    const good = Buffer.concat([CLIENT_BANNER, kexinit(), NEWKEYS]);
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(damage, fc.nat(good.length), (changes, cut) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        const driver = new ParserDriver(ssh, HASSH).feed(0, bytes.subarray(0, cut)).feed(0, bytes.subarray(cut));
        driver.end(0);
        assert.equal(driver.parser.transactions.length, 1);
      }),
    );
  });
});
