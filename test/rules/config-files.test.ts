import assert from 'node:assert/strict';
import { parseClassifications } from '../../src/rules/classification.ts';
import { parseReferences } from '../../src/rules/reference.ts';
import { parseThresholds } from '../../src/rules/threshold-file.ts';
import { Variables } from '../../src/rules/variables.ts';

describe('classification.config', () => {
  it('gives names without case, in order', () => {
    const { entries, diagnostics } = parseClassifications(
      '# names\n\nconfig classification: Bad-Unknown, Potentially, Bad Traffic, 2\n config classification: misc,Misc,3\r\n',
      'c',
    );
    assert.deepEqual(diagnostics, []);
    const entry = entries.get('bad-unknown')!;
    assert.equal(entry.label, 'Bad-Unknown');
    assert.equal(entry.description, 'Potentially, Bad Traffic');
    assert.deepEqual([entry.priority, entry.id, entries.get('misc')!.id, entries.get('misc')!.span.line], [2, 1, 2, 4]);
  });
  it('warns about bad lines and duplicates and goes on', () => {
    const { entries, diagnostics } = parseClassifications(
      'config classification: a,A\nconfig classification: b,B,0\nconfig classification: c,C,1\nconfig classification: C,D,2\n',
      'c',
    );
    assert.deepEqual([...entries.keys()], ['c']);
    assert.deepEqual(
      diagnostics.map((d) => [d.code, d.span.line]),
      [
        ['classification/syntax', 1],
        ['classification/syntax', 2],
        ['classification/duplicate', 4],
      ],
    );
  });
});

describe('reference.config', () => {
  it('gives URL prefixes', () => {
    const { systems, diagnostics } = parseReferences(
      'config reference: CVE   http://x/?name=\nconfig reference: url http://\nnonsense\n',
      'r',
    );
    assert.equal(systems.get('cve')!.url, 'http://x/?name=');
    assert.equal(systems.get('url')!.url, 'http://');
    assert.deepEqual(
      diagnostics.map((d) => [d.code, d.span.line, d.span.column]),
      [['reference/syntax', 3, 1]],
    );
  });
});

describe('threshold.config', () => {
  const variables = new Variables({ SUPPRESS: '[10.0.0.1,10.0.0.2]' });
  const parse = (text: string) => parseThresholds(text, 't', variables);
  const one = (text: string) => {
    const { entries, diagnostics } = parse(text);
    assert.deepEqual(diagnostics, []);
    const { span, ...rest } = entries[0]!;
    assert.ok(span.line > 0);
    return rest;
  };
  it('suppresses always, or by address, list or variable', () => {
    assert.deepEqual(one('suppress gen_id 1, sig_id 2'), { kind: 'suppress', gid: 1, sid: 2 });
    for (const ip of ['10.0.0.1-10.0.0.2', '[10.0.0.1, 10.0.0.2]', '$SUPPRESS']) {
      const entry = one(`suppress gen_id 1, sig_id 2, track by_either, ip ${ip}`);
      assert.ok(entry.kind === 'suppress');
      assert.equal(entry.track, 'by_either');
      assert.equal(entry.addresses!.toString(), '10.0.0.1-10.0.0.2');
    }
  });
  it('limits alerts; event_filter is the same', () => {
    const expected = {
      kind: 'threshold',
      gid: 1,
      sid: 0,
      type: 'both',
      track: 'by_flow',
      count: 5,
      seconds: 60,
      multiplier: 0,
    };
    assert.deepEqual(one('threshold gen_id 1, sig_id 0, type both, track by_flow, count 5, seconds 60'), expected);
    assert.deepEqual(one('event_filter gen_id 1,sig_id 0,type both,track by_flow,count 5,seconds 60'), expected);
    const backoff = one('threshold gen_id 1, sig_id 3, type backoff, track by_flow, count 1, multiplier 10');
    assert.ok(backoff.kind === 'threshold');
    assert.equal(backoff.multiplier, 10);
  });
  it('changes actions by rate, over continuation lines', () => {
    assert.deepEqual(
      one(
        'rate_filter gen_id 1, sig_id 9, track by_rule, \\\n count 3, seconds 60, \\\r\n new_action drop, timeout 10',
      ),
      {
        kind: 'rate_filter',
        gid: 1,
        sid: 9,
        track: 'by_rule',
        count: 3,
        seconds: 60,
        newAction: 'drop',
        timeout: 10,
      },
    );
  });
  const faults: [line: string, message: string, column: number][] = [
    ['block gen_id 1', '"block" starts no entry', 1],
    ['suppress gen_id 1', 'field sig_id is missing', 1],
    ['suppress gen_id 1, sig_id', 'field sig_id has no value', 20],
    ['suppress gen_id 1, gen_id 1', 'field gen_id is given twice', 20],
    ['suppress gen_id x, sig_id 1', 'gen_id: "x" is not a number', 17],
    ['suppress gen_id 0, sig_id 1', 'sig_id needs a gen_id other than 0', 1],
    ['suppress gen_id 1, sig_id 1, track by_src', 'field ip is missing', 1],
    ['suppress gen_id 1, sig_id 1, track by_src, ip $X', 'address variable $X is not defined', 47],
    ['suppress gen_id 1, sig_id 1, track by_both, ip 1.1.1.1', 'track cannot be "by_both"', 36],
    ['threshold gen_id 1, sig_id 1, type limit, track by_src, count 0, seconds 1', 'count: 0 is less than 1', 63],
    [
      'threshold gen_id 1, sig_id 1, type limit, track by_src, count 1, seconds 1, ip 1.1.1.1',
      'threshold has no field "ip"',
      80,
    ],
    [
      'threshold gen_id 1, sig_id 1, type backoff, track by_src, count 1, multiplier 2',
      'backoff works with track by_flow only',
      1,
    ],
    [
      'rate_filter gen_id 1, sig_id 1, track by_src, count 1, seconds 1, new_action shout, timeout 1',
      'new_action cannot be "shout"',
      78,
    ],
  ];
  for (const [line, message, column] of faults) {
    it(`${line}: ${message}`, () => {
      const { entries, diagnostics } = parse(`# first\n${line}\nsuppress gen_id 1, sig_id 2\n`);
      assert.equal(entries.length, 1);
      assert.deepEqual(
        diagnostics.map((d) => [d.message, d.span.line, d.span.column]),
        [[message, 2, column]],
      );
    });
  }
});
