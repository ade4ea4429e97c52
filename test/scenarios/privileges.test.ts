// Privileges on a real kernel: given up after everything is open, held as capabilities alone, or missing.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { translate } from '../../src/cli/run.ts';
import { Network, end, eventsIn, isForAnybody, until } from './network.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/tayra.js', import.meta.url));
const UNIT = fileURLToPath(new URL('../../config/systemd/tayra.service', import.meta.url));
const NOBODY = 65_534;
const PAYLOAD = Buffer.from('hello');
const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log: { enabled: yes, filename: eve.json, types: [alert] }
unix-command: { enabled: yes, filename: FOLDER/run/command.socket }
tayra: { warm-up: 0s }
`;

interface Event {
  readonly event_type: string;
}

/** Whether the program can be run by somebody who may nothing. */
function canBeNobody(): boolean {
  return spawnSync('setpriv', ['--version']).status === 0 && isForAnybody(PROGRAM);
}

describe('service files', () => {
  it('start the program with words that it knows', () => {
    const line = /^ExecStart=\/usr\/bin\/env tayra run (.*)$/m.exec(readFileSync(UNIT, 'utf8'));
    assert.ok(Array.isArray(translate(line![1]!.split(' '))), line![1]);
  });
});

describe('privileges', function () {
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
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-privileges-'));
    chmodSync(folder, 0o755);
    for (const name of ['logs', 'run']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'x.yaml'), CONFIG.replace('FOLDER', folder));
    writeFileSync(join(folder, 'x.rules'), 'alert udp any any -> any any (msg:"m"; content:"hello"; sid:1;)\n');
  });
  afterEach(async () => {
    await end(child, 'SIGKILL');
    rmSync(folder, { recursive: true });
  });
  after(() => {
    if ((network as Network | undefined) !== undefined) network.remove();
  });

  /** @param as words that run a program with other privileges */
  async function start(as: readonly string[], ...more: string[]): Promise<void> {
    const logs = join(folder, 'logs');
    const common = [process.execPath, PROGRAM, '-c', join(folder, 'x.yaml'), '-S', join(folder, 'x.rules'), '-l', logs];
    const [program, ...words] = network.inside(...as, ...common, ...more);
    told = '';
    child = spawn(program!, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text: Buffer) => (told += text.toString()));
    assert.ok(await until(() => told.includes('Engine started.') || child.exitCode !== null), told);
  }

  const alerts = (name = 'eve.json'): number => eventsIn<Event>(join(folder, 'logs', name)).length;

  it('are given up for those of a user, without whose rights to the logs the old ones serve', async () => {
    await start([], '-i', 'far', '--user', String(NOBODY), '--pidfile', join(folder, 'run', 'pid'));
    const status = readFileSync(`/proc/${readFileSync(join(folder, 'run', 'pid'), 'utf8').trim()}/status`, 'utf8');
    assert.match(status, new RegExp(`^Uid:\\s+${String(NOBODY)}\\s`, 'm'));
    assert.match(status, /^CapEff:\s+0+$/m);
    assert.match(told, /logs is not this user's to write in/);
    assert.equal(network.send('10.98.0.2', 53, PAYLOAD), '');
    assert.ok(await until(() => alerts() === 1), told);
    renameSync(join(folder, 'logs', 'eve.json'), join(folder, 'logs', 'eve.1.json'));
    child.kill('SIGHUP');
    await until(() => existsSync(join(folder, 'logs', 'eve.json')), 500);
    assert.equal(network.send('10.98.0.2', 53, PAYLOAD), '');
    assert.ok(await until(() => alerts('eve.1.json') === 2), told);
    assert.equal(await end(child, 'SIGTERM'), 0, told);
  });

  it('need be no more than two capabilities', async function () {
    if (!canBeNobody()) {
      console.log('      skipped: no setpriv here, or the program is for root alone');
      this.skip();
    }
    for (const name of ['logs', 'run']) chownSync(join(folder, name), NOBODY, NOBODY);
    const user = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups'];
    const capabilities = ['--inh-caps', '-all,+net_raw,+net_admin', '--ambient-caps', '-all,+net_raw,+net_admin'];
    await start(['setpriv', ...user, ...capabilities, '--bounding-set', '-all,+net_raw,+net_admin'], '-i', 'far');
    assert.ok(told.includes('Engine started.'), told);
    // an interface that went away can be opened again
    assert.equal(network.ip('link set far down'), '');
    assert.ok(await until(() => told.includes('far: the interface went down')), told);
    assert.equal(network.ip('link set far up'), '');
    assert.ok(await until(() => told.includes('far: the interface is back')), told);
    assert.equal(network.send('10.98.0.2', 53, PAYLOAD), '');
    assert.ok(await until(() => alerts() === 1), told);
    assert.equal(await end(child, 'SIGTERM'), 0, told);
    assert.equal(existsSync(join(folder, 'run', 'command.socket')), false);
  });

  it('are named where they are missing', async function () {
    if (!canBeNobody()) this.skip();
    for (const name of ['logs', 'run']) chownSync(join(folder, name), NOBODY, NOBODY);
    const user = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', '--inh-caps', '-all'];
    await start(['setpriv', ...user, '--bounding-set', '-all'], '-i', 'far');
    assert.equal(child.exitCode, 1);
    assert.match(told, /far: Operation not permitted: capturing needs CAP_NET_RAW/);
  });
});
