// Settings that hold: what one match may cost, how sessions end in statistics, protocols where nothing is configured.

import assert from 'node:assert/strict';
import { setPcreLimits } from '../../src/native/pcre2.ts';
import { CLIENT, SERVER, ascii, hex, udp4 } from '../support/packets.ts';
import { SYN, session } from './sessions.ts';
import { counterOf, ofType, runEngine } from './support.ts';

describe('settings', () => {
  after(() => {
    setPcreLimits({ match: 3500, depth: 1500 });
  });

  it('pcre.match-limit gives up what takes longer', () => {
    const frames = [udp4({ sp: 1000, dp: 53 }, ascii(`${'a'.repeat(20)}!b`), { src: CLIENT, dst: SERVER })];
    const rules = ['alert udp any any -> any any (msg:"m"; content:"!b"; pcre:"/(a(?:a)?)+c|!b/"; sid:1;)'];
    const alerts = (limit: string): number =>
      ofType(runEngine({ rules, frames, settings: { 'pcre.match-limit': limit } }), 'alert').length;
    assert.deepEqual([alerts('1000000'), alerts('10')], [1, 0]);
  });

  it('statistics tell the state in which sessions ended', () => {
    const ended = (frames: readonly Uint8Array[], state: string): unknown =>
      counterOf(runEngine({ frames }), `flow.end.tcp_state.${state}`);
    assert.deepEqual([ended([SYN], 'syn_sent'), ended(session({ client: 'x' }), 'established')], [1, 1]);
    assert.equal(ended([SYN], 'established'), 0);
  });

  it('pgsql is known where the configuration does not say', () => {
    const startup = hex('00000008 04d2162f').reduce((text, byte) => text + String.fromCharCode(byte), '');
    const ports = { 'app-layer.protocols.pgsql.detection-ports.dp': '80' };
    const known = (settings: Readonly<Record<string, string>>): unknown =>
      ofType(runEngine({ frames: session({ client: startup }, { server: 'N' }), settings }), 'flow')[0]?.app_proto;
    assert.equal(known(ports), 'pgsql');
    assert.notEqual(known({ ...ports, 'app-layer.protocols.pgsql.enabled': 'no' }), 'pgsql');
  });
});
