// Where mirrors of a cloud are taken in: `--listen vxlan://ADDR:PORT`, `geneve://ADDR:PORT`; and on how many threads.

import type { MirrorSettings } from '../../capture/mirror-socket.ts';
import type { ConfigNode } from '../../config/index.ts';
import { socketAddress } from '../../wire/sockaddr.ts';
import { threadsOf } from './threads.ts';

const DEFAULT_PORTS = { vxlan: 4789, geneve: 6081 } as const;
/** An IPv6 address stands in brackets. */
const FORM = /^(vxlan|geneve):\/\/(?:\[([^\]]+)\]|([^:/[\]]+))(?::(\d+))?\/?$/;

/** @returns what is wrong as a text */
export function mirrorSettings(urls: readonly string[]): readonly MirrorSettings[] | string {
  const mirrors: MirrorSettings[] = [];
  for (const url of urls) {
    const [, kind, v6, v4, digits] = FORM.exec(url) ?? [];
    if (kind !== 'vxlan' && kind !== 'geneve')
      return `--listen ${url}: must be vxlan://ADDR:PORT or geneve://ADDR:PORT`;
    const port = digits === undefined ? DEFAULT_PORTS[kind] : Number(digits);
    const address = port < 1 || port > 0xffff ? undefined : socketAddress(v6 ?? v4!, port);
    if (address === undefined)
      return `--listen ${url}: ADDR must be an address of this machine, PORT a number from 1 to 65535`;
    mirrors.push({ name: url, encapsulation: kind, address });
  }
  return mirrors;
}

/** Workers that take them in: `tayra.mirrors.threads`, where the run mode lets there be several. */
export function mirrorWorkers(config: ConfigNode, mode: string | undefined): number {
  if ((mode ?? config.string('runmode')) === 'single') return 1;
  return threadsOf(config, { entry: config.get('tayra.mirrors'), otherwise: 'one' });
}
