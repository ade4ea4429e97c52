// What `tayra inline --setup` adds to the firewall: which packets are queued, which never are, and what bypasses.

import { isIPv4, isIPv6 } from 'node:net';

/** Places of the firewall (netfilter hooks) that packets may be queued at. */
export const HOOKS = ['FORWARD', 'INPUT', 'OUTPUT'] as const;
export type Hook = (typeof HOOKS)[number];
export type Family = 4 | 6;

/** Traffic that is never queued: by one end's address, its TCP port, or both. */
export interface Exclude {
  /** Undefined: any. */
  readonly address: string | undefined;
  /** Undefined: all traffic of the address. */
  readonly port: number | undefined;
}

export interface FirewallPlan {
  /** First and last queue. */
  readonly queues: readonly [number, number];
  readonly hooks: readonly Hook[];
  readonly excludes: readonly Exclude[];
  /** Packets pass while nobody takes them from the queue. */
  readonly passesUnattended: boolean;
  /** Mark of flows that are not looked at any more; a mask of 0 for none. */
  readonly bypass: { readonly mark: number; readonly mask: number };
}

/** SSH, both ways: what an administrator who is locked out would need. */
export const DEFAULT_EXCLUDES: readonly Exclude[] = [{ address: undefined, port: 22 }];

/** The family that the address of an exclusion speaks of; undefined when both do. */
export function familyOf({ address }: Exclude): Family | undefined {
  if (address === undefined) return undefined;
  return isIPv6(address.split('/')[0]!) ? 6 : 4;
}

/** `ADDRESS[/LENGTH]`, `ADDRESS:PORT`, `[ADDRESS6]:PORT` or `:PORT`; undefined when it is none of them. */
export function parseExclude(text: string): Exclude | undefined {
  if (isAddress(text)) return { address: text, port: undefined };
  const match = /^(?:\[(.+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const address = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 0xffff || (address !== '' && !isAddress(address))) return undefined;
  return { address: address === '' ? undefined : address, port };
}

function isAddress(text: string): boolean {
  const [address, length, ...rest] = text.split('/');
  if (rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return false;
  if (isIPv4(address!)) return Number(length ?? 32) <= 32;
  return isIPv6(address!) && Number(length ?? 128) <= 128;
}

export function describeExclude({ address, port }: Exclude): string {
  if (address === undefined) return `TCP port ${String(port)}`;
  return port === undefined ? address : `${address} TCP port ${String(port)}`;
}
