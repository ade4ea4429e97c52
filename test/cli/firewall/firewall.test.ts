// Rules of the firewall: what is queued and what never is; what goes in comes out again.

import assert from 'node:assert/strict';
import { findFirewall } from '../../../src/cli/firewall/firewall.ts';
import type { Firewall, RunProgram } from '../../../src/cli/firewall/firewall.ts';
import { setupText, teardownText } from '../../../src/cli/firewall/iptables.ts';
import { setupScript, teardownScript } from '../../../src/cli/firewall/nft.ts';
import { DEFAULT_EXCLUDES, parseExclude } from '../../../src/cli/firewall/plan.ts';
import type { FirewallPlan } from '../../../src/cli/firewall/plan.ts';

const PLAIN: FirewallPlan = {
  queues: [0, 0],
  hooks: ['FORWARD'],
  excludes: [],
  passesUnattended: true,
  bypass: { mark: 0, mask: 0 },
};
const FULL: FirewallPlan = {
  queues: [4, 7],
  hooks: ['INPUT', 'OUTPUT'],
  excludes: [...DEFAULT_EXCLUDES, { address: '192.0.2.0/24', port: undefined }, { address: '2001:db8::1', port: 443 }],
  passesUnattended: false,
  bypass: { mark: 0x80000000 | 0, mask: 0x80000000 | 0 },
};

describe('exclusions from the queues', () => {
  it('are addresses, networks, ports, or both', () => {
    assert.deepEqual(parseExclude('192.0.2.7'), { address: '192.0.2.7', port: undefined });
    assert.deepEqual(parseExclude('192.0.2.0/24'), { address: '192.0.2.0/24', port: undefined });
    assert.deepEqual(parseExclude('192.0.2.7:8443'), { address: '192.0.2.7', port: 8443 });
    assert.deepEqual(parseExclude(':22'), { address: undefined, port: 22 });
    assert.deepEqual(parseExclude('2001:db8::1'), { address: '2001:db8::1', port: undefined });
    assert.deepEqual(parseExclude('2001:db8::/32'), { address: '2001:db8::/32', port: undefined });
    assert.deepEqual(parseExclude('[2001:db8::1]:443'), { address: '2001:db8::1', port: 443 });
  });

  it('are nothing else: they become words of a command', () => {
    const wrong = [
      '',
      ':',
      ':0',
      ':65536',
      'host',
      'host:22',
      '192.0.2.7:',
      '192.0.2.0/33',
      '192.0.2.0/24/1',
      '::1/129',
    ];
    for (const text of [...wrong, '192.0.2.7 -j ACCEPT', '[::1]', '192.0.2.7:22\n'])
      assert.equal(parseExclude(text), undefined, text);
  });
});

