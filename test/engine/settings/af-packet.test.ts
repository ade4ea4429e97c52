import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import type { OpenedConfig } from '../../../src/config/index.ts';
import { findUnknownKeys, openConfig } from '../../../src/config/index.ts';
import { captureInterfaces, captureWorkers } from '../../../src/engine/settings/index.ts';
import { open, temporaryFolder } from '../../config/support.ts';

const SECTION = `af-packet:
  - interface: eth0
    block-size: 64kb
    ring-size: 1024
    block-timeout: 20
    bpf-filter: not port 22
  - interface: eth1
    disable-promisc: yes
    buffer-size: 1mb
    copy-mode: ips
  - interface: default
    block-size: 3000
    copy-mode: none
`;

describe('interfaces of a live capture', () => {
  const folder = temporaryFolder();
  let config: OpenedConfig;
  before(() => {
    config = open(folder.write('live.yaml', SECTION));
  });

  it('are those of the configuration where none is named, with what it says of them', () => {
    const [first, second, ...others] = captureInterfaces(config.root, []);
    assert.deepEqual(others, []);
    assert.deepEqual([first!.name, second!.name], ['eth0', 'eth1']);
    assert.deepEqual([first!.blockSize, first!.blockCount, first!.blockTimeout], [65_536, 32, 20]);
    assert.deepEqual([first!.filter, first!.isPromiscuous, first!.copyMode], ['not port 22', true, undefined]);
    assert.deepEqual([second!.isPromiscuous, second!.copyMode], [false, 'ips']);
    assert.equal(second!.blockSize * second!.blockCount, 1 << 20);
  });

  it('say which programs of the kernel they do without', () => {
    const text = 'af-packet: [{ interface: eth5, bypass: yes, xdp-mode: soft, ebpf-filter-file: /x/y.bpf }]\n';
    const { root } = open(folder.write('programs.yaml', text));
    captureInterfaces(root, ['eth5']);
    const told = root.takeDiagnostics().map(({ code, message }) => `${code} ${message.replace(/:.*/, '')}`);
    assert.deepEqual(told, [
      'config/no-effect ebpf-filter-file has no effect',
      'config/no-effect bypass has no effect',
    ]);
  });

  it('take the entry named default where they have none, each name once', () => {
    const [one, ...others] = captureInterfaces(config.root, ['eth7', 'eth7']);
    assert.deepEqual(others, []);
    assert.equal(one!.name, 'eth7');
    assert.equal(one!.copyMode, undefined);
  });

  it('have blocks of a power of two, and what else is said is told', () => {
    const [one] = captureInterfaces(config.root, ['eth7']);
    assert.ok(Number.isInteger(Math.log2(one!.blockSize)));
    assert.ok(config.root.takeDiagnostics().some(({ message }) => /block-size: 3000 is no power of two/.test(message)));
  });

  it('need no configuration', () => {
    const [one] = captureInterfaces(openConfig({}).root, ['lo']);
    assert.equal(one!.name, 'lo');
    assert.ok(one!.blockCount * one!.blockSize >= 32 << 20);
  });

  it('have the usual ring where its size is 0, and a snap length that nobody takes for a mistake', () => {
    const text = 'af-packet: [{ interface: eth0, buffer-size: 0, snaplen: 128 }]';
    const { root } = open(folder.write('size.yaml', text));
    const [one] = captureInterfaces(root, []);
    const [usual] = captureInterfaces(open(folder.write('none.yaml', 'af-packet: [{ interface: eth0 }]')).root, []);
    assert.equal(one!.blockCount, usual!.blockCount);
    assert.equal(one!.snapLength, 128);
    assert.deepEqual(findUnknownKeys(root), []);
  });

  it('are taken by as many workers as there are processors where nothing else is said, as by Suricata', () => {
    const processors = Math.min(32, availableParallelism());
    const workers = (text: string, mode?: string, section: 'af-packet' | 'pcap' = 'af-packet'): number =>
      captureWorkers(open(folder.write('threads.yaml', text)).root, { section, names: ['eth0'], mode });
    assert.equal(workers(SECTION), processors);
    assert.equal(workers('vars: {}'), processors);
    assert.equal(workers('af-packet: [{ interface: default, threads: 3 }]'), 3);
    assert.equal(workers('af-packet: [{ interface: eth0, threads: auto }]'), processors);
    assert.equal(workers('af-packet: [{ interface: eth0, threads: 3 }]', 'single'), 1);
    assert.equal(workers('pcap: [{ interface: eth0 }]', undefined, 'pcap'), 1);
  });
});
