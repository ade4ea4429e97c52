// All of Emerging Threats Open, where the shared material is at hand.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeContent } from '../../src/rules/argument.ts';
import { printRule } from '../../src/rules/print-rule.ts';
import { parseRuleText, readRuleFile } from '../../src/rules/rule-file.ts';
import { Variables } from '../../src/rules/variables.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/rules/et-open');

describe('Emerging Threats Open rules', () => {
  before(function () {
    if (existsSync(folder)) return;
    console.log('      skipped: ../shared/rules/et-open is not here');
    this.skip();
  });

  it('parse, in time linear in their size', () => {
    const names = readdirSync(folder).filter((n) => n.endsWith('.rules'));
    const before = process.cpuUsage();
    const files = names.map((n) => readRuleFile(join(folder, n)));
    const seconds = process.cpuUsage(before).user / 1e6;
    const rules = files.flatMap((f) => f.rules);
    console.log(`      ${String(rules.length)} rules in ${seconds.toFixed(2)} s of CPU`);
    assert.equal(rules.length, 31103);
    assert.deepEqual(
      files.flatMap((f) => f.diagnostics),
      [],
    );
    assert.ok(seconds < 6, 'three times the target: something is not linear');
  });

  it('have addresses, ports and patterns that can be read, and print to the same rules', () => {
    const home = '[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]';
    const groups = ['HTTP_SERVERS', 'SMTP_SERVERS', 'SQL_SERVERS', 'DNS_SERVERS', 'TELNET_SERVERS', 'DC_SERVERS'];
    const variables = new Variables(
      {
        HOME_NET: home,
        EXTERNAL_NET: '!$HOME_NET',
        AIM_SERVERS: '$EXTERNAL_NET',
        ...Object.fromEntries(groups.map((g) => [g, '$HOME_NET'])),
      },
      {
        HTTP_PORTS: '80',
        SSH_PORTS: '22',
        SHELLCODE_PORTS: '!80',
        ORACLE_PORTS: '1521',
        FTP_PORTS: '21',
        FILE_DATA_PORTS: '[$HTTP_PORTS,110,143]',
      },
    );
    const bad: string[] = [];
    for (const file of readdirSync(folder).filter((n) => n.endsWith('.rules'))) {
      for (const rule of readRuleFile(join(folder, file)).rules) {
        const results = [
          variables.addresses(rule.source.text),
          variables.addresses(rule.destination.text),
          variables.ports(rule.sourcePort.text),
          variables.ports(rule.destinationPort.text),
          ...rule.options.filter((o) => o.key === 'content').map((o) => decodeContent(o.value!)),
        ];
        for (const r of results) if (!r.ok) bad.push(`${rule.file}:${String(rule.line)}: ${r.error.message}`);
        if (rule.line % 50 === 0 && parseRuleText(printRule(rule), 'x').rules.length !== 1)
          bad.push(`print: ${rule.raw}`);
      }
    }
    assert.deepEqual(bad, []);
  });
});
