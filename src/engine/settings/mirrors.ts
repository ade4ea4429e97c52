// Where mirrors of a cloud are taken in: `--listen vxlan://ADDR:PORT`, `geneve://ADDR:PORT`.

import type { MirrorSettings } from '../../capture/mirror.ts';
import { socketAddress } from '../../wire/sockaddr.ts';

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
