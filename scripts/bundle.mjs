// Puts the compiled program into one file, dist/cli/tayra.js: loading hundreds of modules takes longer than most runs.
// Beside it, for the same reason, the threads that compile rules while packets go on, and that speak to Redis.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');

await build({
  entryPoints: {
    tayra: join(dist, 'cli', 'main.js'),
    'rule-thread': join(dist, 'engine', 'reload', 'thread.js'),
    'pattern-thread': join(dist, 'engine', 'reload', 'pattern-thread.js'),
    'redis-thread': join(dist, 'output', 'redis', 'thread.js'),
  },
  outdir: join(dist, 'cli'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external', // loaded when they are needed, and shared with the library
  sourcemap: true,
  logLevel: 'warning',
});
