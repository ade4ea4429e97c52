// Rules and packets made here: told of the packets that Suricata was told of when it ran the same.

import assert from 'node:assert/strict';
import { differences, runHere } from './rule-runs.ts';
import { readAnswers, ruleCase } from './rule-cases.ts';

describe('rules whose alerts are recorded', function () {
  this.timeout(60_000);
  const { peer, cases } = readAnswers();
  for (const [name, answer] of Object.entries(cases))
    it(`become what Suricata ${peer} made of them: ${name}`, () => {
      const one = ruleCase(name);
      assert.ok(Object.keys(answer.packets).length > one.rules.length / 10, 'too few rules match anything');
      assert.deepEqual(differences(one, runHere(one), answer), []);
    });
});
