// Keys that are set though they mean nothing are told of, with the reason.

import assert from 'node:assert/strict';
import { ConfigNode, findWithoutEffect, setFinal } from '../../src/config/index.ts';

const AT = 'app-layer.protocols.http.libhtp.default-config';

describe('keys without effect', () => {
  it('are told of where they are set', () => {
    const config = new ConfigNode('');
    setFinal(config, `${AT}.compression-bomb-limit`, '1mb');
    assert.deepEqual(findWithoutEffect(config), []);
    setFinal(config, `${AT}.decompression-time-limit`, '100000');
    setFinal(config, `${AT}.randomize-inspection-range`, '10');
    const told = findWithoutEffect(config).map(({ code, message }) => `${code} ${message.replace(/:.*/, '')}`);
    assert.deepEqual(told, [
      `config/no-effect ${AT}.decompression-time-limit has no effect`,
      `config/no-effect ${AT}.randomize-inspection-range has no effect`,
    ]);
  });

  it('are not told of where they ask for nothing', () => {
    const config = new ConfigNode('');
    for (const [path, value] of [
      ['spm-algo', 'auto'],
      ['threading.autopin', 'no'],
      ['security.landlock.enabled', 'off'],
    ] as const)
      setFinal(config, path, value);
    assert.deepEqual(findWithoutEffect(config), []);
    setFinal(config, 'multi-detect.enabled', 'yes');
    assert.equal(findWithoutEffect(config).length, 1);
  });
});
