// Connections that are announced: met once, by flows between the same hosts, in whichever worker they are.

import assert from 'node:assert/strict';
import { Expectations } from '../../src/applayer/expectations.ts';
import { Journal } from '../../src/base/journal.ts';
import { F, Flows } from '../../src/framework/flows.ts';

const CLIENT = 0x0a000001;
const SERVER = 0x0a000002;
const STATE = { command: 'RETR', name: Uint8Array.of(0x61, 0xff), direction: 1 };

interface Side {
  readonly flows: Flows;
  readonly expectations: Expectations;
  /** How many it was said to have, last. */
  told: number;
}

function side(): Side {
  const flows = new Flows(8);
  const made: Side = { flows, told: 0, expectations: new Expectations(flows, (count) => (made.told = count)) };
  return made;
}

function flowTo({ flows }: Side, port: number, id = 1): number {
  const f = flows.allocate();
  flows.setWord(f, F.src, CLIENT);
  flows.setWord(f, F.dst, SERVER);
  flows.setWord(f, F.ports, (40_000 << 16) | port);
  flows.setDouble(f, F.id, id);
  return f;
}

const passive = (port: number) => ({ protocol: 'ftp-data', port, listener: 'server', state: STATE }) as const;

describe('connections that are announced', () => {
  it('are met once', () => {
    const one = side();
    const control = flowTo(one, 21, 77);
    one.expectations.add(control, passive(2000));
    assert.equal(one.told, 1);
    assert.equal(one.expectations.take(flowTo(one, 2001)), undefined);
    const met = one.expectations.take(flowTo(one, 2000));
    assert.deepEqual([met?.from, met?.fromId, met?.expectation.state], [control, 77, STATE]);
    assert.equal(one.expectations.take(flowTo(one, 2000)), undefined);
    assert.equal(one.told, 0);
  });

  it('do not come any more once the flow is over that announced them', () => {
    const one = side();
    const control = flowTo(one, 21);
    one.expectations.add(control, passive(2000));
    one.expectations.forget(control);
    assert.equal(one.expectations.isAny, false);
    assert.equal(one.expectations.take(flowTo(one, 2000)), undefined);
  });

  it('are met in another worker, and then in no other', () => {
    const memory = Journal.allocate(2);
    const [here, there] = [side(), side()];
    here.expectations.share(new Journal(memory, 0, 2));
    there.expectations.share(new Journal(memory, 1, 2));
    here.expectations.add(flowTo(here, 21, 77), passive(2000));
    assert.equal(there.expectations.isAny, true);
    const met = there.expectations.take(flowTo(there, 2000));
    assert.equal(met?.fromId, 77);
    const { command, direction, name } = met.expectation.state as typeof STATE;
    assert.deepEqual([command, direction, [...name]], ['RETR', 1, [0x61, 0xff]]);
    assert.equal(here.expectations.isAny, false);
    assert.equal(here.expectations.take(flowTo(here, 2000)), undefined);
    // each counts those of its own flows
    assert.deepEqual([here.told, there.told], [0, 0]);
  });

  it('are taken back in all workers', () => {
    const memory = Journal.allocate(2);
    const [here, there] = [side(), side()];
    here.expectations.share(new Journal(memory, 0, 2));
    there.expectations.share(new Journal(memory, 1, 2));
    const control = flowTo(here, 21);
    here.expectations.add(control, passive(2000));
    here.expectations.add(control, passive(2001));
    assert.equal(there.expectations.isAny, true);
    assert.equal(here.told, 2);
    here.expectations.forget(control);
    assert.equal(there.expectations.isAny, false);
    assert.equal(there.expectations.take(flowTo(there, 2001)), undefined);
  });
});
