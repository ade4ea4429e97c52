// What is declared is raised: every name of an application layer's anomaly stands where it is declared and where it is
// noted.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { anomalyId, anomalyNames, isAnomalyRaised, reserveAnomalies } from '../../src/framework/anomaly.ts';
import '../../src/engine/worker.ts';

const FOLDER = fileURLToPath(new URL('../../src/app', import.meta.url));

function sources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

describe('anomalies of application layers', () => {
  it('are all raised by something', () => {
    const text = sources(FOLDER);
    const names = anomalyNames('applayer').filter((name) => name.includes('.'));
    assert.ok(names.length > 100);
    const unused = names.filter((name) => {
      const local = name.slice(name.indexOf('.') + 1);
      return (text.match(new RegExp(`\\b${local}\\b`, 'g')) ?? []).length < 2;
    });
    assert.deepEqual(unused, []);
  });

  it('may be named by rules though nothing raises them', () => {
    reserveAnomalies('applayer', 'test', ['never']);
    const id = anomalyId('applayer', 'test.never');
    assert.equal(isAnomalyRaised(id!), false);
    assert.ok(!anomalyNames('applayer').includes('test.never'));
    assert.ok(isAnomalyRaised(anomalyId('applayer', 'tls.invalid_certificate')!));
  });
});
