// -D: the program in the background, and what who started it learns.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/tayra.js', import.meta.url));

describe('daemon', function () {
  this.timeout(60_000);
  let folder: string;
  before(function () {
    if (!existsSync(PROGRAM) || process.platform !== 'linux') this.skip(); // npm run build makes it
  });
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'tayra-daemon-')));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const start = (...words: string[]): { status: number | null; stdout: string; stderr: string } => {
    const common = ['-l', folder, '--pidfile', join(folder, 'pid'), '--disable-detection'];
    return spawnSync(process.execPath, [PROGRAM, '-D', ...common, ...words], { encoding: 'utf8', timeout: 30_000 });
  };
  /** Fields of proc(5) behind the name. */
  const statOf = (pid: number): string[] =>
    readFileSync(`/proc/${String(pid)}/stat`, 'latin1')
      .split(') ')[1]!
      .split(' ');
  /** Where nobody asks what became of orphans, such as in containers, they stay as zombies. */
  const isAlive = (pid: number): boolean => {
    try {
      return statOf(pid)[0] !== 'Z';
    } catch {
      return false;
    }
  };
  const end = async (pid: number): Promise<void> => {
    process.kill(pid, 'SIGTERM');
    for (let i = 0; i < 500 && isAlive(pid); i++) await sleep(20);
    assert.ok(!isAlive(pid), 'it goes on');
  };

  it('returns once the program in the background is ready, and has told what that told', async () => {
    const socket = join(folder, 'socket');
    const { status, stdout, stderr } = start(`--unix-socket=${socket}`, '-v');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /Engine started\.\n$/);
    const pid = Number(readFileSync(join(folder, 'pid'), 'latin1'));
    assert.ok(existsSync(socket));
    // a session of its own, and no terminal: (session is the fourth field behind the name, proc(5))
    const fields = readFileSync(`/proc/${String(pid)}/stat`, 'latin1')
      .split(') ')[1]!
      .split(' ');
    assert.deepEqual([fields[3], fields[4]], [String(pid), '0']);
    assert.deepEqual(
      [0, 1].map((fd) => readlinkSync(`/proc/${String(pid)}/fd/${String(fd)}`)),
      ['/dev/null', '/dev/null'],
    );
    await sleep(200);
    assert.ok(isAlive(pid), 'it ended with who started it');
    await end(pid);
    assert.ok(!existsSync(join(folder, 'pid')));
  });

  it('fails where the program in the background does not come to that, and says why', () => {
    const nowhere = join(folder, 'none');
    writeFileSync(join(folder, 'file'), '');
    for (const [words, reason] of [
      [[`--unix-socket=${folder}/file/socket`], /unix-command: .*file\/socket: /],
      [[`--unix-socket=${folder}/socket`, '--set', `daemon-directory=${nowhere}`], /daemon-directory '.*none': ENOENT/],
    ] as const) {
      const { status, stderr } = start(...words);
      assert.equal(status, 1);
      assert.match(stderr, reason);
    }
  });

  it('works in the folder that the configuration names', async () => {
    const { status, stderr } = start(`--unix-socket=${folder}/socket`, '--set', 'daemon-directory=/');
    assert.equal(status, 0, stderr);
    const pid = Number(readFileSync(join(folder, 'pid'), 'latin1'));
    assert.equal(readlinkSync(`/proc/${String(pid)}/cwd`), '/');
    await end(pid);
  });

  it('only looks at a configuration in the foreground', () => {
    const { status, stdout } = start('-T');
    assert.equal(status, 0);
    assert.match(stdout, /Configuration provided was successfully loaded/);
    assert.ok(!existsSync(join(folder, 'pid')));
  });
});
