// What a card puts together is switched off while packets are watched, and on again afterwards.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Network } from './network.ts';
import { Program, isBuilt } from './program.ts';

const FEATURES = fileURLToPath(new URL('features-on.ts', import.meta.url));
const CONFIG = '%YAML 1.1\n---\noutputs: []\nunix-command: { enabled: no }\n';

describe('offloading', function () {
  this.timeout(60_000);
  let network: Network;
  let program: Program;

  before(function () {
    const made = isBuilt() ? Network.create() : 'not built';
    if (typeof made === 'string') {
      console.log(`      skipped: no network namespace here (${made.trim()})`);
      this.skip();
    }
    network = made;
    program = new Program();
  });
  after(async () => {
    // where set-up was skipped there is nothing to take down
    if ((network as Network | undefined) === undefined) return;
    await program.remove();
    network.remove();
  });

  async function start(config: string): Promise<void> {
    const path = program.write('live.yaml', config);
    await program.start(network.inside(), '-c', path, '-S', '/dev/null', '-l', program.folder, '-i', 'far');
  }

  function featuresOn(): string {
    const [name, ...words] = network.inside(process.execPath, '--import', 'tsx', FEATURES, 'far');
    const { stdout, stderr } = spawnSync(name!, words, { encoding: 'utf8' });
    assert.equal(stderr, '');
    return stdout.trim();
  }

  it('is off for the time of a capture', async function () {
    const before = featuresOn();
    if (before === '') {
      console.log('      skipped: this kernel’s cables put nothing together');
      this.skip();
    }
    await start(CONFIG);
    assert.equal(featuresOn(), '');
    await program.stop();
    assert.equal(featuresOn(), before);
    assert.doesNotMatch(program.told, /put together|stays off/);
  });

  it('stays as it is where the configuration says so, which is told', async () => {
    const before = featuresOn();
    await start(`${CONFIG}capture: { disable-offloading: no }\n`);
    assert.equal(featuresOn(), before);
    await program.stop();
    assert.equal(/far: packets may come put together/.test(program.told), before !== '');
  });
});
