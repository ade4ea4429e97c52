import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { mirrorSettings, mirrorWorkers } from '../../../src/engine/settings/index.ts';
import { u16 } from '../../../src/wire/read.ts';
import { open, temporaryFolder } from '../../config/support.ts';

describe('settings of mirrors', () => {
  it('are an encapsulation, an address and a port', () => {
    const read = mirrorSettings(['vxlan://0.0.0.0:4789', 'geneve://[::1]:7000', 'vxlan://10.0.0.1', 'geneve://[::]/']);
    assert.ok(typeof read !== 'string');
    assert.deepEqual(
      read.map(({ encapsulation, address }) => `${encapsulation} ${String(u16(address.bytes, 2))}`),
      ['vxlan 4789', 'geneve 7000', 'vxlan 4789', 'geneve 6081'],
    );
  });

  it('say what is wrong with them', () => {
    const form = 'must be vxlan://ADDR:PORT or geneve://ADDR:PORT';
    for (const url of ['gre://1.2.3.4', 'vxlan:1.2.3.4', 'vxlan://', 'vxlan://1.2.3.4:x'])
      assert.equal(mirrorSettings([url]), `--listen ${url}: ${form}`);
    for (const url of ['vxlan://host:4789', 'vxlan://1.2.3.4:0', 'vxlan://1.2.3.4:70000', 'geneve://[1.2.3.4]x'])
      assert.equal(typeof mirrorSettings([url]), 'string', url);
  });

  const folder = temporaryFolder();

  it('are one worker, or as many as the configuration says, where the run mode lets there be several', () => {
    const workers = (text: string, mode?: string): number =>
      mirrorWorkers(open(folder.write('mirrors.yaml', text)).root, mode);
    assert.equal(workers('stats: { enabled: no }'), 1);
    const three = 'tayra: { mirrors: { threads: 3 } }';
    assert.equal(workers(three), 3);
    assert.equal(workers(three, 'single'), 1);
    assert.equal(workers(`runmode: single\n${three}`), 1);
    assert.equal(workers(`runmode: single\n${three}`, 'workers'), 3);
    assert.equal(workers('tayra: { mirrors: { threads: auto } }'), Math.min(32, availableParallelism()));
  });
});
