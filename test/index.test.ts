import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tayra from '../src/index.ts';
import type { EveEvent } from '../src/index.ts';

const DEMO = fileURLToPath(new URL('../pcaps/demo.pcap', import.meta.url));
const RULES = fileURLToPath(new URL('../rules/', import.meta.url));

describe('tayra as a library', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-index-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  function ruleFile(...lines: readonly string[]): string {
    const path = join(folder, 'some.rules');
    writeFileSync(path, `${lines.join('\n')}\n`);
    return path;
  }

  it('exports this and nothing else', () => {
    assert.deepEqual(Object.keys(tayra).sort(), [
      'checkRules',
      'formatDiagnostic',
      'renderDiagnostic',
      'replayCaptures',
    ]);
  });

  it('loads every shipped rule', () => {
    const { loaded, failed, pending, diagnostics } = tayra.checkRules({ rules: [RULES] });
    assert.deepEqual(
      { failed, pending },
      { failed: 0, pending: 0 },
      diagnostics.map(tayra.formatDiagnostic).join('\n'),
    );
    assert.ok(loaded > 100, `${loaded} rules`);
  });

  it('tells what is wrong with a rule, and where', () => {
    const path = ruleFile(
      'alert tcp any any -> any any (msg:"good"; sid:1;)',
      'alert tcp any any -> any any (nonsense:1; sid:2;)',
    );
    const report = tayra.checkRules({ rules: [path] });
    assert.deepEqual({ loaded: report.loaded, failed: report.failed }, { loaded: 1, failed: 1 });
    const [problem] = report.diagnostics.filter((one) => one.severity === 'error');
    assert.equal(problem?.span.line, 2);
    assert.match(tayra.formatDiagnostic(problem), /some\.rules:2:\d+: error\[.*nonsense/);
  });

  it('gives the events of a capture in order, and writes no file', () => {
    const before = readdirSync('.');
    const events: EveEvent[] = [];
    const report = tayra.replayCaptures({ captures: [DEMO], rules: [RULES], onEvent: (event) => events.push(event) });
    const count = (type: string): number => events.filter((event) => event.event_type === type).length;
    assert.equal(report.failed, 0);
    assert.ok(report.alerts > 0);
    assert.equal(count('alert'), report.alerts);
    assert.equal(count('flow'), report.flows);
    assert.deepEqual(readdirSync('.'), before);
  });

  it('takes settings over those of the file', () => {
    const path = ruleFile('alert ip $HOME_NET any -> any any (msg:"home"; sid:1;)');
    const alerts = (home: string): number =>
      tayra.replayCaptures({ captures: [DEMO], rules: [path], settings: { 'vars.address-groups.HOME_NET': home } })
        .alerts;
    assert.equal(alerts('192.0.2.255'), 0);
    assert.ok(alerts('any') > 0);
  });

  it('throws what the receiver of events threw', () => {
    let calls = 0;
    const onEvent = (): void => {
      calls++;
      throw new Error('no more');
    };
    assert.throws(() => tayra.replayCaptures({ captures: [DEMO], rules: [RULES], onEvent }), /no more/);
    assert.equal(calls, 1);
  });

  it('counts a capture that is not there, and says so', () => {
    const said: string[] = [];
    const captures = [join(folder, 'none.pcap')];
    const report = tayra.replayCaptures({
      captures,
      rules: [],
      onLog: (level, message) => said.push(`${level} ${message}`),
    });
    assert.equal(report.failed, 1);
    assert.match(said.join('\n'), /error .*none\.pcap/);
  });

  it('refuses a configuration that cannot be read', () => {
    assert.throws(() => tayra.checkRules({ config: join(folder, 'none.yaml') }), /none\.yaml/);
  });
});
