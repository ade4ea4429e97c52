import assert from 'node:assert/strict';
import { bridgeSettings, captureInterfaces, isStopping } from '../../../src/engine/settings/index.ts';
import type { ConfigNode } from '../../../src/config/index.ts';
import { findUnknownKeys } from '../../../src/config/index.ts';
import { open, temporaryFolder } from '../../config/support.ts';

describe('settings of a bridge', () => {
  const folder = temporaryFolder();
  const configOf = (...entries: string[]): ConfigNode =>
    open(folder.write('bridge.yaml', `af-packet:\n${entries.map((entry) => `  - { ${entry} }\n`).join('')}`)).root;
  const settingsOf = (config: ConfigNode): ReturnType<typeof bridgeSettings> =>
    bridgeSettings(config, captureInterfaces(config, []));

  it('are two interfaces, each with that its packets go out of', () => {
    const config = configOf(
      'interface: eth1, copy-mode: ips, copy-iface: eth2',
      'interface: eth2, copy-mode: ips, copy-iface: eth1, disable-promisc: yes',
    );
    assert.deepEqual(settingsOf(config), {
      ports: [
        { name: 'eth1', peer: 'eth2', isPromiscuous: true },
        { name: 'eth2', peer: 'eth1', isPromiscuous: false },
      ],
      stopsNothing: false,
    });
    assert.ok(isStopping(config, []));
    assert.ok(isStopping(config, ['eth1']));
    assert.ok(!isStopping(config, ['eth7']));
  });

  it('stop nothing as a tap, and in shadow mode', () => {
    const tap = configOf('interface: eth1, copy-mode: tap, copy-iface: eth2');
    assert.equal((settingsOf(tap) as { stopsNothing: boolean }).stopsNothing, true);
    assert.ok(!isStopping(tap, []));
    const file = folder.write('shadow.yaml', 'af-packet:\n  - { interface: a, copy-mode: ips, copy-iface: b }\n');
    const shadow = open(file, ['tayra.shadow=yes']).root;
    assert.equal((settingsOf(shadow) as { stopsNothing: boolean }).stopsNothing, true);
  });

  it('are none where packets are only watched', () => {
    assert.equal(settingsOf(configOf('interface: eth1', 'interface: eth2, copy-mode: none')), undefined);
  });

  it('say what is wrong with them', () => {
    const problem = (...entries: string[]): string => settingsOf(configOf(...entries)) as string;
    assert.match(problem('interface: eth1, copy-mode: ips'), /eth1: copy-mode needs another interface in copy-iface/);
    assert.match(problem('interface: eth1, copy-mode: ips, copy-iface: eth1'), /needs another interface/);
    assert.match(problem('interface: eth1, copy-mode: both, copy-iface: eth2'), /none of ips, tap, none/);
    const mixed = ['interface: eth1, copy-mode: ips, copy-iface: eth2', 'interface: eth3'];
    assert.match(problem(...mixed), /eth1, eth3: copy-mode must be the same for all interfaces of a run/);
  });

  it('may be set by numbers on the command line, and are known there', () => {
    const settings = ['af-packet.0.interface=a', 'af-packet.0.copy-mode=ips', 'af-packet.0.copy-iface=b'];
    const config = open(folder.write('empty.yaml', ''), settings).root;
    assert.ok(isStopping(config, ['a']));
    assert.deepEqual(findUnknownKeys(config), []);
  });
});
