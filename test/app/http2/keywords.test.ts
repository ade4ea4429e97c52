import assert from 'node:assert/strict';
import protocols from '../../../src/app/http2/index.ts';
import { FrameType } from '../../../src/app/http2/frame-types.ts';
import { JsonText } from '../../../src/base/json-writer.ts';
import { compileRuleset } from '../../../src/detect/compile/ruleset.ts';
import type { Ruleset } from '../../../src/detect/compile/ruleset.ts';
import { findKeyword } from '../../../src/engine/keyword-table.ts';
import type { DetectContext } from '../../../src/framework/detect-context.ts';
import { Packet } from '../../../src/framework/packet.ts';
import { Variables, parseRuleText } from '../../../src/rules/index.ts';
import { TestSetup } from '../../keywords/support.ts';
import { CONVERSATIONS, END_STREAM, GET, PREFACE, frame, headers, settings, tableSize, talk, transactions, word } from './messages.ts'; // prettier-ignore
import type { Turn } from './messages.ts';

const [http2] = protocols;

function load(options: string, header = 'alert http2 any any -> any any'): Ruleset {
  const { rules } = parseRuleText(`${header} (msg:"m"; ${options} sid:1;)`, 'test.rules');
  return compileRuleset(rules, {
    setup: new TestSetup(),
    variables: new Variables({}, {}),
    findKeyword,
    keywordNames: () => [],
    isUnsupportedKeyword: () => false,
    isPendingKeyword: () => false,
    isPendingProtocol: () => false,
  });
}

const messages = ({ diagnostics }: Ruleset): string => diagnostics.map(({ message }) => message).join('\n');

const FRAMES: readonly Turn[] = [
  [
    0,
    Buffer.concat([
      PREFACE,
      settings([2, 0], [1, 4096]),
      frame(FrameType.headers, 4, 1, Buffer.concat([tableSize(100), tableSize(200)])),
      frame(FrameType.priority, 0, 1, Buffer.of(0, 0, 0, 0, 16)),
      frame(FrameType.priority, 0, 1, Buffer.of(0, 0, 0, 0, 200)),
      frame(FrameType.windowUpdate, 0, 1, word(70_000)),
      frame(FrameType.rstStream, 0, 1, word(8)),
    ]),
  ],
];

/** Whether a condition holds on what the client sent: on the settings, and on the stream. */
function holds(options: string): [boolean, boolean] {
  const ruleset = load(options);
  assert.equal(messages(ruleset), '');
  const match = ruleset.signature(0).txSteps[0]!.match!;
  const [global, stream] = transactions(talk(FRAMES));
  const ctx = { txDirection: 0 } as DetectContext;
  const p = new Packet(new Uint8Array(0));
  return [match(global!, p, ctx), match(stream!, p, ctx)];
}

describe('keywords of HTTP/2', () => {
  for (const { name, examples } of http2.keywords!) {
    for (const example of examples) {
      it(`${name} compiles its example: ${example}`, () => {
        assert.deepEqual(
          load(example.slice(example.indexOf('(msg:"m";') + 9, example.indexOf('sid:'))).diagnostics,
          [],
        );
      });
    }
  }

  const conditions: Readonly<Record<string, readonly [boolean, boolean]>> = {
    'http2.frametype:SETTINGS;': [true, false],
    'http2.frametype:RSTSTREAM;': [false, true],
    'http2.frametype:rst_stream;': [false, true],
    'http2.frametype:!PRIORITY;': [true, true],
    'http2.frametype:!PRIORITY,all;': [true, false],
    'http2.frametype:PRIORITY,nb>1;': [false, true],
    'http2.frametype:PRIORITY,nb>2;': [false, false],
    'http2.frametype:HEADERS,0;': [false, true],
    'http2.frametype:RSTSTREAM,-1;': [false, true],
    'http2.frametype:DATA,oob_or 5;': [true, true],
    'http2.frametype:DATA,oob_or 4;': [true, false],
    'http2.frametype:count >4;': [false, true],
    'http2.errorcode:CANCEL;': [false, true],
    'http2.errorcode:8;': [false, true],
    'http2.errorcode:!CANCEL,all_or_absent;': [true, false],
    'http2.errorcode:CANCEL,or_absent;': [true, true],
    'http2.errorcode:HTTP_1_1_REQUIRED;': [false, false],
    'http2.errorcode:HTTP11_REQUIRED;': [false, false],
    'http2.priority:>100;': [false, true],
    'http2.priority:>100,all;': [false, false],
    'http2.priority:>100,1;': [false, true],
    'http2.window:70000;': [false, true],
    'http2.size_update:200;': [false, true],
    'http2.size_update:>200;': [false, false],
    'http2.settings:SETTINGS_ENABLE_PUSH=0;': [true, false],
    'http2.settings:SETTINGS_ENABLE_PUSH=1;': [false, false],
    'http2.settings:SETTINGS_HEADER_TABLE_SIZE;': [true, false],
    'http2.settings:SETTINGS_MAX_FRAME_SIZE;': [false, false],
  };
  for (const [options, expected] of Object.entries(conditions))
    it(`judges ${options}`, () => {
      assert.deepEqual(holds(options), expected);
    });

  it('say what they do not know', () => {
    assert.match(messages(load('http2.settings:NONE=1;')), /unknown setting "NONE"/);
    assert.match(messages(load('http2.frametype:SETTINGS,some;')), /unknown index "some"/);
    assert.match(messages(load('http2.frametype:SETTINGS,all,2;')), /slices/);
    assert.match(messages(load('http2.frametype:NONE;')), /NONE/);
  });
});

