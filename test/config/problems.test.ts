// Settings that the program refuses to run with.

import assert from 'node:assert/strict';
import { ConfigNode, configProblem, setFinal } from '../../src/config/index.ts';

const problem = (settings: Readonly<Record<string, string>>): string | undefined => {
  const config = new ConfigNode('');
  for (const [path, value] of Object.entries(settings)) setFinal(config, path, value);
  return configProblem(config);
};

describe('settings that stop the start', () => {
  it('a rate of elephants that is not whole', () => {
    const rate = (bytes?: string, interval?: string): string | undefined =>
      problem({
        ...(bytes === undefined ? {} : { 'flow.rate-tracking.bytes': bytes }),
        ...(interval === undefined ? {} : { 'flow.rate-tracking.interval': interval }),
      });
    assert.equal(rate('1gb', '10'), undefined);
    assert.match(rate('1gb')!, /needs both bytes and interval/);
    assert.match(rate(undefined, '10')!, /needs both/);
    assert.match(rate('some', '10')!, /bytes "some" is no size/);
    assert.match(rate('1gb', '0')!, /interval "0" is no number of seconds/);
    assert.match(rate('1gb', '10s')!, /interval "10s"/);
  });

  it('statistics in EVE where there are none', () => {
    const eve = { 'outputs.0': 'eve-log', 'outputs.0.eve-log.types.0': 'stats' };
    assert.equal(problem(eve), undefined);
    assert.match(problem({ ...eve, 'stats.enabled': 'no' })!, /type stats/);
    assert.equal(problem({ ...eve, 'stats.enabled': 'no', 'outputs.0.eve-log.enabled': 'no' }), undefined);
  });
});
