// Clients that end connections in every way and begin others from the same ports, over a rough path: no connection hangs.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Gateway } from './gateway.ts';
import { SERVER, SERVER6 } from './gateway.ts';
import { LOADED_CONFIG, onGateway } from './on-gateway.ts';
import type { Program } from './program.ts';

const CLIENTS = fileURLToPath(new URL('fickle-clients.py', import.meta.url));
const SEED = '7';
const SECONDS = '12';

describe('a gateway for clients that end connections in every way', function () {
  this.timeout(90_000);
  let gateway: Gateway;
  let program: Program;
  onGateway('rough router', (made) => {
    ({ gateway, program } = made);
    program.write('inline.yaml', LOADED_CONFIG);
    program.write('inline.rules', '\n');
  });

  it('lets each of them come to its end', async () => {
    assert.equal(gateway.firewall('-A FORWARD -j NFQUEUE --queue-balance 3:4'), '');
    const words = ['-c', 'inline.yaml', '-S', 'inline.rules', '-l', '.', '-q', '3', '-q', '4'];
    await program.start(gateway.inside('gateway'), ...words);
    const [word, ...rest] = gateway.inside('client', 'python3', CLIENTS, SEED, SECONDS, SERVER, SERVER6);
    const clients = spawn(word!, rest);
    let told = '';
    for (const stream of [clients.stdout, clients.stderr])
      stream.on('data', (text: Buffer) => (told += text.toString()));
    await new Promise((resolve) => clients.once('close', resolve));
    assert.match(told, /^\d{3,}\n$/);
    assert.equal(await program.stop(), 0, program.told);
  });
});
