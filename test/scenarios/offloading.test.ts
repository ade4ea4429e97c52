// What a card puts together is switched off while packets are watched, and on again afterwards.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Network, end, until } from './network.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/tayra.js', import.meta.url));
const FEATURES = fileURLToPath(new URL('features-on.ts', import.meta.url));
const CONFIG = '%YAML 1.1\n---\noutputs: []\nunix-command: { enabled: no }\n';

describe('offloading', function () {
  this.timeout(60_000);
  let network: Network;
  let folder: string;
  let child: ChildProcess;
  let told = '';

  before(function () {
    const made = existsSync(PROGRAM) ? Network.create() : 'not built';
    if (typeof made === 'string') {
      console.log(`      skipped: no network namespace here (${made.trim()})`);
      this.skip();
    }
    network = made;
    folder = mkdtempSync(join(tmpdir(), 'tayra-offloading-'));
  });
  afterEach(async () => {
    await end(child, 'SIGKILL');
  });
  after(() => {
    // where set-up was skipped there is nothing to take down
    if ((network as Network | undefined) === undefined) return;
    network.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(config: string): Promise<void> {
    writeFileSync(join(folder, 'live.yaml'), config);
    const words = ['-c', 'live.yaml', '-S', '/dev/null', '-l', folder, '-i', 'far'];
    const [program, ...rest] = network.inside(process.execPath, PROGRAM, ...words);
    told = '';
    child = spawn(program!, rest, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text: Buffer) => (told += text.toString()));
    assert.ok(await until(() => told.includes('Engine started.')), told);
  }

  function featuresOn(): string {
    const [program, ...words] = network.inside(process.execPath, '--import', 'tsx', FEATURES, 'far');
    const { stdout, stderr } = spawnSync(program!, words, { encoding: 'utf8' });
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
    await end(child, 'SIGINT');
    assert.equal(featuresOn(), before);
    assert.doesNotMatch(told, /put together|stays off/);
  });

  it('stays as it is where the configuration says so, which is told', async () => {
    const before = featuresOn();
    await start(`${CONFIG}capture: { disable-offloading: no }\n`);
    assert.equal(featuresOn(), before);
    await end(child, 'SIGINT');
    assert.equal(/far: packets may come put together/.test(told), before !== '');
  });
});
