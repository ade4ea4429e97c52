// Chains of contents against a reference that knows all places of each.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contentElement, newContent } from '../../src/detect/content/content-element.ts';
import { linkChain } from '../../src/detect/content/chain-link.ts';
import { compileNeedle } from '../../src/detect/mpm/spm.ts';
import type { ContentSpec, Limit } from '../../src/framework/chain.ts';
import { Inspection } from '../../src/framework/chain.ts';

const text = (min: number, max: number) =>
  fc.array(fc.constantFrom(97, 98, 65), { minLength: min, maxLength: max }).map((a) => Uint8Array.from(a));
const limit = (value: number | undefined): Limit | null => (value === undefined ? null : { value, slot: -1 });
const number = (min: number, max: number) => fc.option(fc.integer({ min, max }), { nil: undefined });

const spec = fc
  .record({
    bytes: text(1, 3),
    negated: fc.boolean(),
    nocase: fc.boolean(),
    endsWith: fc.boolean(),
    isRelative: fc.boolean(),
    low: number(-3, 5),
    high: number(1, 8),
  })
  .map(({ bytes, negated, nocase, endsWith, isRelative, low, high }): ContentSpec => {
    const content = { ...newContent(bytes, negated), nocase, endsWith };
    if (isRelative) return { ...content, distance: limit(low), within: limit(high) };
    return { ...content, offset: limit(low === undefined ? low : Math.abs(low)), depth: limit(high) };
  });

const fold = (byte: number, nocase: boolean): number => (nocase && byte === 65 ? 97 : byte);

/** Every place where a content may stand, given where the match before ended. */
function places(data: Uint8Array, content: ContentSpec, cursor: number): number[] {
  const counts = isRelative(content);
  const low = counts ? cursor + (content.distance?.value ?? 0) : (content.offset?.value ?? 0);
  const size = (counts ? content.within : content.depth)?.value;
  // a window that ends before the buffer begins is none
  const isOpen = size === undefined || (counts && low + size < 0);
  const high = isOpen ? data.length : Math.min(data.length, low + size);
  const found: number[] = [];
  for (let at = Math.max(low, 0); at + content.bytes.length <= high; at++) {
    const isHere = content.bytes.every((b, i) => fold(b, content.nocase) === fold(data[at + i]!, content.nocase));
    if (isHere && (!content.endsWith || at + content.bytes.length === data.length)) found.push(at);
  }
  return found;
}

type Fate = 'holds' | 'fails' | 'over';

const isRelative = ({ distance, within }: ContentSpec): boolean => distance !== null || within !== null;

/** Whether the window has any place at all. */
function isInside(data: Uint8Array, content: ContentSpec): boolean {
  return isRelative(content) || (data.length > 0 && (content.offset?.value ?? 0) <= data.length);
}

/**
 * Only where the next content counts from this one are its other places tried; where they are not, or where it counts from
 * nothing itself, it decides for those before it as well.
 */
function reference(data: Uint8Array, contents: readonly ContentSpec[], cursor = 0): Fate {
  const [content, ...rest] = contents;
  if (content === undefined) return 'holds';
  const found = places(data, content, cursor);
  if (content.negated) return found.length === 0 ? reference(data, rest, cursor) : 'fails';
  const next = rest[0];
  const isTriedAgain = next !== undefined && isRelative(next);
  for (const at of found) {
    const fate = reference(data, rest, at + content.bytes.length);
    if (fate !== 'fails') return fate;
    if (!isTriedAgain) return 'over';
  }
  if (content.endsWith && found.length === 0) return 'fails';
  return isRelative(content) || !isInside(data, content) ? 'fails' : 'over';
}

describe('content chains (property)', () => {
  it('find a placement exactly when there is one', () => {
    fc.assert(
      fc.property(text(0, 12), fc.array(spec, { minLength: 1, maxLength: 4 }), text(0, 4), (data, contents, around) => {
        const inspection = new Inspection();
        inspection.data = Uint8Array.from([...around, ...data, ...around]);
        inspection.start = inspection.cursor = around.length;
        inspection.end = around.length + data.length;
        inspection.budget = 1e9;
        assert.equal(linkChain(contents.map(contentElement))(inspection), reference(data, contents) === 'holds');
      }),
      { numRuns: 3000 },
    );
  });

  it('find the same when it is known between which places one of them lies', () => {
    const known = fc.record({ which: fc.nat(), offset: fc.nat(2), length: fc.integer({ min: 1, max: 3 }) });
    let narrowed = 0;
    fc.assert(
      fc.property(text(0, 12), fc.array(spec, { minLength: 1, maxLength: 4 }), known, (data, contents, part) => {
        const positive = contents.filter(({ negated }) => !negated);
        const sought = positive[part.which % Math.max(1, positive.length)];
        if (sought === undefined) return;
        // what is looked up may be a part of it, with less said of it
        const { bytes } = sought;
        const partOffset = Math.min(part.offset, bytes.length - 1);
        const chop = bytes.subarray(partOffset, partOffset + part.length);
        const ends = places(data, { ...newContent(chop, false), nocase: true }, 0).map((at) => at + chop.length);
        if (ends.length === 0) return;
        const inspection = new Inspection();
        inspection.data = data;
        inspection.end = data.length;
        inspection.budget = 1e9;
        inspection.sought = sought;
        inspection.soughtFrom = ends[0]! - partOffset - chop.length;
        inspection.soughtTo = ends.at(-1)! + bytes.length - partOffset - chop.length;
        if (inspection.soughtFrom > 0 || inspection.soughtTo < data.length) narrowed++;
        assert.equal(linkChain(contents.map(contentElement))(inspection), reference(data, contents) === 'holds');
      }),
      { numRuns: 3000 },
    );
    assert.ok(narrowed > 300, String(narrowed));
  });

  it('the search gives the first place', () => {
    fc.assert(
      fc.property(text(0, 40), text(1, 5), fc.boolean(), (data, bytes, nocase) => {
        const content = { ...newContent(bytes, false), nocase };
        assert.equal(compileNeedle(bytes, nocase).find(data, 0, data.length), places(data, content, 0)[0] ?? -1);
      }),
    );
  });
});