describe('rules for iptables', () => {
  it('queue what is forwarded, and let it pass while nobody is there', () => {
    const text = '*mangle\n:TAYRA-QUEUE-0 - [0:0]\n-A TAYRA-QUEUE-0 -j NFQUEUE --queue-num 0 --queue-bypass\n';
    assert.equal(setupText(PLAIN, 4), `${text}-I FORWARD 1 -j TAYRA-QUEUE-0\nCOMMIT\n`);
    assert.equal(setupText(PLAIN, 6), setupText(PLAIN, 4));
  });

  it('exclude both directions, of the family at hand, before anything is queued', () => {
    const lines = setupText(FULL, 4).split('\n');
    assert.deepEqual(lines.slice(3, 9), [
      '-A TAYRA-QUEUE-4 -m connmark --mark 0x80000000/0x80000000 -j RETURN',
      '-A TAYRA-QUEUE-4 -p tcp --dport 22 -j RETURN',
      '-A TAYRA-QUEUE-4 -p tcp --sport 22 -j RETURN',
      '-A TAYRA-QUEUE-4 -d 192.0.2.0/24 -j RETURN',
      '-A TAYRA-QUEUE-4 -s 192.0.2.0/24 -j RETURN',
      '-A TAYRA-QUEUE-4 -j NFQUEUE --queue-balance 4:7',
    ]);
    assert.deepEqual(lines.slice(9), [
      '-A TAYRA-MARK-4 -m mark --mark 0x80000000/0x80000000 -j CONNMARK --save-mark --nfmask 0x80000000 --ctmask 0x80000000',
      '-I POSTROUTING 1 -j TAYRA-MARK-4',
      '-I INPUT 1 -j TAYRA-QUEUE-4',
      '-I OUTPUT 1 -j TAYRA-QUEUE-4',
      'COMMIT',
      '',
    ]);
    assert.ok(setupText(FULL, 6).includes('-d 2001:db8::1 -p tcp --dport 443 -j RETURN'));
    assert.ok(!setupText(FULL, 6).includes('192.0.2'));
  });

  it('are taken out wherever they are, and nothing else is', () => {
    const listing = [
      '-P FORWARD ACCEPT',
      '-N OTHER',
      '-N TAYRA-QUEUE-0',
      '-N TAYRA-MARK-0',
      '-A FORWARD -j TAYRA-QUEUE-0',
      '-A FORWARD -j OTHER',
      '-A POSTROUTING -j TAYRA-MARK-0',
      '-A TAYRA-QUEUE-0 -p tcp -m tcp --dport 22 -j RETURN',
      '',
    ].join('\n');
    assert.deepEqual(teardownText(listing).split('\n'), [
      '*mangle',
      '-D FORWARD -j TAYRA-QUEUE-0',
      '-D POSTROUTING -j TAYRA-MARK-0',
      '-F TAYRA-QUEUE-0',
      '-F TAYRA-MARK-0',
      '-X TAYRA-QUEUE-0',
      '-X TAYRA-MARK-0',
      'COMMIT',
      '',
    ]);
    assert.equal(teardownText('-P FORWARD ACCEPT\n-N OTHER\n-A FORWARD -j OTHER\n'), '');
  });
});

describe('rules for nft', () => {
  it('are a table of their own', () => {
    const text = setupScript(FULL);
    assert.match(text, /^table inet tayra_queue_4 \{/);
    assert.match(text, /chain input \{\n {4}type filter hook input priority -150; policy accept;\n/);
    for (const rule of [
      'ct mark and 0x80000000 == 0x80000000 accept',
      'tcp dport 22 accept',
      'ip saddr 192.0.2.0/24 accept',
      'ip6 daddr 2001:db8::1 tcp dport 443 accept',
      'queue num 4-7',
      'meta mark and 0x80000000 == 0x80000000 ct mark set ct mark or 0x80000000',
    ])
      assert.ok(text.split('\n').includes(`    ${rule}`), rule);
    assert.ok(setupScript(PLAIN).includes('    queue num 0 bypass\n'));
  });

  it('are taken out as a whole', () => {
    assert.equal(teardownScript('table inet filter\ntable inet tayra_queue_4\n'), 'delete table inet tayra_queue_4\n');
    assert.equal(teardownScript('table inet filter\n'), '');
  });
});

describe('a firewall', () => {
  /** Answers of programs by name; what they were asked is kept. */
  function firewall(
    answers: Readonly<Record<string, number>>,
    listing = '',
  ): { found: Firewall | string; asked: string[] } {
    const asked: string[] = [];
    const run: RunProgram = (program, _words, input) => {
      asked.push(input === '' ? program : `${program} < ${input.split('\n')[0]!}`);
      return { status: answers[program], output: listing, error: 'refused' };
    };
    return { found: findFirewall(run), asked };
  }

  it('is spoken to through iptables, or nft where that is missing', () => {
    const { found } = firewall({ iptables: 0, ip6tables: 0 });
    assert.equal((found as Firewall).tool, 'iptables');
    assert.equal((firewall({ nft: 0 }).found as Firewall).tool, 'nft');
    assert.equal(firewall({}).found, 'neither iptables nor nft is there');
    assert.equal(firewall({ iptables: 4 }).found, 'iptables: refused');
  });

  it('is left as it was when a part of the rules cannot be added', () => {
    const programs = { iptables: 0, ip6tables: 0, 'iptables-restore': 0, 'ip6tables-restore': 2 };
    const { found, asked } = firewall(programs, '-N TAYRA-QUEUE-0');
    asked.length = 0;
    assert.equal((found as Firewall).setUp(PLAIN), 'ip6tables-restore: refused');
    assert.deepEqual(asked.slice(0, 4), [
      'iptables-restore < *mangle',
      'ip6tables-restore < *mangle',
      'iptables',
      'iptables-restore < *mangle',
    ]);
  });
});
