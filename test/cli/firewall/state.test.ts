import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FirewallState } from '../../../src/cli/firewall/state.ts';
import { temporaryFolder } from '../../config/support.ts';

describe('who has set the firewall up', () => {
  const folder = temporaryFolder().path('state');

  it('is known while it lives', () => {
    const state = new FirewallState(folder);
    assert.equal(state.owner(), undefined);
    state.take();
    assert.equal(state.owner(), process.pid);
    state.clear();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is nobody any more when another process has its number, or there is none, or the file is damaged', () => {
    const state = new FirewallState(folder);
    state.take();
    const file = join(
      folder,
      readdirSync(folder).find((name) => name.startsWith('inline-'))!,
    );
    for (const text of [`{"pid":${String(process.pid)},"started":"1"}`, '{"pid":4194999,"started":"1"}']) {
      writeFileSync(file, text);
      assert.equal(state.owner(), undefined, text);
    }
    writeFileSync(file, '{"pid":');
    assert.equal(state.owner(), undefined);
  });
});
