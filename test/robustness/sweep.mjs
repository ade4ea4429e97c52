// Replays every capture of ../shared/pcaps as it is, with bytes flipped and cut short: no crash, no hang, no unbounded growth.
//
//   node test/robustness/sweep.mjs [plain|flip|cut|all] [--seed N] [--files N]
//
// plain: every capture; flip: N small ones (200), in 16 rounds, each of which gives every 16th byte (a random one of its
// sixteen) another value, so that every position is hit once,
// with record headers and without; cut: the same files cut at every 64th byte.
import { Buffer } from 'node:buffer';
import { fork } from 'node:child_process';
import { clearTimeout, setTimeout } from 'node:timers';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const captures = join(root, '..', 'shared', 'pcaps');
const CHILD_FILES = 60;
const SECONDS_PER_FILE = 120;
const MAX_RSS = 1400 << 20;
const ROUNDS = 16;
const CUT = 64;
/** Larger ones would be cut too often. */
const SMALL = 25_000;

function option(name, fallback) {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
}

/** Park-Miller: the same seed hits the same bytes. */
function random(seed) {
  let state = (seed % 2147483646) + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && /\.(pcap|pcapng|cap|pcap\.gz)$/i.test(path))
    .sort();
}

function chosen(files, count, next) {
  const small = files.filter((path) => statSync(path).size <= SMALL);
  for (let i = small.length - 1; i > 0; i--) {
    const k = Math.floor(next() * (i + 1));
    [small[i], small[k]] = [small[k], small[i]];
  }
  return small.slice(0, count);
}

/** Jobs are small: the child makes the damaged bytes itself from the file and the seed. */
function* jobsOf(kind, files, { count, seed }) {
  if (kind === 'plain') {
    for (const path of files) yield { path, kind: 'plain' };
    return;
  }
  for (const path of chosen(files, count, random(seed))) {
    if (kind === 'flip')
      for (let round = 0; round < ROUNDS; round++) {
        yield { path, kind, seed, round, keepsRecords: false };
        yield { path, kind, seed, round, keepsRecords: true };
      }
    else {
      const { size } = statSync(path);
      for (let at = CUT; at < size; at += CUT) yield { path, kind, at };
    }
  }
}

/** Record headers of a classic pcap as they were, so that damaged packets are still found; other formats stay damaged. */
function restoreRecordHeaders(data, original) {
  const magic = original.readUInt32LE(0);
  const isLittle = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  if (!isLittle && magic !== 0xd4c3b2a1 && magic !== 0x4d3cb2a1) return;
  for (let at = 24; at + 16 <= original.length;) {
    original.copy(data, at, at, at + 16);
    at += 16 + (isLittle ? original.readUInt32LE(at + 8) : original.readUInt32BE(at + 8));
  }
}

function damaged(job) {
  const original = readFileSync(job.path);
  if (job.kind === 'cut') return original.subarray(0, job.at);
  const data = Buffer.from(original);
  const next = random(job.seed);
  const order = Array.from({ length: Math.ceil(data.length / ROUNDS) }, () => Math.floor(next() * ROUNDS));
  // sixteen bytes are hit in an order that the seed turns, one of them in each round
  for (let i = 24; i < data.length; i++) {
    if ((i + order[Math.floor(i / ROUNDS)]) % ROUNDS === job.round) data[i] ^= 1 + Math.floor(next() * 255);
  }
  if (job.keepsRecords && data.length >= 24) restoreRecordHeaders(data, original);
  return data;
}

