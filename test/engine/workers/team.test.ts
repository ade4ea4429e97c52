// What a team does about workers that end before their time.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from '../../../src/base/journal.ts';
import { ConfigNode } from '../../../src/config/index.ts';
import type { CompiledOrder } from '../../../src/engine/reload/order.ts';
import { Team } from '../../../src/engine/workers/team.ts';
import type { MemberTask, WorkerRecipe } from '../../../src/engine/workers/messages.ts';

const ENTRY = new URL('ending-member.mjs', import.meta.url);
const RULES = {} as CompiledOrder;

function taskOf(filter: string): MemberTask {
  const source = { kind: 'queues' } as Extract<MemberTask, { kind: 'live' }>['source'];
  return {
    kind: 'live',
    source,
    filter,
    rejectDevice: undefined,
    sendsNothing: false,
    counts: new SharedArrayBuffer(8),
  };
}

/** @param ends of each worker, how it ends */
async function team(ends: readonly string[], isLive = true, pause = 20): Promise<Team> {
  const config = new ConfigNode('');
  const recipe = { logDirectory: '' } as WorkerRecipe;
  const live = isLive ? { ruleStateOf: () => null } : {};
  const common = { entry: ENTRY, recipe, config, rules: null, mayWait: false, pause, ...live };
  const started = await Team.start({ ...common, tasks: ends.map(taskOf) });
  assert.ok(typeof started !== 'string', started as string);
  return started;
}

async function lossesOf(one: Team, wanted: number): Promise<number> {
  for (let turn = 0; turn < 400 && one.totals.byName('tayra.workers_lost') !== wanted; turn++) {
    await sleep(10);
    one.addUp();
  }
  return one.totals.byName('tayra.workers_lost');
}

function rulesNamed(name: string): CompiledOrder {
  return { name } as unknown as CompiledOrder;
}

/** Of the workers that are there. */
async function rulesOf(one: Team): Promise<string[]> {
  const replies = await one.ask({ about: 'flow', id: 0 });
  return replies.map(({ flow }) => (flow as unknown as { readonly rules: string }).rules);
}

async function ended(one: Team): Promise<void> {
  one.stop();
  await one.finish();
}

/** Milliseconds in which a worker that was told to takes the journal. */
const SPIN = 500;
/** Looks at one team, and teams looked at. */
const LOOKS = 4;
const TEAMS = 10;

/** Whether somebody takes the journal within so many milliseconds, in which this thread does nothing else. */
function isHeld(journal: Journal, milliseconds: number): boolean {
  for (const end = Date.now() + milliseconds; Date.now() < end;) {
    if (!journal.tryBegin()) return true;
    journal.end();
  }
  return false;
}

describe('a team of workers', () => {
  for (const how of ['ends with an error', 'ends silently'])
    it(`has another in the place of one that ${how}; it begins with the rules of the reload under way`, async () => {
      const one = await team([how, 'stays']);
      // the second stays with rules that it cannot take over: its thread throws, and is replaced likewise
      assert.equal(await one.reload(RULES), undefined);
      assert.equal(await lossesOf(one, 2), 2);
      assert.equal(await one.reload(RULES), undefined, 'those in their place take rules over');
      assert.equal(one.failure, undefined);
      await ended(one);
      assert.equal(one.failure, undefined);
    });

  it('ends when one ends again and again, and says why', async () => {
    const one = await team(['ends for good', 'stays']);
    void one.reload(RULES);
    for (let turn = 0; turn < 400 && one.failure === undefined; turn++) await sleep(10);
    assert.match(one.failure ?? '', /^W#01: ended before its time/);
    await ended(one);
    assert.equal(await lossesOf(one, 3), 3, 'two of the first, one of the second');
  });

  it('tries again where another cannot begin, and does not count that as a loss', async () => {
    const one = await team(['begins again at the third try', 'takes all']);
    assert.equal(await one.reload(rulesNamed('a')), undefined);
    for (let turn = 0; turn < 400 && (await rulesOf(one)).length < 2; turn++) await sleep(10);
    assert.equal((await rulesOf(one)).length, 2);
    assert.equal(await lossesOf(one, 1), 1);
    assert.equal(one.failure, undefined);
    await ended(one);
  });

  it('ends though one waits to be tried again', async () => {
    const one = await team(['never begins again', 'takes all'], true, 600_000);
    assert.equal(await one.reload(rulesNamed('a')), undefined);
    await sleep(300);
    assert.equal(one.failure, undefined);
    await ended(one);
  });

  it('does not wait here for a worker that ended while it kept the others out', async function () {
    this.timeout(60_000);
    // between its taking the journal and the look at it no turn of the event loop: where its end is learnt before, once more
    for (let teams = 0, isSeen = false; !isSeen; teams++) {
      assert.ok(teams < TEAMS, 'no worker was seen to keep the journal');
      const one = await team(['ends holding the journal', 'takes all']);
      const reload = one.reload(rulesNamed('a'));
      await sleep(0);
      for (let looks = 0; !isSeen && looks < LOOKS; looks++) {
        isSeen = isHeld(one.journal!, SPIN);
        if (!isSeen) await sleep(1);
      }
      assert.equal(await one.exclusively(() => 'done'), 'done');
      assert.equal(await reload, undefined);
      await ended(one);
    }
  });

  it('gives a worker one set of rules after the other', async () => {
    const one = await team(['takes all', 'takes all']);
    const both = [one.reload(rulesNamed('a')), one.reload(rulesNamed('b'))];
    assert.deepEqual(await Promise.all(both), [undefined, undefined]);
    assert.deepEqual(await rulesOf(one), ['b', 'b']);
    await ended(one);
  });

  it('has all workers go back to the rules before when one of them refuses others', async () => {
    const one = await team(['takes all', 'takes all but b']);
    assert.equal(await one.reload(rulesNamed('a')), undefined);
    assert.equal(await one.reload(rulesNamed('b')), 'W#02: not these');
    assert.deepEqual(await rulesOf(one), ['a', 'a']);
    await ended(one);
  });

  it('ends with a worker that ends while captures are read', async () => {
    const one = await team(['stays', 'ends silently'], false);
    assert.match((await one.reload(RULES)) ?? '', /ended before its time|it was to end|the run is over/);
    assert.match(one.failure ?? '', /^W#0[12]: /);
    await ended(one);
  });

  it('does not begin with one that cannot', async () => {
    await assert.rejects(team(['stays', 'ends at the start']), /W#02: Error: it cannot begin/);
  });
});
