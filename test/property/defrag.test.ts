// Defragmentation beside a naive reference: any cut in any order, with overlaps under every policy.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DEFRAG_POLICIES, newFragmentWins } from '../../src/defrag/policy.ts';
import { DefragDriver, contentOf, fragment4, fragment6 } from '../defrag/support.ts';
import type { Part } from '../defrag/support.ts';

const UNIT = 8;
const MAX_UNITS = 12;

/** A packet cut into consecutive parts. */
const cutPacket = fc
  .tuple(
    fc.uint8Array({ minLength: 17, maxLength: MAX_UNITS * UNIT }),
    fc.uniqueArray(fc.integer({ min: 1, max: MAX_UNITS }), { maxLength: 5 }),
  )
  .map(([data, cuts]) => {
    const bounds = [
      0,
      ...cuts
        .map((cut) => cut * UNIT)
        .filter((cut) => cut < data.length)
        .sort((a, b) => a - b),
      data.length,
    ];
    const parts: Part[] = [];
    for (let i = 1; i < bounds.length; i++) {
      const [from, to] = [bounds[i - 1]!, bounds[i]!];
      parts.push({ offset: from, more: to < data.length, data: data.slice(from, to) });
    }
    return { data, parts };
  });

/**
 * What every byte is by the policy, one fragment after the other; null while a byte or the end is missing. What a
 * fragment did not win at its beginning is cut off it before the next one is compared with it.
 */
function reference(policy: number, parts: readonly Part[]): Uint8Array | null {
  const ends = parts.filter((part) => !part.more).map((part) => part.offset + part.data.length);
  if (ends.length === 0) return null;
  const total = Math.min(...ends);
  const owners = new Array<number>(total).fill(-1);
  const starts = parts.map(({ offset }) => offset);
  for (const [i, part] of parts.entries()) {
    const wins = (at: number): boolean => {
      const owner = owners[at]!;
      return owner < 0 || takesOver(policy, parts[owner]!, starts[owner]!, part);
    };
    const places = Array.from({ length: part.data.length }, (_, at) => part.offset + at);
    const won = places.filter((at) => at < total && wins(at));
    for (const at of won) owners[at] = i;
    starts[i] = won[0] ?? part.offset;
  }
  if (owners.includes(-1)) return null;
  return Uint8Array.from(owners, (owner, at) => parts[owner]!.data[at - parts[owner]!.offset]!);
}

function takesOver(policy: number, old: Part, start: number, part: Part): boolean {
  if (!old.more && start < part.offset) return false;
  if (!part.more && part.offset < start) return true;
  return newFragmentWins(policy, start, old.offset + old.data.length, part.offset, part.offset + part.data.length);
}

describe('defragmentation', () => {
  for (const [name, build] of [
    ['IPv4', fragment4],
    ['IPv6', fragment6],
  ] as const) {
    it(`puts ${name} packets together, whatever the cuts and their order`, () => {
      const shuffled = cutPacket.chain(({ data, parts }) =>
        fc.shuffledSubarray(parts, { minLength: parts.length }).map((order) => ({ data, order })),
      );
      fc.assert(
        fc.property(shuffled, ({ data, order }) => {
          if (order.length < 2) return;
          const driver = new DefragDriver({ size: 16384 });
          const rebuilt = order.flatMap((part) => driver.feed(build(part)));
          assert.equal(rebuilt.length, 1);
          assert.deepEqual(contentOf(rebuilt[0]!), Uint8Array.from(data));
          assert.equal(driver.defragmenter.trackers, 0);
        }),
        { numRuns: 300 },
      );
    });
  }

  it('resolves overlaps as the policy says', () => {
    const total = MAX_UNITS;
    const piece = fc
      .tuple(
        fc.integer({ min: 0, max: total - 1 }),
        fc.integer({ min: 1, max: total }),
        fc.integer({ min: 1, max: 255 }),
      )
      .map(([from, length, fill]): Part => {
        const to = Math.min(total, from + length);
        return { offset: from * UNIT, more: to < total, data: new Uint8Array((to - from) * UNIT).fill(fill) };
      })
      .filter((part) => part.offset > 0 || part.more); // anything else is a whole packet
    const pieces = fc.array(piece, { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(fc.constantFrom(...DEFRAG_POLICIES.keys()), pieces, (policy, parts) => {
        const driver = new DefragDriver({ size: 16384, policyOf: () => policy });
        for (let i = 0; i < parts.length; i++) {
          const rebuilt = driver.feed(fragment4(parts[i]!));
          const expected = reference(policy, parts.slice(0, i + 1));
          assert.equal(rebuilt.length, expected === null ? 0 : 1);
          if (expected === null) continue;
          assert.deepEqual(contentOf(rebuilt[0]!), expected);
          return;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('bears fragments of any offset, length and flags, and keeps within its memory', () => {
    const any = fc.record({
      offset: fc.integer({ min: 0, max: 8191 }).map((unit) => unit * UNIT),
      more: fc.boolean(),
      data: fc.uint8Array({ maxLength: 60 }),
      id: fc.integer({ min: 0, max: 3 }),
      isIpv6: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), (fragments) => {
        const driver = new DefragDriver({ size: 8192, maxTrackers: 4 });
        for (const { id, isIpv6, ...part } of fragments)
          driver.feed(isIpv6 ? fragment6(part, id) : fragment4(part, id));
        assert.ok(driver.defragmenter.trackers <= 4);
      }),
      { numRuns: 300 },
    );
  });
});
