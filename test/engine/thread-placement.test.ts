// Threads are where the configuration wants them: told by the system, of a program of its own.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { threadBindingReason } from '../../src/native/threads.ts';
import { temporaryFolder } from '../config/support.ts';

const PROGRAM = fileURLToPath(new URL('placed-threads.ts', import.meta.url));
const LAST = String(cpus().length - 1);

describe('placement of threads', () => {
  const folder = temporaryFolder();

  function placed(workers: string, index: number): unknown {
    const config = folder.write(
      'placed.yaml',
      `threading:\n  set-cpu-affinity: yes\n  cpu-affinity:\n    management-cpu-set: { cpu: [ 0 ] }\n    worker-cpu-set: ${workers}\n`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', PROGRAM, config, String(index)], {
      encoding: 'utf8',
    });
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout);
  }

  before(function () {
    if (threadBindingReason === '') return;
    console.log(`      skipped: ${threadBindingReason}`);
    this.skip();
  });

  it('a worker has its processor; what it starts aside does not share it', () => {
    const wanted = { others: ['0'], own: [LAST], later: ['0'] };
    assert.deepEqual(placed(`{ cpu: [ ${LAST} ], mode: exclusive }`, 0), wanted);
  });

  it('workers take the processors in turn', () => {
    const each = `{ cpu: [ all ], mode: exclusive, prio: { default: low } }`;
    assert.deepEqual(placed(each, cpus().length), { others: ['0'], own: ['0'], later: ['0'] });
    assert.deepEqual(placed(each, cpus().length - 1), { others: ['0'], own: [LAST], later: ['0'] });
  });
});
