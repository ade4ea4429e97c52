// The files of config/: classes and references cover what the published rules name.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const RULES = resolve(import.meta.dirname, '../../../shared/rules/et-open');
const names = (file: string, pattern: RegExp): Set<string> =>
  new Set([...readFileSync(resolve('config', file), 'utf8').matchAll(pattern)].map((match) => match[1]!.toLowerCase()));

describe('shipped configuration files', () => {
  before(function () {
    if (existsSync(RULES)) return;
    console.log(`      skipped: ${RULES} is absent`);
    this.skip();
  });

  it('cover the classes and references of the ET Open rules', () => {
    const classes = names('classification.config', /^config classification: ([^,]+),[^,]+,[1-4]$/gm);
    const references = names('reference.config', /^config reference: (\S+)/gm);
    assert.ok(classes.size > 40 && references.size > 15);
    for (const file of readdirSync(RULES).filter((name) => name.endsWith('.rules'))) {
      const text = readFileSync(join(RULES, file), 'utf8');
      for (const match of text.matchAll(/classtype: ?([\w-]+);/g)) assert.ok(classes.has(match[1]!), match[1]);
      for (const match of text.matchAll(/\breference: ?([\w-]+),/g))
        assert.ok(references.has(match[1]!.toLowerCase()), match[1]);
    }
  });
});
