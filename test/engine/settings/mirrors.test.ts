import assert from 'node:assert/strict';
import { mirrorSettings } from '../../../src/engine/settings/index.ts';
import { procAddress } from '../../../src/wire/sockaddr.ts';

describe('settings of mirrors', () => {
  it('are an encapsulation, an address and a port', () => {
    const read = mirrorSettings(['vxlan://0.0.0.0:4789', 'geneve://[::1]:7000', 'vxlan://10.0.0.1', 'geneve://[::]/']);
    assert.ok(typeof read !== 'string');
    assert.deepEqual(
      read.map(({ encapsulation, address }) => `${encapsulation} ${procAddress(address).split(':')[1]!}`),
      ['vxlan 12B5', 'geneve 1B58', 'vxlan 12B5', 'geneve 17C1'],
    );
  });

  it('say what is wrong with them', () => {
    const form = 'must be vxlan://ADDR:PORT or geneve://ADDR:PORT';
    for (const url of ['gre://1.2.3.4', 'vxlan:1.2.3.4', 'vxlan://', 'vxlan://1.2.3.4:x'])
      assert.equal(mirrorSettings([url]), `--listen ${url}: ${form}`);
    for (const url of ['vxlan://host:4789', 'vxlan://1.2.3.4:0', 'vxlan://1.2.3.4:70000', 'geneve://[1.2.3.4]x'])
      assert.equal(typeof mirrorSettings([url]), 'string', url);
  });
});
