// The engine log: levels, formats and sinks as Suricata has them.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { log } from '../../src/base/log.ts';
import { defaultFormat, formatText } from '../../src/base/log-format.ts';
import type { LogRecord } from '../../src/base/log-format.ts';
import { configureLogging } from '../../src/config/index.ts';
import { open, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
const file = (settings: string): string =>
  `logging:\n  outputs:\n    - file:\n        enabled: yes\n        filename: out.log\n${settings}`;

/** What the file sink holds after one message of each level. */
function written(body: string, options: { verbosity?: number; environment?: Record<string, string> } = {}): string[] {
  const { root } = open(folder.write('log.yaml', body));
  const path = folder.path('out.log');
  rmSync(path, { force: true });
  const failure = configureLogging(root, { environment: {}, ...options, logDirectory: dirname(path) });
  assert.equal(failure, undefined);
  for (const level of ['error', 'warning', 'notice', 'info', 'perf', 'config', 'debug'] as const)
    log.write(level, 'test', level, level === 'error' ? 'some_error' : undefined);
  log.configure([]);
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}
const levels = (lines: string[]): string => lines.map((line) => /(\w+): test/.exec(line)?.[1]).join(' ');

describe('engine log', () => {
  after(() => {
    log.configure([]);
  });

  it('writes notices and worse by default, in the form of suricata.log', () => {
    const lines = written(file(''));
    assert.equal(levels(lines), 'Error Warning Notice');
    assert.match(lines[0] ?? '', /^\[\d+ - \S+\] \d{4}-\d\d-\d\d \d\d:\d\d:\d\d Error: test: error$/);
  });

  it('takes the level of the output, then that of the section, and -v raises both', () => {
    assert.equal(levels(written(file('        level: error\n'))), 'Error');
    assert.equal(levels(written(`${file('')}  default-log-level: info\n`)), 'Error Warning Notice Info');
    assert.equal(levels(written(file('        level: error\n'), { verbosity: 1 })), 'Error Warning Notice Info');
    assert.equal(levels(written(file(''), { verbosity: 3 })), 'Error Warning Notice Info Perf Config');
  });

  it('obeys the environment', () => {
    assert.equal(levels(written(file(''), { environment: { SC_LOG_LEVEL: 'Warning' } })), 'Error Warning');
    assert.equal(levels(written(file(''), { environment: { SC_LOG_OP_FILTER: 'not' } })), 'Notice');
  });

  it('writes JSON engine events', () => {
    const [first = ''] = written(file('        type: json\n'));
    const event = JSON.parse(first) as {
      timestamp: string;
      log_level: string;
      event_type: string;
      engine: Record<string, string>;
    };
    assert.match(event.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d{4}$/);
    assert.deepEqual([event.log_level, event.event_type], ['Error', 'engine']);
    assert.deepEqual(
      { ...event.engine, thread_name: '' },
      { message: 'error', module: 'test', error: 'some_error', thread_name: '' },
    );
  });

  it('begins anew in a folder that was moved away, and goes on in the old file where there can be none', () => {
    const logDirectory = folder.path('logs');
    const moved = folder.path('moved');
    const lines = (directory: string): string[] =>
      readFileSync(join(directory, 'out.log'), 'utf8')
        .split('\n')
        .map((line) => line.slice(-1));
    mkdirSync(logDirectory);
    const { root } = open(folder.write('log.yaml', file('')));
    assert.equal(configureLogging(root, { environment: {}, logDirectory }), undefined);
    log.notice('test', '1');
    renameSync(logDirectory, moved);
    log.reopen();
    log.notice('test', '2');
    rmSync(logDirectory, { recursive: true });
    writeFileSync(logDirectory, ''); // no folder: not even root can write in it
    log.reopen();
    log.notice('test', '3');
    log.configure([]);
    assert.deepEqual(lines(moved), ['1', '']);
    rmSync(logDirectory);
  });

  it('refuses an impossible default level', () => {
    const { root } = open(folder.write('bad.yaml', 'logging:\n  default-log-level: loud\n'));
    assert.equal(configureLogging(root, { environment: {}, logDirectory: '.' }), 'Invalid default log level: loud');
  });

  it('says the more in the line the more is shown', () => {
    const record: LogRecord = { level: 'notice', module: 'm', message: 'x', time: 0, thread: 't', threadId: 7 };
    assert.deepEqual(
      (['notice', 'info', 'perf', 'debug'] as const).map((level) => formatText(defaultFormat(level), record)),
      ['i: m: x', 'Notice: m: x', '[7] Notice: m: x', 'Notice: m: x'],
    );
  });
});
