import assert from 'node:assert/strict';
import { Variables } from '../../src/rules/variables.ts';

const variables = new Variables(
  {
    HOME_NET: '[10.0.0.0/8,2001:db8::/32]',
    EXTERNAL_NET: '!$HOME_NET',
    DMZ: '10.1.0.0/16',
    LOOP_A: '$LOOP_B',
    LOOP_B: '[$LOOP_A]',
    ALL: 'any',
    BROKEN: '[1.2.3',
  },
  { HTTP_PORTS: '[80,8080]', WEB: '[$HTTP_PORTS,443]' },
);

function addresses(text: string): string {
  const result = variables.addresses(text);
  return result.ok ? result.value.toString() : `error: ${result.error.message}`;
}

function ports(text: string): string {
  const result = variables.ports(text);
  return result.ok ? result.value.toString() : `error: ${result.error.message}`;
}

// every expectation here was seen in Suricata 8
describe('addresses', () => {
  const cases: [text: string, expected: string][] = [
    ['any', 'any'],
    ['ANY', 'any'],
    ['1.1.1.1', '1.1.1.1'],
    ['1.1.1.0/24', '1.1.1.0-1.1.1.255'],
    ['1.1.1.0/255.255.255.0', '1.1.1.0-1.1.1.255'],
    ['1.1.1.1-1.1.1.9', '1.1.1.1-1.1.1.9'],
    ['2001::1-2001::2', '2001::1-2001::2'],
    ['[1.1.1.1, 1.1.1.2]', '1.1.1.1-1.1.1.2'],
    ['1.1.1.1,1.1.1.2', '1.1.1.1-1.1.1.2'],
    ['[1.1.1.1,]', '1.1.1.1'],
    ['!1.1.1.1', '0.0.0.0-1.1.1.0,1.1.1.2-255.255.255.255'],
    ['[2001::1,!1.1.1.1]', '0.0.0.0-1.1.1.0,1.1.1.2-255.255.255.255,2001::1'],
    ['![1.1.1.0/24,!1.1.1.2]', '0.0.0.0-1.1.0.255,1.1.1.2,1.1.2.0-255.255.255.255'],
    ['![!1.1.1.1]', '1.1.1.1'],
    ['[1.1.1.1,[1.1.2.0/24,!1.1.1.1]]', '1.1.2.0-1.1.2.255'],
    [
      '[$HOME_NET,!$DMZ]',
      '10.0.0.0-10.0.255.255,10.2.0.0-10.255.255.255,2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    ],
    ['!$EXTERNAL_NET', '10.0.0.0-10.255.255.255,2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['0.0.0.0/0', '0.0.0.0-255.255.255.255'],
    ['!any', 'error: complete address space negated'],
    ['!$ALL', 'error: complete address space negated'],
    ['!0.0.0.0/0', 'error: complete address space negated'],
    ['[1.1.1.1,!1.1.1.1]', 'error: no address left after taking away the negated ones'],
    ['[]', 'error: no address left after taking away the negated ones'],
    ['1.1.1.2-1.1.1.1', 'error: the range ends before it starts'],
    ['1.1.1.1/33', 'error: "1.1.1.1/33" is not an address'],
    ['1.1.1', 'error: "1.1.1" is not an address'],
    ['$NOPE', 'error: address variable $NOPE is not defined'],
    ['$LOOP_A', 'error: $LOOP_B: address variable $LOOP_A contains itself: $LOOP_A -> $LOOP_B -> $LOOP_A'],
    ['$BROKEN', 'error: $BROKEN: a "[" is never closed'],
    ['[1.1.1.1,,1.1.1.2]', 'error: "," does not belong in an address'],
    ['!!1.1.1.1', 'error: two negations in a row'],
    ['[1.1.1.1', 'error: a "[" is never closed'],
    ['', 'error: the address is incomplete'],
    [`${'['.repeat(200)}1.1.1.1${']'.repeat(200)}`, 'error: lists nest deeper than 64'],
  ];
  for (const [text, expected] of cases)
    it(text.slice(0, 40) || '(empty)', () => {
      assert.equal(addresses(text), expected);
    });

  it('are asked by word, signed or not', () => {
    const result = variables.addresses('[255.0.0.0/8,2001:db8::/32,ffff::1]');
    assert.ok(result.ok);
    assert.ok(result.value.contains4(0xff000001) && result.value.contains4(0xff000001 | 0));
    assert.ok(!result.value.contains4(0xfe000001));
    assert.ok(result.value.contains6(0x20010db8, -1, -1, -1) && result.value.contains6(0xffff0000 | 0, 0, 0, 1));
    assert.ok(!result.value.contains6(0x20010db9, 0, 0, 0) && !result.value.contains6(0, 0, 0, 0));
  });
  it('that are equal are one object', () => {
    const [a, b] = [variables.addresses('10.1.0.0/16'), variables.addresses('$DMZ')];
    assert.ok(a.ok && b.ok && a.value === b.value);
  });
  it('hint at the nearest variable', () => {
    const result = variables.addresses('[1.1.1.1,$HOMENET]');
    assert.ok(!result.ok);
    assert.deepEqual(result.error, {
      message: 'address variable $HOMENET is not defined',
      at: 9,
      length: 8,
      hint: 'did you mean $HOME_NET?',
      code: 'rule/unknown-variable',
    });
  });
});

describe('ports', () => {
  const cases: [text: string, expected: string][] = [
    ['any', 'any'],
    ['80', '80'],
    ['[80,81]', '80:81'],
    ['80,[82,83]', '80,82:83'],
    ['1024:', '1024:65535'],
    [':80', '0:80'],
    [':', 'any'],
    ['[1: 3]', '1:3'],
    ['!80', '0:79,81:65535'],
    ['[! 80]', '0:79,81:65535'],
    ['!80,!1', '0,2:79,81:65535'],
    ['[1:80,![2,4]]', '1,3,5:80'],
    ['[1,[2,3],!3]', '1:2'],
    ['![!80]', '80'],
    ['[1,any]', 'any'],
    ['$WEB', '80,443,8080'],
    ['!$HTTP_PORTS', '0:79,81:8079,8081:65535'],
    ['![1:80,!2]', 'error: no port left after taking away the negated ones'],
    ['!any', 'error: complete port space negated'],
    ['[80,!80]', 'error: no port left after taking away the negated ones'],
    ['[]', 'error: no port left after taking away the negated ones'],
    ['80-81', 'error: a port range is not written with "-"'],
    ['81:80', 'error: the range ends before it starts'],
    ['65536', 'error: a port is at most 65535'],
    ['0x50', 'error: "0x50" is not a port'],
    ['[1,,2]', 'error: "," does not belong in a port'],
    ['$HOME_NET', 'error: port variable $HOME_NET is not defined'],
  ];
  for (const [text, expected] of cases)
    it(text, () => {
      assert.equal(ports(text), expected);
    });
});

describe('the vars section', () => {
  it('reports each faulty variable', () => {
    assert.deepEqual(
      variables.check().map((p) => `${p.kind} ${p.name}: ${p.error.code ?? ''}`),
      [
        'address LOOP_A: rule/circular-variable',
        'address LOOP_B: rule/circular-variable',
        'address BROKEN: rule/address',
      ],
    );
  });
});
