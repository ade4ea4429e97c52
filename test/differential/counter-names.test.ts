// Every counter that EVE statistics show is one that Suricata's schema has; others are ours, and stay under `tayra`.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shownCounters } from '../../src/output/event-counters.ts';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
const SCHEMA = fileURLToPath(new URL('../../../shared/suricata-etc/schema.json', import.meta.url));

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
}

/** Names that are written out where they are declared, in parts of the program that captures alone do not reach, too. */
function declared(): string[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) =>
    [...readFileSync(join(SOURCES, name), 'utf8').matchAll(/defineCounter\('([\w.]+)'\)/g)].map((match) => match[1]!),
  );
}

function isIn(schema: Schema, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  const next = schema.properties?.[first];
  return next === undefined ? schema.additionalProperties !== false : isIn(next, rest);
}

describe('names of counters', () => {
  it('are those of the schema, or ours', function () {
    if (!existsSync(SCHEMA)) {
      console.log('      skipped: ../shared/suricata-etc is not there');
      this.skip();
    }
    const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as { readonly properties: { readonly stats: Schema } };
    const names = declared();
    assert(names.length > 50 && names.includes('tayra.late_passed'), String(names.length));
    const isShown = shownCounters(undefined);
    const strange = names.filter(
      (name) => isShown(name) !== undefined && !isIn(schema.properties.stats, name.split('.')),
    );
    assert.deepEqual(strange, []);
  });
});
