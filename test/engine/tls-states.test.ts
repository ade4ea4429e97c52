import assert from 'node:assert/strict';
import { CONVERSATIONS, HELLO } from '../app/tls/conversations.ts';
import { chosenVersion, clientHello, record, serverHello } from '../app/tls/messages.ts';
import type { Bytes } from '../support/packets.ts';
import { CLIENT, SERVER, tcp4 } from '../support/packets.ts';
import { session } from './sessions.ts';
import type { Said } from './sessions.ts';
import { ofType, runEngine } from './support.ts';

const rule = (options: string, sid: number): string =>
  `alert tls any any -> any any (msg:"m"; ${options} sid:${String(sid)};)`;

const said = (turns: readonly (readonly [0 | 1, Buffer])[]): Said[] =>
  turns.map(([direction, bytes]) => ({ [direction === 0 ? 'client' : 'server']: bytes.toString('latin1') }));

/** Packets that a rule alerts on, by number. */
function packets(options: string, frames: readonly Bytes[]): unknown[] {
  const events = ofType(runEngine({ rules: [rule(options, 1)], frames: [...frames] }), 'alert');
  return events.map((event) => (event as { pcap_cnt?: number }).pcap_cnt);
}

describe('rules on the states of TLS', () => {
  const full = session(...said(CONVERSATIONS['version 1.2 in full']!));

  it('hold while the message is the last one', () => {
    // the client's hello is 4, acknowledged by the server's flight in 5, that by 6, and what the client says there by 7
    assert.deepEqual(packets('ssl_state:client_hello;', full), [5]);
    assert.deepEqual(packets('ssl_state:!client_hello;', full), [6, 7]);
    assert.deepEqual(packets('ssl_state:server_hello; flow:to_server;', full), [6]);
    assert.deepEqual(packets('ssl_state:client_hello|server_hello;', full), [5, 6]);
    assert.deepEqual(packets('ssl_state:!client_hello,!server_hello;', full), [5, 6]);
  });

  it('know the version of either end', () => {
    const draft = session(
      { client: record(22, HELLO).toString('latin1') },
      { server: record(22, serverHello(0x1301, [chosenVersion(0x7f12)])).toString('latin1') },
    );
    for (const options of ['tls.version:1.3;', 'tls.version:0x7f12;', 'ssl_version:tls1.3;'])
      assert.equal(packets(`${options} flow:to_client;`, draft).length, 1, options);
    assert.deepEqual(packets('tls.version:1.1; flow:to_client;', draft), []);
  });

  it('say with the next state that something is absent', () => {
    const nameless = CONVERSATIONS['version 1.2 in full']!.slice(1);
    const frames = session(...said([[0, record(22, clientHello([0xc02f], []))], ...nameless]));
    const [, , , , , six, seven] = frames;
    assert.ok(six !== undefined && seven !== undefined);
    const [at] = packets('tls.sni; absent; flow:to_server;', frames);
    assert.ok(Number(at) > 6, String(at));
    assert.deepEqual(packets('tls.sni; absent; flow:to_server;', full), []);
  });

  it('take numbers that are no years for seconds', () => {
    const moment = String(Date.parse('2020-01-02T03:04:05Z') / 1000);
    assert.equal(packets(`tls_cert_notbefore:${moment};`, full).length, 1);
    assert.equal(packets(`tls_cert_notbefore:>${moment};`, full).length, 0);
    assert.equal(packets('tls_cert_notbefore:2020-01<>2021;', full).length, 1);
  });
});

describe('an SSH session', () => {
  it('that is reset when one side has changed keys is told', () => {
    const offer = '\0\0\0\x0c\x0a\x15'.padEnd(16, '\0');
    const turns: Said[] = [{ client: 'SSH-2.0-a\r\n' }, { server: 'SSH-2.0-b\r\n' }, { client: offer }];
    const ends = { src: CLIENT, dst: SERVER };
    const last = { sp: 1000, dp: 80, window: 8192, seq: 2 + 11 + offer.length, ack: 101 + 11, flags: 0x14 };
    const reset = tcp4(last, undefined, ends);
    const settings = { 'app-layer.protocols.ssh.hassh': 'yes' };
    const frames = [...session(...turns), reset];
    const events = ofType(runEngine({ rules: [], frames, settings, types: ['ssh'] }), 'ssh');
    assert.equal(events.length, 1);
  });
});
