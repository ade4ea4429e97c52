import { deepEqual, equal } from 'node:assert/strict';
import { ruleObject } from '../../../src/detect/analysis/index.ts';
import { analyse, analyseOptions } from './support.ts';

function typeOf(options: string, header?: string): unknown {
  return ruleObject(analyseOptions(options, header))['type'];
}

interface Matches {
  readonly matches: readonly Record<string, unknown>[];
}

function matchesOf(options: string, list = 'packet', header?: string): readonly Record<string, unknown>[] {
  const lists = ruleObject(analyseOptions(options, header))['lists'] as unknown as Record<string, Matches>;
  return lists[list]?.matches ?? [];
}

describe('rules.json', () => {
  describe('type', () => {
    const cases: readonly [string, string, string?][] = [
      ['ip_only', ''],
      ['ip_only', 'flowbits:set,a;'],
      ['ip_only', 'xbits:isset,a,track ip_src;'],
      ['ip_only', 'ip_proto:17;', 'ip any any -> any any'],
      ['like_ip_only', '', 'tcp !192.168.0.1 any -> any any'],
      ['like_ip_only', '', 'tcp any any -> $EXTERNAL_NET any'],
      ['pkt', 'flow:to_server;'],
      ['pkt', 'flowbits:isset,a;'],
      ['pkt', '', 'arp any any -> any any'],
      ['pkt', 'ttl:5;'],
      ['pkt', 'ttl:5; content:"a";'],
      ['pkt', 'content:"a";', 'tcp-pkt any any -> any any'],
      ['pkt', 'flow:no_stream; content:"a";'],
      ['pkt', 'tcp.hdr; content:"a";'],
      ['stream', 'content:"a";'],
      ['stream', 'content:"a"; endswith;'],
      ['stream', 'content:"a"; within:10;'],
      ['stream', 'content:"a"; startswith;', 'tcp-stream any any -> any any'],
      ['pkt_stream', 'content:"a"; startswith;'],
      ['pkt_stream', 'stream_size:server,<,10; content:"a";'],
      ['pkt_stream', 'content:"a";', 'udp any any -> any any'],
      ['de_only', 'decode-event:ipv4.pkt_too_small;', 'pkthdr any any -> any any'],
      ['pkt', 'decode-event:ipv4.pkt_too_small; ttl:1;', 'ip any any -> any any'],
      ['pkt', 'stream-event:pkt_invalid_ack;'],
    ];
    for (const [type, options, header] of cases) {
      it(`${type}: ${header ?? 'tcp'} ${options}`, () => equal(typeOf(options, header), type));
    }
  });

  describe('conditions', () => {
    it('of integers by operator', () => {
      const of = (condition: string): unknown => matchesOf(`flow.age:${condition};`)[0]!['flow_age'];
      deepEqual(of('19'), { equal: 19 });
      deepEqual(of('!=20'), { diff: 20 });
      deepEqual(of('>21'), { gt: 21 });
      deepEqual(of('>=21'), { gte: 21 });
      deepEqual(of('<22'), { lt: 22 });
      deepEqual(of('<=22'), { lte: 22 });
      deepEqual(of('19-22'), { range: { min: 19, max: 22 } });
      deepEqual(of('!19-22'), { negated_range: { min: 19, max: 22 } });
      deepEqual(of('&0xc0=0x80'), { bitmask: { mask: 192, value: 128 } });
      deepEqual(of('&0xc0!=0'), { negated_bitmask: { mask: 192, value: 0 } });
    });

    it('of flowbits with all names', () => {
      deepEqual(matchesOf('flowbits:isset,a|b;'), [
        { name: 'flowbits', flowbits: { cmd: 'isset', names: ['a', 'b'], operator: 'or' } },
      ]);
    });

    it('and actions apart', () => {
      const options =
        'content:"x"; flowint:no,notset; flowint:no,=,1; xbits:set,b,track ip_src; tag:session,3,packets;';
      deepEqual(matchesOf(options), [{ name: 'flowint', flowint: { cmd: 'isnotset', var: 'no' } }]);
      deepEqual(matchesOf(options, 'postmatch'), [
        { name: 'flowint', flowint: { cmd: 'set', var: 'no', value: 1 } },
        { name: 'xbits', xbits: { cmd: 'set', name: 'b', track: 'ip_src', expire: 30 } },
      ]);
      deepEqual(matchesOf(options, 'tag'), [{ name: 'tag' }]);
    });

    it('of numbers in the payload', () => {
      deepEqual(
        matchesOf('byte_test:4,>,10,2,little,string,hex; byte_jump:2,0,multiplier 2,post_offset 3,align;', 'payload'),
        [
          { name: 'byte_test', byte_test: { nbytes: 4, offset: 2, base: 'hex', flags: ['little_endian', 'string'] } },
          {
            name: 'byte_jump',
            byte_jump: { nbytes: 2, offset: 0, multiplier: 2, post_offset: 3, base: 'unset', flags: ['align'] },
          },
        ],
      );
    });
  });

  describe('contents', () => {
    const contentOf = (options: string, i = 0): Record<string, unknown> =>
      matchesOf(options, 'payload')[i]!['content'] as Record<string, unknown>;

    it('are shown as rules write them, lower case where case does not matter', () => {
      equal(contentOf('content:"a|22 3b|b c|00 ff|";')['pattern'], 'a|22 3B|b|20|c|00 FF|');
      equal(contentOf('content:"ABC"; nocase;')['pattern'], 'abc');
    });

    it('count depth from the start of the buffer', () => {
      const { offset, depth } = contentOf('content:"abc"; offset:2; depth:8;');
      deepEqual([offset, depth], [2, 10]);
    });

    it('cannot reach beyond the payload that dsize allows', () => {
      equal(contentOf('dsize:5; content:"abc"; depth:9;')['depth'], 5);
      equal(contentOf('dsize:>5; content:"abc";')['depth'], undefined);
    });

    it('are settled by the search when nothing else is asked of them', () => {
      const isSettled = (options: string): unknown => contentOf(options)['no_double_inspect'];
      equal(isSettled('content:"abc"; endswith;'), true);
      equal(isSettled('content:"abc"; offset:1;'), false);
      equal(isSettled('content:"abc"; content:"d"; distance:1;'), false);
      equal(isSettled('content:"abc"; fast_pattern:0,2;'), false);
      equal(isSettled('content:!"abc";'), false);
      equal(isSettled('content:"a"; content:"abc";'), false);
    });

    it('know of what counts from their end', () => {
      const options = 'content:"a"; content:!"b"; distance:0; byte_test:1,>,1,0,relative; pcre:"/x/R";';
      equal(contentOf(options)['relative_next'], true);
      equal(contentOf(options, 1)['relative_next'], true);
      equal(contentOf('content:"a"; byte_jump:1,0; isdataat:3,relative;')['relative_next'], false);
      equal(contentOf('content:"a"; base64_decode:relative; base64_data; content:"b";')['relative_next'], false);
    });

    it('that end the buffer by isdataat end it', () => {
      equal(contentOf('content:"a"; isdataat:!1,relative;')['ends_with'], true);
      equal(matchesOf('content:"a"; isdataat:!1,relative;', 'payload').length, 1);
    });
  });

  it('lists the searched buffer first', () => {
    const engines = ruleObject(
      analyseOptions('tcp.hdr; content:"a"; ipv4.hdr; content:"bc"; content:"d"; flow:established;'),
    );
    deepEqual(
      (engines['pkt_engines'] as { name: string; is_mpm: boolean }[]).map(({ name, is_mpm }) => [name, is_mpm]),
      [
        ['ipv4.hdr', true],
        ['tcp.hdr', false],
        ['packet', false],
      ],
    );
    equal((engines['mpm'] as { pattern: string }).pattern, 'bc');
  });

  it('has both readings of a rule for both ways', () => {
    const rules = analyse('alert tcp any any <> any 80 (msg:"m"; content:"a"; sid:1;)').map((rule) => ruleObject(rule));
    deepEqual(
      rules.map(({ flags }) => (flags as string[]).filter((flag) => flag.endsWith('p_any'))),
      [['sp_any'], ['dp_any']],
    );
  });

  it('says what is done', () => {
    const policy = (action: string, options = ''): unknown => {
      const rule = analyse(`${action} tcp any any -> any any (msg:"m"; ${options} sid:1;)`)[0]!;
      return (ruleObject(rule)['match_policy'] as { actions: unknown }).actions;
    };
    deepEqual(policy('alert'), ['alert']);
    deepEqual(policy('alert', 'noalert;'), []);
    deepEqual(policy('drop'), ['alert', 'drop']);
    deepEqual(policy('rejectboth'), ['alert', 'drop', 'reject_both']);
    deepEqual(policy('pass'), ['pass']);
    deepEqual(policy('pass', 'alert;'), ['alert', 'pass']);
  });

  it('says what packets are needed', () => {
    const needs = (options: string): unknown => ruleObject(analyseOptions(options))['requirements'];
    deepEqual(needs('flags:S;'), ['tcp_flags_init_deinit', 'real_pkt']);
    deepEqual(needs('flags:U;'), ['tcp_flags_unusual', 'real_pkt']);
    deepEqual(needs('flags:A;'), ['real_pkt']);
    deepEqual(needs('dsize:0;'), ['no_payload', 'real_pkt']);
    deepEqual(needs('dsize:<5;'), ['real_pkt']);
    deepEqual(needs('dsize:>5;'), ['payload', 'real_pkt']);
    deepEqual(needs('content:"a"; flow:established;'), ['payload', 'flow']);
    deepEqual(needs('content:"a"; stream-event:pkt_invalid_ack;'), ['payload', 'engine_event']);
  });

  it('takes the keyword marked with prefilter in the place of a content', () => {
    const { mpm, prefilter } = ruleObject(analyseOptions('ttl:5; prefilter; content:"abc";'));
    deepEqual([mpm, prefilter], [undefined, { buffer: 'packet', name: 'ttl' }]);
    const marked = ruleObject(analyseOptions('content:"one"; content:"1"; nocase; prefilter;'));
    equal((marked['mpm'] as { pattern: string }).pattern, '1');
  });

  it('remarks on what an option comes to', () => {
    const notes = (options: string): unknown => ruleObject(analyseOptions(options))['notes'];
    deepEqual(notes('content:"abc"; within:10;'), [
      "'within' option for pattern w/o previous content was converted to 'depth'",
    ]);
    equal(notes('content:"abc"; depth:10;'), undefined);
    equal((notes('content:"GET /index";') as string[]).length, 1);
    equal(notes('content:"GET";'), undefined);
  });
});