async function child() {
  const { openConfig } = await import(join(root, 'dist', 'config', 'index.js'));
  const { loadRules } = await import(join(root, 'dist', 'engine', 'load-rules.js'));
  const { replay } = await import(join(root, 'dist', 'engine', 'replay.js'));
  const { log } = await import(join(root, 'dist', 'base', 'log.js'));
  log.close?.();
  const folder = mkdtempSync(join(tmpdir(), 'tayra-sweep-'));
  const settings = [
    { path: 'stream.reassembly.memcap', value: '16 MiB' },
    { path: 'defrag.memcap', value: '4 MiB' },
    { path: 'stream.midstream', value: 'true' },
    { path: 'decoder.vxlan.ports', value: 'any' },
  ];
  const { root: config } = openConfig({ file: join(root, 'config', 'tayra.yaml'), settings });
  const ruleFiles = readdirSync(join(root, 'rules'))
    .filter((name) => name.endsWith('.rules'))
    .map((name) => join(root, 'rules', name));
  const rules = loadRules(config, ruleFiles, { isInline: false });
  const input = join(folder, 'input.pcap');
  process.on('message', (job) => {
    if (job === null) {
      rmSync(folder, { recursive: true });
      process.disconnect();
      return;
    }
    let path = job.path;
    if (job.kind !== 'plain') writeFileSync((path = input), damaged(job));
    const result = replay({
      config,
      captures: [path],
      rules,
      logDirectory: folder,
      isInline: job.kind === 'flip' && job.round % 2 === 1,
      checksums: 'none',
    });
    rmSync(join(folder, 'eve.json'), { force: true });
    process.send({ packets: result.packets, alerts: result.alerts, rss: process.memoryUsage.rss() });
  });
  process.send('ready');
}

/** Runs a list of jobs in one child; resolves to what went wrong and the sums. */
function runJobs(jobs, sums) {
  return new Promise((resolve) => {
    const worker = fork(fileURLToPath(import.meta.url), ['--child'], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let at = -1;
    let stderr = '';
    let timer;
    const problems = [];
    worker.stderr.on('data', (chunk) => (stderr = (stderr + chunk).slice(-4000)));
    const next = () => {
      clearTimeout(timer);
      if (++at >= jobs.length) return worker.send(null);
      timer = setTimeout(() => {
        problems.push({ job: jobs[at], what: `no end within ${SECONDS_PER_FILE} s` });
        worker.kill('SIGKILL');
      }, SECONDS_PER_FILE * 1000);
      worker.send(jobs[at]);
    };
    worker.on('message', (message) => {
      if (message !== 'ready') {
        sums.runs++;
        sums.packets += message.packets;
        sums.alerts += message.alerts;
        sums.rss = Math.max(sums.rss, message.rss);
        if (message.rss > MAX_RSS) problems.push({ job: jobs[at], what: `resident memory ${message.rss >> 20} MB` });
      }
      next();
    });
    worker.on('exit', (code) => {
      clearTimeout(timer);
      if (at < jobs.length) {
        if (problems.at(-1)?.job !== jobs[at])
          problems.push({ job: jobs[at], what: `exit ${code}: ${stderr.trim().slice(-1500)}` });
        runJobs(jobs.slice(at + 1), sums).then((rest) => resolve([...problems, ...rest]));
      } else resolve(problems);
    });
  });
}

async function main() {
  if (!existsSync(captures)) {
    console.log('skipped: ../shared/pcaps is absent');
    return 0;
  }
  const files = filesBelow(captures);
  const asked = ['plain', 'flip', 'cut'].includes(process.argv[2]) ? [process.argv[2]] : ['plain', 'flip', 'cut'];
  let failed = 0;
  for (const kind of asked) {
    const jobs = [...jobsOf(kind, files, { count: option('--files', 200), seed: option('--seed', 1) })];
    const sums = { runs: 0, packets: 0, alerts: 0, rss: 0 };
    const problems = [];
    for (let i = 0; i < jobs.length; i += CHILD_FILES * 5)
      problems.push(...(await runJobs(jobs.slice(i, i + CHILD_FILES * 5), sums)));
    for (const { job, what } of problems) console.log(`FAILED ${JSON.stringify(job)}: ${what}`);
    console.log(
      `${kind}: ${sums.runs} of ${jobs.length} replays, ${sums.packets} packets, ${sums.alerts} alerts, at most ${sums.rss >> 20} MB resident, ${problems.length} problems`,
    );
    failed += problems.length;
  }
  return failed === 0 ? 0 : 1;
}

if (process.argv.includes('--child')) await child();
else process.exit(await main());
