// Servers with settings of their own (`server-config`): those of the narrowest network that the server is in.

import { parseCidr, wordMask } from '../../base/ip.ts';
import type { Cidr } from '../../base/ip.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import { F } from '../../framework/flows.ts';

export interface ServerSettings<T> {
  readonly network: Cidr;
  readonly settings: T;
}

/**
 * A list of mappings with a name each, and in them `address`: a network, or a list of them.
 * @param settingsAt reads what else stands there
 */
export function readServers<T>(
  node: ConfigNode | undefined,
  settingsAt: (server: ConfigNode) => T,
): ServerSettings<T>[] {
  const servers: ServerSettings<T>[] = [];
  for (const { body } of node?.entries() ?? []) {
    if (body === undefined) continue;
    const settings = settingsAt(body);
    for (const text of body.strings('address')) {
      const network = parseCidr(text);
      if (network === undefined) body.report('config/address', `${body.path}: "${text}" is no address`, 'address');
      else servers.push({ network, settings });
    }
  }
  // the narrowest first
  return servers.sort((a, b) => b.network.prefix - a.network.prefix);
}

/** The settings for the server of a flow. */
export function settingsFor<T extends { readonly servers: readonly ServerSettings<T>[] }>(
  { f, services }: AppFlow,
  settings: T,
): T {
  if (settings.servers.length === 0) return settings;
  const { flows } = services;
  const family = flows.ipVersion(f);
  const words = [F.dst, F.dst + 1, F.dst + 2, F.dst + 3].map((at) => flows.word(f, at));
  const found = settings.servers.find(({ network }) => network.family === family && isWithin(words, network));
  return found?.settings ?? settings;
}

function isWithin(words: readonly number[], network: Cidr): boolean {
  return network.words.every((word, i) => {
    const bits = Math.min(32, Math.max(0, network.prefix - 32 * i));
    return ((word ^ words[i]!) & wordMask(bits)) === 0;
  });
}
