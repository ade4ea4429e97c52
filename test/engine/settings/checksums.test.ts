import assert from 'node:assert/strict';
import { checksumMode } from '../../../src/engine/settings/index.ts';
import { openConfig } from '../../../src/config/index.ts';

const mode = (asked: string | undefined, configured?: string): string => {
  const settings = configured === undefined ? [] : [{ path: 'pcap-file.checksum-checks', value: configured }];
  return checksumMode(asked, openConfig({ settings }).root);
};

describe('whether checksums are verified', () => {
  it('is said by the configuration, unless the command line says it', () => {
    assert.deepEqual([mode(undefined, 'no'), mode(undefined, 'yes'), mode(undefined, 'auto')], ['none', 'all', 'auto']);
    assert.deepEqual([mode('all', 'no'), mode('none', 'yes')], ['all', 'none']);
    assert.deepEqual([mode('auto', 'no'), mode(undefined)], ['none', 'auto']);
  });
});
