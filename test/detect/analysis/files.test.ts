import { deepEqual, equal, match } from 'node:assert/strict';
import {
  dependenciesOf,
  fastPatternReport,
  flowbitsObject,
  groupsObject,
  patternsObject,
  ruleReport,
} from '../../../src/detect/analysis/index.ts';
import { PortSet } from '../../../src/rules/index.ts';
import { analyse, analyseOptions } from './support.ts';

const OPTIONS = {
  withRules: true,
  withSearch: true,
  preferred: { tcp: PortSet.of([[80, 80]]), udp: PortSet.of([]) },
  max: { toserver: 40, toclient: 20 },
};

interface Group {
  readonly id: number;
  readonly rules: readonly { readonly sig_id: number }[];
}
interface PortEntry {
  readonly port: number;
  readonly port2: number;
  readonly rulegroup: Group;
}

describe('rule_group.json', () => {
  const rules = analyse(
    'alert tcp any any -> any 80 (msg:"a"; flow:to_server; content:"abc"; sid:2;)',
    'alert tcp any any -> any 100 (msg:"b"; flow:to_server; content:"abc"; sid:3;)',
    'alert tcp any any -> any 80:100 (msg:"c"; flow:to_server; content:"abc"; sid:4;)',
    'alert ip any any -> any any (msg:"d"; sid:5;)',
    'alert icmp any any -> any any (msg:"e"; itype:8; sid:6;)',
  );
  const dump = groupsObject(rules, OPTIONS);

  it('has the groups of each port', () => {
    const entries = (dump['tcp'] as unknown as { toserver: PortEntry[] }).toserver;
    deepEqual(
      entries.map(({ port, port2, rulegroup }) => [port, port2, rulegroup.id, ...rulegroup.rules.map((r) => r.sig_id)]),
      [
        [80, 80, 0, 2, 4],
        [100, 100, 1, 3, 4],
        [81, 99, 2, 4],
      ],
    );
  });

  it('has rules without ports by protocol, and none about addresses alone', () => {
    deepEqual(Object.keys(dump), ['icmpv4', 'tcp', 'icmpv6']);
    const { toclient } = dump['icmpv4'] as unknown as { toclient: { rulegroup: Group } };
    deepEqual(toclient.rulegroup.rules, [{ sig_id: 6 }]);
  });

  it('leaves out what was not asked for', () => {
    const brief = groupsObject(rules, { ...OPTIONS, withRules: false, withSearch: false });
    equal(JSON.stringify(brief).includes('"rules"'), false);
    equal(JSON.stringify(brief).includes('avg_strength'), false);
  });
});

describe('patterns.json', () => {
  it('counts a pattern once per direction, and apart by what is asked of it', () => {
    const { buffers } = patternsObject(
      analyse(
        'alert tcp any any -> any any (msg:"a"; content:"abc"; sid:1;)',
        'alert tcp any any -> any any (msg:"b"; content:"abc"; content:"longer"; flow:to_server; sid:2;)',
        'alert tcp any any -> any any (msg:"c"; content:"abc"; depth:9; sid:3;)',
      ),
    ) as unknown as { buffers: { name: string; patterns: { pattern: string; cnt: number; mpm: number }[] }[] };
    equal(buffers[0]!.name, 'payload');
    deepEqual(
      buffers[0]!.patterns.map(({ pattern, cnt, mpm }) => [pattern, cnt, mpm]),
      [
        ['abc', 3, 2],
        ['longer', 1, 1],
        ['abc', 2, 2],
      ],
    );
  });
});

describe('flowbits.json', () => {
  it('lists who sets and who asks', () => {
    const rules = analyse(
      'alert tcp any any -> any any (msg:"a"; content:"x"; flowbits:set,f; sid:1;)',
      'alert tcp any any -> any any (msg:"b"; flowbits:isset,f|g; sid:2;)',
    );
    const { flowbits } = flowbitsObject(rules) as unknown as { flowbits: Record<string, unknown>[] };
    deepEqual([flowbits[0]!['name'], flowbits[0]!['sets'], flowbits[0]!['isset']], ['f', [1], [2]]);
    deepEqual([flowbits[1]!['set_cnt'], flowbits[1]!['isset_cnt']], [0, 1]);
  });

  it('is nothing without flowbits', () => equal(flowbitsObject([analyseOptions('ttl:1;')]), null));
});

describe('dependencies', () => {
  const ON_HTTP = 'http.uri; content:"GET";';
  const of = (...rules: readonly (readonly [header: string, options: string])[]): Record<number, unknown> => {
    const analysed = analyse(
      ...rules.map(
        ([protocol, options], i) => `alert ${protocol} any any -> any any (msg:"m"; ${options} sid:${i + 1};)`,
      ),
    );
    const found = dependenciesOf(analysed);
    return Object.fromEntries([...found].map(([{ sid }, dependency]) => [sid, dependency]));
  };
  const upstream = (sids: readonly number[], names: readonly string[]): unknown => ({
    flowbits: { upstream: { state_modifying_rules: { sids, names } } },
  });

  it('are the rules on transactions that set what packets and streams ask for, and who sets it besides', () => {
    const setters = [
      ['http', `flowbits:set,a; ${ON_HTTP}`],
      ['http', `flowbits:set,b; ${ON_HTTP}`],
      ['tcp', 'flowbits:set,b; content:"x";'],
    ] as const;
    const askers = [
      ['ip', 'flowbits:isset,a;'],
      ['tcp', 'content:"y"; flowbits:isset,b|a|c;'],
    ] as const;
    deepEqual(of(...setters, ...askers), { 4: upstream([1], ['a']), 5: upstream([1, 2, 3], ['a', 'b']) });
  });

  it('are none where transactions ask as well, where no transaction sets, and of what is not to be set', () => {
    const set = ['http', `flowbits:set,a; ${ON_HTTP}`] as const;
    deepEqual(of(set, ['ip', 'flowbits:isset,a;'], ['http', `flowbits:isset,a; ${ON_HTTP}`]), {});
    deepEqual(of(['tcp', 'flowbits:set,a; content:"x";'], ['ip', 'flowbits:isset,a;']), {});
    deepEqual(of(set, ['ip', 'flowbits:isnotset,a;']), {});
    deepEqual(of(['http', `flowbits:toggle,a; ${ON_HTTP}`], ['ip', 'flowbits:isset,a;']), {});
  });
});

describe('reports', () => {
  it('say what is searched where', () => {
    match(
      ruleReport(analyseOptions('content:"|03|abc"; startswith;')),
      /Fast Pattern "\\x03abc" on "payload and reassembled stream" buffer/,
    );
    match(ruleReport(analyseOptions('flow:to_server; ttl:1;')), /No warnings for this rule\./);
  });

  it('show the part of a pattern that is searched', () => {
    const report = fastPatternReport(analyseOptions('content:"abcdefghijkl"; fast_pattern:3,4; offset:2; nocase;'));
    match(report, /Flags: Offset Nocase\n/);
    match(report, /Final content: defg\n/);
  });
});
