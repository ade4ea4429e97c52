// Commands about the rules in force: counts, those refused, and loading them anew.

import { eveTime } from '../../output/text/timestamp.ts';
import type { LoadedRules } from '../load-rules.ts';
import type { RuleReloader } from '../reload/reloader.ts';
import { ok, refused } from './server.ts';
import type { Answer, Command } from './server.ts';

export interface CommandedRules {
  /** Null without detection. */
  rules(): LoadedRules | null;
  /** Microseconds since the epoch at which they were loaded. */
  lastReload(): number;
  /** Absent where rules cannot be loaded anew. */
  readonly reloader?: Pick<RuleReloader, 'reload' | 'isBusy'> | undefined;
}

export function ruleCommands(target: CommandedRules): readonly (readonly [string, Command])[] {
  const reload = (how: { readonly waits: boolean }) => (): Answer | Promise<Answer> => reloadRules(target, how);
  const ofRules =
    (tell: (rules: LoadedRules) => object[]): Command =>
    () => {
      const rules = target.rules();
      return ok(rules === null ? [] : tell(rules));
    };
  return [
    ['reload-rules', reload({ waits: true })],
    ['ruleset-reload-rules', reload({ waits: true })],
    ['ruleset-reload-nonblocking', reload({ waits: false })],
    ['ruleset-reload-time', () => ok([{ id: 0, last_reload: eveTime(target.lastReload()) }])],
    ['ruleset-stats', ofRules((rules) => [statsOf(rules)])],
    ['ruleset-failed-rules', ofRules(failedRules)],
  ];
}

/** Suricata answers `done` whatever came of it; a client should know. */
function reloadRules({ reloader }: CommandedRules, { waits }: { readonly waits: boolean }): Answer | Promise<Answer> {
  if (reloader === undefined) return refused('Live rule reload not possible');
  if (reloader.isBusy) return refused('Reload already in progress');
  const reload = reloader.reload();
  return waits ? reload.then((problem) => (problem === undefined ? ok('done') : refused(problem))) : ok('done');
}

function statsOf({ ruleset }: LoadedRules): object {
  const { outlines, failed, skipped } = ruleset;
  return { id: 0, rules_loaded: outlines.length, rules_failed: failed, rules_skipped: skipped };
}

/** The rules that were refused, each once. */
function failedRules({ diagnostics }: LoadedRules): object[] {
  const found = new Map<string, object>();
  for (const { severity, rule, file, span, message } of diagnostics) {
    if (severity !== 'error' || rule === undefined) continue;
    const place = `${file}:${String(span.line)}`;
    if (!found.has(place)) found.set(place, { tenant_id: 0, rule, filename: file, line: span.line, error: message });
  }
  return [...found.values()];
}
