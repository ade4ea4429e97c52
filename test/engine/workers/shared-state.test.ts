import assert from 'node:assert/strict';
import { Counters } from '../../../src/base/counters.ts';
import { Journal } from '../../../src/base/journal.ts';
import { Dataset } from '../../../src/detect/dataset/dataset.ts';
import { Datasets } from '../../../src/detect/dataset/datasets.ts';
import { Tags } from '../../../src/detect/tag/tags.ts';
import type { DetectContext } from '../../../src/framework/detect-context.ts';
import { Flows } from '../../../src/framework/flows.ts';
import { HostBits } from '../../../src/keywords/xbits.ts';
import { ascii, decode, udp4 } from '../../support/packets.ts';

const SECOND = 1e6;

/** The ends of a journal of two workers. */
function journals(): [Journal, Journal] {
  const memory = Journal.allocate(2);
  return [new Journal(memory, 0, 2), new Journal(memory, 1, 2)];
}

const packetBetween = (src: string, dst: string) => decode(udp4({}, ascii('x'), { src, dst })).packet;

describe('what workers share', () => {
  it('marks of hosts: set, toggled and taken away by any of them', () => {
    const [here, there] = journals();
    const ours = new HostBits();
    const theirs = new HostBits();
    // names come up in another order there
    theirs.tag('xbits/host/other');
    const tag = ours.tag('xbits/host/seen');
    assert.equal(theirs.tag('xbits/host/seen'), tag);
    ours.share(here);
    theirs.share(there);
    const p = packetBetween('10.0.0.1', '10.0.0.2');
    const q = packetBetween('10.0.0.1', '10.0.0.3');
    const mark = { tag, track: 'ip_src', until: 10 * SECOND } as const;
    ours.apply('set', mark, p, SECOND);
    assert.equal(theirs.isSet(tag, 'ip_src', q, 2 * SECOND), true);
    assert.equal(theirs.isSet(tag, 'ip_src', q, 11 * SECOND), false);
    assert.equal(theirs.isSet(tag, 'ip_dst', q, 2 * SECOND), false);
    theirs.apply('toggle', mark, q, 3 * SECOND);
    assert.equal(ours.isSet(tag, 'ip_src', p, 3 * SECOND), false);
    ours.apply('toggle', mark, p, 4 * SECOND);
    theirs.apply('unset', mark, q, 5 * SECOND);
    assert.equal(ours.isSet(tag, 'ip_src', p, 5 * SECOND), false);
  });

  it('data sets, also one that a worker has no rule for yet', () => {
    const [here, there] = journals();
    const ours = new Datasets();
    const theirs = new Datasets();
    ours.put(new Dataset('names', 'string'));
    ours.share(here);
    theirs.share(there);
    const text = ascii('..example..');
    assert.equal(ours.get('names')!.add(text, 2, 9), true);
    assert.equal(ours.get('names')!.add(text, 2, 9), false);
    there.catchUp();
    theirs.put(new Dataset('names', 'string'));
    assert.notEqual(theirs.get('names')!.find(text, 2, 9), null);
    assert.equal(theirs.get('names')!.add(text, 2, 9), false);
    assert.equal(theirs.get('names')!.remove(text, 2, 9), true);
    assert.equal(ours.get('names')!.find(text, 2, 9), null);
  });

  it('tags of hosts, whose packets count wherever they come by', () => {
    const [here, there] = journals();
    const ours = new Tags();
    const theirs = new Tags();
    ours.share(here);
    theirs.share(there);
    const context = { flows: new Flows(16), counters: new Counters(), now: SECOND } as unknown as DetectContext;
    const p = packetBetween('10.0.0.1', '10.0.0.2');
    const q = packetBetween('10.0.0.1', '10.0.0.3');
    ours.add({ scope: 'host', count: 3, metric: 'packets', side: 'src' }, { gid: 1, sid: 1 }, p, context);
    const taken = [ours.takes(p, context)];
    there.catchUp();
    assert.equal(theirs.isActive, true);
    for (const tags of [theirs, ours, theirs]) taken.push(tags.takes(q, context));
    assert.deepEqual(taken, [false, true, true, false]);
  });
});
