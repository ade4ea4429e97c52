// tayra run: our words for a live run, and the ones of Suricata that they stand for.

import assert from 'node:assert/strict';
import { translate } from '../../src/cli/run.ts';

describe('tayra run', () => {
  it('is the run that Suricata begins with other words', () => {
    const words = (text: string): string[] => text.split(' ');
    assert.deepEqual(
      translate(words('-i eth1 -i eth2 -r a.rules b.rules --out logs -c x.yaml --set a=b -v udp port 53')),
      words('-i eth1 -i eth2 -S a.rules -S b.rules -l logs -c x.yaml --set a=b -v udp port 53'),
    );
    assert.deepEqual(translate(words('-i default --user tayra')), words('--af-packet --user tayra'));
    const listen = '--listen vxlan://0.0.0.0:4789 --rules folder --config y.yaml';
    assert.deepEqual(translate(words(listen)), words('--listen vxlan://0.0.0.0:4789 -S folder -c y.yaml'));
  });

  it('says what is wrong', () => {
    assert.match(String(translate([])), /no source given/);
    assert.match(String(translate(['udp'])), /no source given/);
    assert.equal(translate(['-i']), '-i needs a value');
    assert.equal(translate(['-i', 'eth0', '--nonsense', 'x']), 'unknown option --nonsense');
  });
});
