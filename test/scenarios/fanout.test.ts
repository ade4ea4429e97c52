// The sockets of several workers share an interface: no packet comes to two of them, also while they join.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afPacketReason } from '../../src/native/af-packet.ts';
import { Network } from './network.ts';

const JOINER = fileURLToPath(new URL('fanout-joiner.ts', import.meta.url));

interface Told {
  readonly both: number;
  readonly first: number;
  readonly second: number;
}

describe('sockets that join a fanout group', function () {
  this.timeout(60_000);
  let network: Network;
  before(function () {
    const made = afPacketReason === '' ? Network.create() : afPacketReason;
    if (typeof made === 'string') {
      console.log(`      skipped: no network namespace here (${made.trim()})`);
      this.skip();
    }
    network = made;
  });
  after(() => {
    // where set-up was skipped there is nothing to take down
    (network as Network | undefined)?.remove();
  });

  it('take no packet that another of them takes', () => {
    const [program, ...words] = network.inside(process.execPath, '--import', 'tsx', JOINER);
    const { stdout, stderr, status } = spawnSync(program!, words, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const told = JSON.parse(stdout) as Told;
    assert.ok(told.first > 1000 && told.second > 100, stdout);
    assert.equal(told.both, 0, stdout);
  });
});
