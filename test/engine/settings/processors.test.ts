// Which processors threads are to run on, as the configuration says it.

import assert from 'node:assert/strict';
import { cpus } from 'node:os';
import { processorSets, captureWorkers } from '../../../src/engine/settings/index.ts';
import { open, temporaryFolder } from '../../config/support.ts';

const LAST = cpus().length - 1;
const ALL = cpus().map((_, i) => i);

const SETS = `threading:
  set-cpu-affinity: yes
  cpu-affinity:
    management-cpu-set:
      cpu: [ 0 ]
    worker-cpu-set:
      cpu: [ "0-${String(LAST)}" ]
      prio:
        low: [ 0 ]
        medium: [ "1-200" ]
        default: "high"
      interface-specific-cpu-set:
        - interface: eth7
          cpu: [ ${String(LAST)} ]
          mode: balanced
`;

describe('processors of threads', () => {
  const folder = temporaryFolder();
  const read = (text: string) => open(folder.write('threads.yaml', text)).root;

  it('are the system’s business unless the configuration says so', () => {
    assert.equal(processorSets(read(SETS.replace('yes', 'no'))), undefined);
  });

  it('are those of each kind of threads; all where nothing is said of a kind', () => {
    const sets = processorSets(read(SETS))!;
    assert.deepEqual(sets.management.processors, [0]);
    assert.deepEqual(sets.receive.processors, ALL);
    assert.deepEqual(sets.worker.processors, ALL);
    assert.deepEqual([sets.management.isExclusive, sets.worker.isExclusive], [false, true]);
    assert.deepEqual(sets.byInterface.get('eth7')!.processors, [LAST]);
    assert.equal(sets.byInterface.get('eth7')!.isExclusive, false);
  });

  it('have priorities, by their numbers or by default', () => {
    const { worker } = processorSets(read(SETS))!;
    assert.equal(worker.nice.get(0), 2);
    assert.equal(worker.otherNice, -2);
    if (LAST > 0) assert.equal(worker.nice.get(LAST), 0);
  });

  it('can be told as a sequence', () => {
    const text = `threading:\n  set-cpu-affinity: yes\n  cpu-affinity:\n    - worker-cpu-set: { cpu: [ ${String(LAST)} ], mode: balanced }\n`;
    const { worker } = processorSets(read(text))!;
    assert.deepEqual([worker.processors, worker.isExclusive], [[LAST], false]);
  });

  it('that are not there are reported, and left out', () => {
    const root = read(SETS.replace(`"0-${String(LAST)}"`, '0, "5000-5001", some'));
    assert.deepEqual(processorSets(root)!.worker.processors, [0]);
    const told = root.takeDiagnostics().map(({ code, message }) => `${code} ${message.replace(/;.*/, '')}`);
    const at = 'config/bad-value threading.cpu-affinity.worker-cpu-set.cpu';
    assert.deepEqual(told, [
      `${at}: "5000-5001" names processors that are not here`,
      `${at}: "some" names processors that are not here`,
    ]);
  });

  it('say how many workers there are where nothing else does', () => {
    const wanted = { section: 'af-packet', names: ['eth7'], mode: 'workers' } as const;
    assert.equal(captureWorkers(read(SETS), wanted), 1);
    assert.equal(captureWorkers(read(SETS), { ...wanted, names: ['eth0'] }), ALL.length);
    const three = SETS.replace('      prio:', '      threads: 3\n      prio:');
    assert.equal(captureWorkers(read(three), { ...wanted, names: ['eth0'] }), 3);
  });
});
