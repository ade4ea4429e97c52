import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRules } from '../../../src/index.ts';
import type { Diagnostic } from '../../../src/index.ts';

/** Options, and what is said of them as severity and message. */
type Case = readonly [options: string, said: RegExp | null];

const TCP: readonly Case[] = [
  ['flowbits:isset,a; flowbits:isnotset,a;', /^error: invalid flowbit command combination .*: isset and isnotset$/],
  ['flowbits:isnotset,a; flowbits:isset,a;', /^error: invalid flowbit command combination .*: isset and isnotset$/],
  ['flowbits:set,a; flowbits:isset,a;', /^warning: inconsequential flowbit command .*: set and isset$/],
  ['flowbits:isset,a; flowbits:set,a;', /^warning: inconsequential .*: isset and set$/],
  ['flowbits:unset,a; flowbits:set,a;', /^warning: inconsequential .*: unset and set$/],
  ['flowbits:isset,a; flowbits:set,b;', null],
  ['flowbits:set,a; flowbits:isnotset,a;', null],
  ['flowbits:set,a; flowbits:set,b; flowbits:set,c;', /^error: rule 1: too many flowbits \(max 2 per signature\)$/],
  [
    'threshold:type limit,track by_src,count 1,seconds 60; threshold:type limit,track by_src,count 1,seconds 9;',
    /^error: multiple "threshold" options are not allowed in the same rule$/,
  ],
  ['app-layer-protocol:tls|dns; prefilter;', /^error: prefilter is not supported for multi-value app-layer-protocol$/],
  ['app-layer-protocol:tls|dns;', null],
  ['app-layer-protocol:tls; app-layer-protocol:dns;', /conflicting .*: more than one protocol that it is$/],
  ['app-layer-protocol:tls; app-layer-protocol:!dns;', /conflicting .*: what it is and what it is not$/],
  ['app-layer-protocol:tls; app-layer-protocol:!dns,final;', null],
  ['app-layer-protocol:!tls; app-layer-protocol:!dns;', null],
  ['app-layer-protocol:!http; app-layer-protocol:!http2;', /conflicting .*: a protocol is excluded twice$/],
  ['app-layer-protocol:!unknown;', /"unknown" cannot be negated$/],
  ['http.uri; content:"a"; app-layer-protocol:http;', /the rule is about one protocol already$/],
  ['app-layer-protocol:http; http.uri; content:"a";', null],
  ['file.data; content:"a"; app-layer-protocol:http;', null],
  ['frame:tls.pdu; content:"a"; app-layer-protocol:tls;', /the rule is about one protocol already$/],
  ['prefilter; ttl:5;', /^error: prefilter needs preceding match$/],
  ['threshold:type limit,track by_src,count 1,seconds 1; prefilter;', /^error: prefilter /],
  ['flow:established; prefilter;', null],
  ['decode-event:ipv6.pkt_too_small;', null],
];

const BOTH: readonly Case[] = [
  ['http.uri; content:"a"; http.stat_code; content:"2"; flow:to_server;', /both directions, cannot specify a flow/],
  ['http.uri; content:"a";', /^error: rule 1 should use both directions, but does not$/],
  ['http.uri; content:"a"; http.header; content:"b";', /cannot have keywords ambiguous about directions$/],
  ['http.uri; content:"a"; http.header: to_client; content:"b";', null],
];

const FAR: readonly Case[] = [
  ['content:"a"; byte_extract:1,0,v; http.uri; content:"b"; byte_jump:v,0;', /Unknown byte_extract var seen .* - v$/],
  ['content:"a"; byte_extract:1,0,v; http.uri; content:"b"; byte_test:1,>,v,0;', null],
  ['content:"a"; byte_extract:1,0,v; byte_jump:v,0;', null],
  ['app-layer-protocol:http;', /the rule is about one protocol already$/],
  ['http.uri; content:"a"; byte_extract:1,0,v; http.method; content:"b"; byte_jump:v,0;', null],
];
const HTTP: readonly Case[] = [
  ['http.host; content:"Example";', /^error: http.host: content with upper case letters$/],
  ['content:!"A"; http_host;', /^error: http.host: content with upper case letters$/],
  ['http.host; content:"example";', null],
  ['http.host.raw; content:"Example";', null],
  ['http.method; content:"GET|20|";', /^error: http_method pattern with trailing space or tab$/],
  ['content:"|09|GET"; http_method;', /^error: http_method pattern with leading space or tab$/],
  ['http.method; content:"G T";', null],
  ['http.host; content:"example"; nocase;', /^error: http.host: nocase says nothing$/],
  ['http.protocol; content:"HTTP 1";', /^error: http.protocol: content with a space$/],
  ['http.header.raw; content:"a";', /^error: http_raw_header signature without a flow direction$/],
  ['flow:to_server; http.header.raw; content:"a";', null],
  ['http.uri; content:"a"; http.method; bsize:3; fast_pattern;', null],
  ['content:"a"; http.method; bsize:3; fast_pattern;', /^error: fast_pattern needs preceding content/],
  ['http.request_body; base64_decode:offset 0,relative; base64_data;', null],
];
const MISMATCH = /^error: engine progress value doesn't match hook$/;
const IN_HEADERS: readonly Case[] = [
  ['http.host; content:"a";', null],
  ['http.uri; content:"a";', MISMATCH],
  ['http.request_body; content:"a";', MISMATCH],
  ['content:"a";', null],
];

describe('a rule as a whole', () => {
  let path = '';
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-whole-'));
    path = join(folder, 'a.rules');
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** What is said of the rule itself; not that its flowbits are never set. */
  function about(header: string, options: string): readonly Diagnostic[] {
    writeFileSync(path, `alert ${header} (msg:"m"; ${options} sid:1;)\n`);
    const settings = { 'detect.flowbits.max-per-signature': '2' };
    return checkRules({ rules: [path], settings }).diagnostics.filter(({ rule }) => rule !== undefined);
  }

  function check(header: string, cases: readonly Case[]): void {
    for (const [options, said] of cases) {
      it(`${header}: ${options}`, () => {
        const texts = about(header, options).map(({ severity, message }) => `${severity}: ${message}`);
        if (said === null) assert.deepEqual(texts, []);
        else assert.match(texts.join('\n'), said);
      });
    }
  }

  it('with a data set whose file has a bad entry is refused, in the log by another module than the keyword', () => {
    writeFileSync(join(folder, 'set.csv'), 'no!base64\n');
    const set = join(folder, 'set.csv');
    const [said] = about('http any any -> any any', `http.uri; dataset:isset,s,type string,load ${set};`);
    assert.match(said!.message, /^bad base64 encoding s at /);
    assert.equal(said!.module, 'debug');
  });

  check('tcp any any -> any any', TCP);
  check('http any any => any any', BOTH);
  check('http any any -> any any', FAR);
  check('http any any -> any any', HTTP);
  check('http1:request_headers any any -> any any', IN_HEADERS);
});