describe('rules on any HTTP', () => {
  const protocols = (options: string, header: string): string[] => {
    const ruleset = load(options, header);
    assert.equal(messages(ruleset), '');
    const names = ruleset
      .signature(0)
      .txSteps.map(({ engines }) => new Set(engines.map(({ appProtocol }) => appProtocol)));
    return [...names[0]!].sort();
  };

  it('look at both versions, by the modifiers of older rules at HTTP/1 alone', () => {
    const any = 'alert http any any -> any any';
    assert.deepEqual(protocols('http.uri; content:"a";', any), ['http1', 'http2']);
    assert.deepEqual(protocols('content:"a"; http_uri;', any), ['http1']);
    assert.deepEqual(protocols('pcre:"/a/U";', any), ['http1']);
    assert.deepEqual(protocols('uricontent:"a";', any), ['http1']);
    assert.deepEqual(protocols('http.start; content:"a";', any), ['http1']);
  });

  it('are refused where HTTP/2 has nothing of the kind', () => {
    for (const options of ['content:"a"; http_uri;', 'http.start; content:"a";', 'pcre:"/a/U";'])
      assert.match(messages(load(options)), /not in protocol http2/, options);
    assert.equal(messages(load('http.uri; content:"a"; http.method; content:"GET"; urilen:>3;')), '');
  });

  it('hook into the states of a stream, or of the connection', () => {
    const hooked = (hook: string, options = ''): string =>
      messages(load(options, `alert http2:${hook} any any -> any any`));
    assert.equal(hooked('stream:request_headers', 'http.uri; content:"a";'), '');
    assert.equal(hooked('global:request_started'), '');
    assert.match(hooked('global:request_started', 'http.uri; content:"a";'), /not in transactions of kind "global"/);
    assert.match(hooked('global:request_headers'), /does not support hook/);
    assert.match(hooked('other:request_started'), /does not support hook/);
  });
});

describe('records of HTTP/2', () => {
  const records = (turns: readonly Turn[]): unknown[] =>
    transactions(talk(turns)).map((tx) => {
      const json = new JsonText();
      json.begin().openElement();
      const log = http2.eve![0]!.create(undefined).log as unknown as (of: typeof tx, to: JsonText) => boolean;
      const isThere = log(tx, json);
      json.close();
      return isThere ? (JSON.parse(json.text) as unknown) : null;
    });

  it('have headers, what is known of them, and the stream', () => {
    const [client, exchange] = records(CONVERSATIONS['a request and its response']!);
    assert.deepEqual(client, {
      version: '2',
      http2: {
        stream_id: 0,
        request: {
          settings: [
            { settings_id: 'SETTINGSMAXCONCURRENTSTREAMS', settings_value: 100 },
            { settings_id: 'SETTINGSENABLEPUSH', settings_value: 0 },
          ],
        },
      },
    });
    assert.deepEqual(exchange, {
      version: '2',
      request_headers: GET.map(([name, value]) => ({ name, value })),
      response_headers: [
        { name: ':status', value: '200' },
        { name: 'content-type', value: 'text/plain' },
      ],
      hostname: 'Example.com:8080',
      url: '/a',
      http_method: 'GET',
      http_user_agent: 'x',
      status: 200,
      http2: { stream_id: 1 },
    });
  });

  it('take the last value of a name, in whatever case', () => {
    const list = [...GET, ['User-Agent', 'last'], ['content-length', '12'], ['Content-Length', 'many']] as const;
    const [record] = records([[0, Buffer.concat([PREFACE, headers(1, list, END_STREAM)])]]) as Record<
      string,
      unknown
    >[];
    assert.equal(record!['http_user_agent'], 'last');
    assert.equal('length' in record!, false);
  });

  it('tell updates of the table where they stood, and the first of several errors and weights', () => {
    const [, stream] = records(FRAMES);
    assert.deepEqual(stream, {
      version: '2',
      request_headers: [{ table_size_update: 100 }, { table_size_update: 200 }],
      http2: { stream_id: 1, request: { error_code: 'Cancel', priority: 16, has_multiple: 'priority' } },
    });
    const errors = (type: number, stream1: number, code: number): unknown => {
      const payload = type === FrameType.goaway ? Buffer.concat([word(0), word(code)]) : word(code);
      return (records([[0, Buffer.concat([PREFACE, frame(type, 0, stream1, payload)])]])[0] as { http2: object }).http2;
    };
    assert.deepEqual(errors(FrameType.goaway, 0, 11), { stream_id: 0, request: { error_code: 'ENHANCEYOURCALM' } });
    assert.deepEqual(errors(FrameType.rstStream, 1, 13), { stream_id: 1, request: { error_code: 'Http11Required' } });
    assert.deepEqual(errors(FrameType.goaway, 0, 99), { stream_id: 0, request: { error_code: '99' } });
  });

  it('are not there for frames that tell nothing', () => {
    assert.deepEqual(records([[0, Buffer.concat([PREFACE, frame(FrameType.ping, 0, 0, Buffer.alloc(8))])]]), [null]);
  });
});
