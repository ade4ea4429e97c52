// `copy-mode` of `af-packet:`: interfaces between which packets are passed on.

import type { BridgeSettings } from '../../capture/bridge.ts';
import type { ConfigNode } from '../../config/index.ts';
import { captureInterfaces } from './af-packet.ts';
import type { CaptureInterface } from './af-packet.ts';
import { isShadow } from './nfq.ts';

const MODES = ['ips', 'tap'];

/** Whether packets between these interfaces may be stopped. */
export function isStopping(config: ConfigNode, names: readonly string[]): boolean {
  return captureInterfaces(config, names).some(({ copyMode }) => copyMode === 'ips');
}

/** Undefined where nothing is passed on; a text says what is wrong. */
export function bridgeSettings(
  config: ConfigNode,
  interfaces: readonly CaptureInterface[],
): BridgeSettings | string | undefined {
  const first = interfaces.find(({ copyMode }) => copyMode !== undefined);
  if (first?.copyMode === undefined) return undefined;
  const mode = first.copyMode;
  if (!MODES.includes(mode)) return `${first.name}: copy-mode ${mode} is none of ips, tap, none`;
  const other = interfaces.find(({ copyMode }) => copyMode !== mode);
  if (other !== undefined)
    return `${first.name}, ${other.name}: copy-mode must be the same for all interfaces of a run`;
  const ports = [];
  for (const { name, copyInterface, isPromiscuous } of interfaces) {
    if (copyInterface === undefined || copyInterface === name)
      return `${name}: copy-mode needs another interface in copy-iface`;
    ports.push({ name, peer: copyInterface, isPromiscuous });
  }
  return { ports, stopsNothing: mode === 'tap' || isShadow(config) };
}
