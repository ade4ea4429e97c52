// Unknown keys: said once, with the nearest known one; Suricata's own configurations are silent.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findUnknownKeys } from '../../src/config/index.ts';
import { open, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const SUITE = resolve(import.meta.dirname, '../../../shared/suricata-verify/tests');

describe('unknown configuration keys', () => {
  it('are said once with the nearest known key', () => {
    const body =
      'outputs:\n  - eve-log:\n      enabld: yes\n  - eve-log:\n      enabld: no\nstreem:\n  memcap: 1\nvars:\n  address-groups:\n    ANYTHING: x\n';
    assert.deepEqual(
      findUnknownKeys(open(folder.write('a.yaml', body)).root).map((one) => [
        one.severity,
        one.message,
        one.hint,
        one.span.line,
      ]),
      [
        ['warning', 'unknown configuration key outputs.eve-log.enabld', 'did you mean enabled?', 5],
        ['warning', 'unknown configuration key streem', 'did you mean stream?', 8],
      ],
    );
  });

  it('are none in the configuration we ship', () => {
    const opened = open(resolve('config/tayra.yaml'));
    assert.deepEqual([opened.ok, opened.messages, findUnknownKeys(opened.root)], [true, [], []]);
  });

  it('are none in the configurations of the conformance suite', function () {
    if (!existsSync(SUITE)) {
      console.log(`      skipped: ${SUITE} is absent`);
      this.skip();
    }
    const files = readdirSync(SUITE, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('suricata.yaml'),
    );
    const found = new Set(
      files.flatMap((name) => findUnknownKeys(open(join(SUITE, name)).root).map((one) => one.message)),
    );
    assert.deepEqual([...found], ['unknown configuration key foobar']); // that one is invented by its test
  });
});
