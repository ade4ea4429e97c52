// What the scenarios on a gateway begin and end with: the gateway and the program, or why there can be none.

import { Gateway } from './gateway.ts';
import { Program, isBuilt } from './program.ts';

/** For a program that works under load. */
export const LOADED_CONFIG = `%YAML 1.1
---
outputs:
  - eve-log: { enabled: yes, filename: eve.json, types: [ alert, drop, http, flow, stats ] }
stats: { enabled: yes, interval: 1 }
unix-command: { enabled: no }
stream: { reassembly: { memcap: 256mb, depth: 1mb } }
tayra: { warm-up: 0 }
`;

export interface OnGateway {
  readonly gateway: Gateway;
  readonly program: Program;
}

/**
 * Before the tests of a `describe`: makes both and hands them over, or skips the tests and says why. Takes both down after
 * them.
 */
export function onGateway(
  how: 'router' | 'bridge' | 'rough router' | 'rough bridge',
  begin: (made: OnGateway) => Promise<void> | void,
): void {
  let made: OnGateway | undefined;
  const kind = how.endsWith('bridge') ? 'bridge' : 'router';
  before(async function () {
    const gateway = isBuilt() ? await Gateway.create(kind, how.startsWith('rough') ? 'rough' : 'smooth') : 'not built';
    if (typeof gateway === 'string') {
      console.log(
        `      skipped: no ${kind === 'bridge' ? 'bridge' : 'gateway with a firewall'} here (${gateway.trim()})`,
      );
      this.skip();
    }
    made = { gateway, program: new Program() };
    await begin(made);
  });
  after(async () => {
    await made?.program.remove();
    made?.gateway.remove();
  });
}
