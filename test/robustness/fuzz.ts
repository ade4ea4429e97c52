// Damages conversations of every protocol that has a parser, a million messages each unless told otherwise.
//
//   npm run fuzz -- [--count N] [--seed N] [--protocol NAME]
//
// Ends with 1 at the first conversation that makes a parser throw; prints it. Bounded memory is looked at between rounds.
import { parseArgs } from 'node:util';
import { fuzz } from './fuzzer.ts';
import { SEEDS } from './seeds.ts';

const ROUND = 50_000;
const MAX_RSS = 800 << 20;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    protocol: { type: 'string' },
  },
});
const count = Number(values.count);
const wanted = SEEDS.filter(({ protocol }) => values.protocol === undefined || protocol.name === values.protocol);
if (wanted.length === 0 || !(count > 0)) {
  console.error('usage: npm run fuzz -- [--count N] [--seed N] [--protocol NAME]');
  process.exit(2);
}

for (const seed of wanted) {
  const started = Date.now();
  for (let done = 0; done < count; done += ROUND) fuzz(seed, Math.min(ROUND, count - done), Number(values.seed) + done);
  const rss = process.memoryUsage().rss;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const name = `${seed.protocol.name} over ${seed.transport ?? 'tcp'}`;
  console.log(`${name}: ${String(count)} messages in ${seconds} s, ${String(rss >> 20)} MB`);
  if (rss > MAX_RSS) {
    console.error(`${name}: memory grows without bound`);
    process.exit(1);
  }
}
