// Rules on SMB, through the whole engine, and the records beside them.
import assert from 'node:assert/strict';
import { session } from '../../engine/sessions.ts';
import type { Said } from '../../engine/sessions.ts';
import { ofType, runEngine, sidsOf } from '../../engine/support.ts';
import { CALLS, CALLS_1, FILES, FILES_1 } from './messages.ts';
import type { Turn } from './messages.ts';

const SVCCTL = '367abb81-9844-35f1-ad32-98f038001003';

const said = (turns: readonly Turn[]): Said[] =>
  turns.map(([direction, bytes]) => ({ [direction === 0 ? 'client' : 'server']: bytes.toString('latin1') }));

/** The rules that match, by their place from 1. */
function sids(turns: readonly Turn[], ...conditions: readonly string[]): number[] {
  const rules = conditions.map(
    (condition, i) => `alert smb any any -> any any (msg:"m"; ${condition} sid:${String(i + 1)};)`,
  );
  const events = runEngine({ rules, frames: session(...said(turns)) });
  return [...new Set(sidsOf(ofType(events, 'alert')))].sort((a, b) => a - b);
}

describe('rules on SMB', () => {
  it('know shares, pipes and users', () => {
    const rules = [
      'smb.share; content:"|5c|srv"; startswith; bsize:>5;',
      'smb_share; content:"share"; endswith;',
      'smb.share; content:"C$"; endswith;',
      'smb.named_pipe; content:"IPC$"; endswith;',
      'smb.ntlmssp_user; content:"alice"; bsize:5;',
      'smb.ntlmssp_user; content:"bob"; bsize:3;',
      'smb.ntlmssp_domain; content:"CORP"; bsize:4;',
    ];
    assert.deepEqual(sids(FILES, ...rules), [2, 5, 7]);
    assert.deepEqual(sids(FILES_1, ...rules), [1, 3, 6, 7]);
    assert.deepEqual(sids(CALLS, ...rules), [4]);
    assert.deepEqual(sids(CALLS_1, ...rules), [4]);
  });

  it('know the version', () => {
    assert.deepEqual(sids(FILES, 'smb.version:1;', 'smb.version:2;'), [2]);
    assert.deepEqual(sids(FILES_1, 'smb.version:1;', 'smb.version:2;'), [1]);
    const bad = ['smb.version:3;', 'smb.version:1; smb.version:2;', 'smb.version;'];
    assert.deepEqual(sids(FILES, ...bad), [], 'they are refused');
  });

  it('look into files', () => {
    const rules = [
      'file.data; content:"first second";',
      'file.name; content:"report.txt";',
      'file.data; content:"read it";',
    ];
    assert.deepEqual(sids(FILES, ...rules), [1, 2, 3]);
    assert.deepEqual(sids(FILES_1, 'file.data; content:"hello world";', 'file.name; content:"old.txt";'), [1, 2]);
  });

  it('see the calls in pipes', () => {
    const rules = [
      `dcerpc.iface:${SVCCTL},=2; dcerpc.opnum:15;`,
      'dcerpc.opnum:16;',
      'flow:to_server; dcerpc.stub_data; content:"open"; bsize:4;',
      'flow:to_client; dcerpc.stub_data; content:"opened"; bsize:6;',
      'dcerpc.opnum:17;',
    ];
    assert.deepEqual(sids(CALLS, ...rules), [1, 2, 3, 4]);
    assert.deepEqual(sids(CALLS_1, ...rules), [1, 3, 4]);
  });

  it('find frames', () => {
    const rules = [
      'frame:smb2.hdr; content:"|fe|SMB"; startswith;',
      'frame:smb1.pdu; content:"|ff|SMB"; startswith;',
      'frame:nbss.hdr; content:"|00 00 00|"; startswith;',
      'frame:smb2.data; content:"first ";',
    ];
    assert.deepEqual(sids(FILES, ...rules), [1, 3, 4]);
    assert.deepEqual(sids(FILES_1, ...rules), [2, 3]);
  });

  it('have records of the wanted kinds alone', () => {
    const settings = { 'outputs.0.eve-log.types.4': 'smb', 'outputs.0.eve-log.types.4.smb.types': '[create, file]' };
    const commands = (more: Readonly<Record<string, string>>): unknown[] =>
      (ofType(runEngine({ frames: session(...said(FILES)), settings: more }), 'smb') as unknown[]).map((record) =>
        (record as { readonly smb: { readonly command: string } }).smb.command.replace('SMB2_COMMAND_', ''),
      );
    assert.equal(commands({ 'outputs.0.eve-log.types.4': 'smb' }).length, 10);
    assert.deepEqual(commands({ ...settings, 'outputs.0.eve-log.types.4.smb.types.0': 'create' }), ['CREATE']);
  });
});
