// A gateway on a path that loses, doubles and reorders frames and is narrow: what is transferred through it comes whole.

import assert from 'node:assert/strict';
import type { Gateway } from './gateway.ts';
import { SERVER, SERVER6 } from './gateway.ts';
import { until } from './network.ts';
import { onGateway } from './on-gateway.ts';
import type { Program } from './program.ts';

/** In all, half of it each way and by each version of IP: `TAYRA_SCENARIO_BYTES=1073741824` for a long run. */
const BYTES = Number(process.env['TAYRA_SCENARIO_BYTES'] ?? 16 << 20);
const CONNECTIONS = 4;
const LOAD = { long: CONNECTIONS, short: 1, bytes: Math.ceil(BYTES / 2 / CONNECTIONS / 4) * 4, milliseconds: 0 };
/** The least of IPv6. */
const MTU = 1280;

const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log: { enabled: yes, filename: eve.json, types: [ alert, drop, http, stats ] }
stats: { enabled: yes, interval: 1 }
unix-command: { enabled: no }
stream: { reassembly: { memcap: 256mb, depth: 1mb } }
`;
const RULES = 'drop http any any -> any any (msg:"page"; flow:to_server; http.uri; content:"/forbidden"; sid:1;)\n';

describe('a rough path', function () {
  this.timeout(60_000 + BYTES / 1000);
  for (const [kind, source] of [
    ['rough router', ['--queue', '3']],
    ['rough bridge', ['--bridge', 'inside:outside']],
  ] as const)
    describe(`through a ${kind.slice(6)}`, () => {
      let gateway: Gateway;
      let program: Program;
      onGateway(kind, async (made) => {
        ({ gateway, program } = made);
        program.write('inline.yaml', CONFIG);
        program.write('inline.rules', RULES);
        if (kind === 'rough router') assert.equal(gateway.firewall('-A FORWARD -j NFQUEUE --queue-num 3'), '');
        assert.equal(gateway.ip('client', `link set wire mtu ${String(MTU)}`), '');
        const words = ['inline', ...source, '-c', 'inline.yaml', '-r', 'inline.rules', '--out', '.'];
        await program.start(gateway.inside('gateway'), ...words);
        assert.ok(await until(() => gateway.get('/').text === 'hello /'), program.told);
      });

      it('brings everything whole, both ways, over IPv4 and IPv6', async () => {
        for (const host of [SERVER, SERVER6]) {
          const { whole, broken } = await gateway.transfers(LOAD, host).finish();
          assert.deepEqual(broken, []);
          assert.ok(whole > CONNECTIONS);
        }
        assert.equal(gateway.get('/forbidden', { timeout: 1000 }).error, 'timeout');
        assert.equal(await program.stop(), 0, program.told);
        const counts = await gateway.roughness();
        for (const what of ['lost', 'doubled', 'held']) assert.ok(counts.get(what)! > 20, JSON.stringify([...counts]));
      });
    });
});
