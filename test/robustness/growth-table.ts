// Prints how time grows with each flood: processor milliseconds of so many, twice and four times as many, and their ratios.
//
//   node --import tsx test/robustness/growth-table.ts [WORD] [COUNT]

import { FLOODS } from './floods.ts';
import { Growth } from './growth.ts';

const DEFAULT_COUNT = 5000;
/** Before it is measured. */
const WARM_UP = 500;

const [word = '', count = String(DEFAULT_COUNT)] = process.argv.slice(2);
const growth = new Growth();
try {
  for (const flood of FLOODS.filter(({ name }) => name.includes(word))) {
    growth.measure(flood, WARM_UP);
    const measured = [1, 2, 4].map((times) => growth.measure(flood, times * Number(count)));
    const times = measured.map(({ time }) => time.toFixed(0).padStart(7));
    const ratios = [1, 2].map((i) => (measured[i]!.time / measured[i - 1]!.time).toFixed(2).padStart(6));
    const { time, bytes, live } = measured[2]!;
    const cost = `${((time * 1e6) / bytes).toFixed(0).padStart(6)} ns/byte ${String(live).padStart(6)} live`;
    console.log(flood.name.padEnd(50), ...times, ...ratios, cost);
  }
} finally {
  growth.end();
}
