// The demonstration: replays the shipped capture with the starter rules and leaves the logs in out/demo.

import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { URL, fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// Logs are appended to; those of an earlier demonstration would only confuse.
rmSync(new URL('../out/demo', import.meta.url), { recursive: true, force: true });
const flags = ['-r', 'rules/', '--out', 'out/demo', '--table'];
const arguments_ = ['dist/cli/tayra.js', 'replay', 'pcaps/demo.pcap', ...flags];
const result = spawnSync(process.execPath, arguments_, { cwd: root, stdio: 'inherit' });
if (result.error) console.error(`demo: ${result.error.message}`);
process.exitCode = result.status ?? 1;
