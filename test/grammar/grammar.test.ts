// Every Markdown file beside this one: `## case`, rule text in one fence, what is expected in the next.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Diagnostic } from '../../src/base/diagnostic.ts';
import type { RuleAst } from '../../src/rules/ast.ts';
import { parseRuleText } from '../../src/rules/rule-file.ts';
import type { RuleFile } from '../../src/rules/rule-file.ts';

const folder = dirname(fileURLToPath(import.meta.url));

type Expected = Record<string, unknown> & { diagnostics?: Record<string, unknown>[] };

const CASE = /^## (.+)$[^]*?^```rule\n([^]*?)^```\n```json\n([^]*?)^```$/gm;

for (const name of readdirSync(folder).filter((n) => n.endsWith('.md'))) {
  const text = readFileSync(join(folder, name), 'utf8');
  describe(`grammar: ${name.slice(0, -3)}`, () => {
    const cases = [...text.matchAll(CASE)];
    it('has well-formed cases only', () => {
      assert.equal(cases.length, text.match(/^## /gm)?.length);
    });
    for (const [, title, rules, json] of cases) {
      it(title!, () => {
        check(parseRuleText(rules!, 'case.rules'), JSON.parse(json!) as Expected);
        // Windows line ends change nothing but offsets
        check(parseRuleText(rules!.replaceAll('\n', '\r\n'), 'case.rules'), JSON.parse(json!) as Expected);
      });
    }
  });
}

function check(found: RuleFile, expected: Expected): void {
  const { diagnostics = [], ...fields } = expected;
  assert.equal(found.diagnostics.length, diagnostics.length, JSON.stringify(found.diagnostics));
  found.diagnostics.forEach((d, i) => {
    const flat = flatten(d);
    for (const [key, value] of Object.entries(diagnostics[i]!)) assert.deepEqual(flat[key], value, key);
  });
  const rule = found.rules[0];
  if (rule === undefined) {
    assert.deepEqual(fields, {}, 'no rule was parsed');
    return;
  }
  const summary: Record<string, unknown> = { ...summarise(rule), disabledCount: found.disabledCount };
  for (const [key, value] of Object.entries(fields)) assert.deepEqual(summary[key], value, key);
}

function flatten(d: Diagnostic): Record<string, unknown> {
  return { ...d, ...d.span };
}

function summarise(rule: RuleAst): Record<string, unknown> {
  return {
    action: rule.action,
    actionScope: rule.actionScope,
    secondaryActions: rule.secondaryActions.map((a) => (a.scope === undefined ? a.name : `${a.name}:${a.scope}`)),
    protocol: rule.protocol.text,
    hook: rule.hook && (rule.hook.orBefore ? '<' : '') + rule.hook.name,
    source: rule.source.text,
    sourcePort: rule.sourcePort.text,
    direction: rule.direction,
    destination: rule.destination.text,
    destinationPort: rule.destinationPort.text,
    options: rule.options.map((o) => (o.value === undefined ? [o.key] : [o.key, o.value])),
    line: rule.line,
  };
}
