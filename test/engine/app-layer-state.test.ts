// app-layer-state over whole sessions: which packets alert, and which rules are refused.
import assert from 'node:assert/strict';
import { loadRules } from '../../src/engine/load-rules.ts';
import { openConfig } from '../../src/config/index.ts';
import { temporaryFolder } from '../output/support.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { session } from './sessions.ts';
import { ofType, runEngine } from './support.ts';

const GET = ['GET /one HTTP/1.1\r\nHost: a\r\n', 'User-Agent: agent\r\n', '\r\n'] as const;
const OK = ['HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhel', 'lo', '!'] as const;
/** Each side acknowledges what the other said, so that it is seen with the next packet of the other. */
const TURNS = [
  { client: GET[0] },
  { client: GET[1] },
  { client: GET[2] },
  { server: OK[0] },
  { server: OK[1] },
  { server: OK[2] },
];

/** Numbers of the packets that alert, those that carry the turns counted from 1. */
function packets(state: string): number[] {
  const rules = [`alert http1 any any -> any any (app-layer-state:${state}; sid:1;)`];
  const handshake = 3;
  const events = runEngine({ rules, frames: session(...TURNS), isInline: true });
  return ofType(events, 'alert').map(({ pcap_cnt: number }) => number! - handshake);
}

function errorsOf(rule: string): string[] {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'x.rules'), `${rule}\n`);
  writeFileSync(join(folder, 'x.yaml'), '%YAML 1.1\n---\n');
  const { root } = openConfig({ file: join(folder, 'x.yaml') });
  const { diagnostics } = loadRules(root, [join(folder, 'x.rules')], { isInline: false });
  return diagnostics.map(({ message }) => message);
}

describe('app-layer-state', () => {
  it('is in a state as long as there is news, and once more on the way out of it', () => {
    assert.deepEqual(packets('request_line'), [1, 2, 3]);
    assert.deepEqual(packets('request_complete'), [3]);
    assert.deepEqual(packets('response_body'), [4, 5, 6]);
    assert.deepEqual(packets('response_line'), [4]);
  });

  it('is before a state at the first look, or never', () => {
    assert.deepEqual(packets('<request_headers'), [1]);
    assert.deepEqual(packets('<request_line'), []);
    assert.deepEqual(packets('<request_started'), []);
    assert.deepEqual(packets('<response_complete'), [4]);
  });

  it('is past a state once', () => {
    assert.deepEqual(packets('>request_started'), [1]);
    assert.deepEqual(packets('>request_line'), [3]);
    assert.deepEqual(packets('>response_headers'), [4]);
    assert.deepEqual(packets('>response_body'), [6]);
    assert.deepEqual(packets('>response_complete'), []);
  });

  it('goes with other conditions of the direction', () => {
    assert.deepEqual(packets('>request_line; http.user_agent; content:"agent"'), [3]);
    assert.deepEqual(packets('request_complete; http.user_agent; content:"other"'), []);
    assert.deepEqual(packets('response_body; http.stat_code; content:"200"'), [4, 5, 6]);
  });

  it('refuses what is no state of the protocol', () => {
    const rule = (protocol: string, state: string): string[] =>
      errorsOf(`alert ${protocol} any any -> any any (app-layer-state:${state}; sid:1;)`);
    assert.match(rule('http1', 'nonsense').join(), /http1 has no state "nonsense"/);
    assert.match(rule('tcp', 'request_complete').join(), /rules on "tcp" have no states/);
    assert.match(rule('http', 'request_complete').join(), /rules on "http" have no states/);
    for (const state of ['', '!request_line', '<=request_line', '> request_line'])
      assert.match(rule('http1', state).join(), /app-layer-state/, state);
    assert.deepEqual(rule('http1', 'REQUEST_LINE'), []);
    assert.deepEqual(rule('tls', '>client_hello_done'), []);
  });
});
