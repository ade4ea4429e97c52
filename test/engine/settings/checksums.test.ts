import assert from 'node:assert/strict';
import { askedChecksums, captureInterfaces, checksumModes } from '../../../src/engine/settings/index.ts';
import { openConfig } from '../../../src/config/index.ts';
import { open, temporaryFolder } from '../../config/support.ts';

const mode = (asked: string | undefined, configured?: string): string => {
  const settings = configured === undefined ? [] : [{ path: 'pcap-file.checksum-checks', value: configured }];
  return checksumModes(asked, openConfig({ settings }).root).join(' ');
};

describe('whether checksums are verified', () => {
  const folder = temporaryFolder();

  it('is said by the configuration of captures; all of them where the command line says so, unless it says no', () => {
    assert.deepEqual([mode(undefined, 'no'), mode(undefined, 'yes'), mode(undefined, 'auto')], ['none', 'all', 'auto']);
    assert.deepEqual([mode('all', 'auto'), mode('all', 'no'), mode('none', 'yes')], ['all', 'none', 'none']);
    assert.deepEqual([mode('auto', 'no'), mode(undefined)], ['none', 'auto']);
  });

  it('is asked by the command line, else by the configuration of all captures', () => {
    const asked = (given: string | undefined, value: string): string | undefined =>
      askedChecksums(given, openConfig({ settings: [{ path: 'capture.checksum-validation', value }] }).root);
    assert.deepEqual([asked(undefined, 'none'), asked(undefined, 'all'), asked('all', 'none')], ['none', 'all', 'all']);
    assert.equal(asked(undefined, 'sometimes'), undefined);
  });

  it('is said of each interface, by the kernel where nothing is said', () => {
    const text = `af-packet:
  - { interface: eth0, checksum-checks: auto }
  - { interface: eth1, checksum-checks: no }
  - { interface: eth2, checksum-checks: yes }
  - { interface: eth3 }
`;
    const { root } = open(folder.write('checksums.yaml', text));
    const found = captureInterfaces(root, []);
    const checks = found.map(({ checksums }) => checksums);
    assert.deepEqual(checks, ['auto', 'no', 'yes', 'kernel']);
    assert.deepEqual(
      found.map(({ trustsKernel }) => trustsKernel),
      [true, true, false, true],
    );
    assert.deepEqual(checksumModes(undefined, root, checks), ['auto', 'none', 'all', 'all']);
    assert.deepEqual(checksumModes('none', root, checks), ['none']);
    assert.deepEqual(
      captureInterfaces(root, ['eth9'], 'pcap').map(({ checksums }) => checksums),
      ['auto'],
    );
  });
});
