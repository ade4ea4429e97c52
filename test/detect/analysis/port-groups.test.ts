import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { portGroups } from '../../../src/detect/analysis/port-groups.ts';
import { PortSet } from '../../../src/rules/index.ts';

const none = PortSet.of([]);

function groups(...ranges: readonly (readonly [number, number])[]): (string | number)[][] {
  const found = portGroups(
    ranges.map((range) => PortSet.of([range])),
    { preferred: none, max: 40 },
  );
  return found.map(({ low, high, rules }) => [`${low}-${high}`, ...rules]);
}

describe('port groups', () => {
  it('cut ports where rules begin and end, those with most rules first', () => {
    deepEqual(groups([80, 120], [100, 110], [150, 250], [200, 220]), [
      ['100-110', 0, 1],
      ['200-220', 2, 3],
      ['80-99', 0],
      ['111-120', 0],
      ['150-199', 2],
      ['221-250', 2],
    ]);
  });

  it('are one for rules of every port', () => deepEqual(groups([0, 65_535], [0, 65_535]), [['0-65535', 0, 1]]));
  it('leave ports without rules out', () => deepEqual(groups([80, 80]), [['80-80', 0]]));

  it('begin with the preferred ports', () => {
    const preferred = PortSet.of([[80, 80]]);
    const ports = [PortSet.of([[20, 20]]), PortSet.of([[80, 80]])];
    deepEqual(
      portGroups(ports, { preferred, max: 40 }).map(({ low }) => low),
      [80, 20],
    );
  });

  it('are joined beyond the limit', () => {
    const ports = [10, 20, 30, 40].map((port) => PortSet.of([[port, port]]));
    deepEqual(portGroups(ports, { preferred: none, max: 2 }).at(-1), { low: 0, high: 65_535, rules: [2, 3] });
  });

  it('hold for each port the rules that have it', () => {
    const range = fc.tuple(fc.nat(300), fc.nat(60)).map(([low, more]) => [low, Math.min(low + more, 65_535)] as const);
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), fc.nat(400), (ranges, port) => {
        const ports = ranges.map((one) => PortSet.of([one]));
        const found = portGroups(ports, { preferred: none, max: 1000 }).filter(
          ({ low, high }) => low <= port && port <= high,
        );
        equal(found.length <= 1, true);
        const expected = ports.flatMap((set, i) => (set.contains(port) ? [i] : []));
        deepEqual(found[0]?.rules ?? [], expected);
      }),
    );
  });
});
