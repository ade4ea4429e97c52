import assert from 'node:assert/strict';
import { Counters } from '../../../src/base/counters.ts';
import { Journal } from '../../../src/base/journal.ts';
import { Dataset } from '../../../src/detect/dataset/dataset.ts';
import { Datasets } from '../../../src/detect/dataset/datasets.ts';
import { Tags } from '../../../src/detect/tag/tags.ts';
import { ThresholdResult, Thresholds } from '../../../src/detect/threshold/index.ts';
import type { DetectContext } from '../../../src/framework/detect-context.ts';
import { Flows } from '../../../src/framework/flows.ts';
import type { Signature, ThresholdSpec } from '../../../src/framework/signature.ts';
import { HostBits } from '../../../src/keywords/xbits.ts';
import { ascii, decode, udp4 } from '../../support/packets.ts';

const SECOND = 1e6;

/** The ends of a journal of two workers. */
function journals(): [Journal, Journal] {
  const memory = Journal.allocate(2);
  return [new Journal(memory, 0, 2), new Journal(memory, 1, 2)];
}

const BASE = { multiplier: 0, uniqueOn: 'none', newAction: 0, timeout: 0, covers: null } as const;

function signature(spec: Pick<ThresholdSpec, 'type' | 'track' | 'count' | 'seconds'>, sid = 5): Signature {
  return { gid: 1, sid, threshold: { ...BASE, ...spec } } as Signature;
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
    // with what is known of an entry
    assert.equal(theirs.get('names')!.addWithContext('example', '{"né":1}'), true);
    assert.equal(ours.get('names')!.find(text, 2, 9)?.context, '{"né":1}');
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

  it('marks, data sets, tags and counts are handed to a worker that comes later', () => {
    const [here, there] = journals();
    const context = { flows: new Flows(16), counters: new Counters(), now: SECOND } as unknown as DetectContext;
    const p = packetBetween('10.0.0.1', '10.0.0.2');
    const q = packetBetween('10.0.0.1', '10.0.0.3');
    const text = ascii('..example..');

    const bits = [new HostBits(), new HostBits()] as const;
    const tag = bits[0].tag('xbits/host/seen');
    bits[0].apply('set', { tag, track: 'ip_src', until: 10 * SECOND }, p, SECOND);
    bits[1].restore(structuredClone(bits[0].content()));
    assert.equal(bits[1].isSet(tag, 'ip_src', q, 2 * SECOND), true);
    assert.equal(bits[1].isSet(tag, 'ip_dst', q, 2 * SECOND), false);

    const sets = [new Datasets(), new Datasets()] as const;
    for (const name of ['names', 'late', 'bare']) sets[0].put(new Dataset(name, 'string'));
    sets[0].share(here);
    sets[0].get('names')!.addText('Z29uZQ==', 7);
    for (const name of ['names', 'late']) sets[0].get(name)!.add(text, 2, 9);
    sets[0].get('names')!.removeText('Z29uZQ==');
    const own = new Dataset('names', 'string');
    own.addText('Z29uZQ==', 7);
    sets[1].put(own);
    sets[1].share(there);
    there.enter();
    sets[1].restore(structuredClone(sets[0].content()));
    assert.equal(own.hasText('Z29uZQ=='), false, 'was in the file, and taken away since');
    assert.notEqual(own.find(text, 2, 9), null);
    sets[1].put(new Dataset('late', 'string'));
    assert.notEqual(sets[1].get('late')!.find(text, 2, 9), null, 'its rule is compiled only now');

    const tags = [new Tags(), new Tags()] as const;
    const spec = { scope: 'host', count: 2, metric: 'packets', side: 'src' } as const;
    tags[0].add(spec, { gid: 1, sid: 1 }, p, context);
    tags[0].takes(p, context);
    assert.equal(tags[0].takes(q, context), true);
    tags[1].restore(structuredClone(tags[0].content()));
    assert.deepEqual([tags[1].isActive, tags[1].takes(q, context)], [true, false], 'two were counted');

    const rule = signature({ type: 'limit', track: 'by_src', count: 2, seconds: 60 });
    const counts = [new Thresholds(), new Thresholds()] as const;
    // numbered in another order there
    counts[1].check(signature({ type: 'limit', track: 'by_dst', count: 5, seconds: 60 }, 9), p, context);
    assert.equal(counts[0].check(rule, p, context), ThresholdResult.alert);
    counts[1].restore(structuredClone(counts[0].content()));
    assert.equal(counts[1].check(rule, q, context), ThresholdResult.alert);
    assert.equal(counts[1].check(rule, q, context), ThresholdResult.silent);
  });
});
