// Offloading: what cards and the kernel put together before a capture sees it, or cut up after, is switched off for the time of
// a capture, so that packets are seen as they are on the wire.

import { interfaceValue } from '../native/af-packet.ts';

interface Feature {
  /** As ethtool(8) calls it. */
  readonly name: string;
  // Commands of ethtool.h that ask for it and set it, and its bit in their number.
  readonly get: number;
  readonly set: number;
  readonly bit: number;
}

/** Each before those that it needs. */
const FEATURES: readonly Feature[] = [
  { name: 'gro', get: 0x2b, set: 0x2c, bit: 1 },
  { name: 'lro', get: 0x25, set: 0x26, bit: 1 << 15 },
  { name: 'tso', get: 0x1e, set: 0x1f, bit: 1 },
  { name: 'gso', get: 0x23, set: 0x24, bit: 1 },
  { name: 'sg', get: 0x18, set: 0x19, bit: 1 },
];

interface Changed {
  readonly device: string;
  readonly feature: Feature;
}

export class Offloading {
  private readonly changed: readonly Changed[];

  private constructor(changed: readonly Changed[]) {
    this.changed = changed;
  }

  /** Names of the features of an interface that are switched on; none of one that is not there. */
  static of(device: string): string[] {
    return featuresOf(device).map(({ name }) => name);
  }

  /**
   * Switches everything off that is on.
   * @param tell told what stays on
   */
  static switchOff(devices: readonly string[], tell: (message: string) => void): Offloading {
    const changed: Changed[] = [];
    for (const device of devices) {
      const found = featuresOf(device);
      for (const feature of found) if (isSet(device, feature, false)) changed.push({ device, feature });
      const left = Offloading.of(device);
      if (left.length > 0) tell(staysOn(device, left));
    }
    return new Offloading(changed);
  }

  /** @param tell told what could not be switched on again */
  restore(tell: (message: string) => void): void {
    for (const { device, feature } of this.changed.toReversed()) {
      const isThere = interfaceValue(device, feature.get) >= 0;
      if (isThere && !isSet(device, feature, true))
        tell(`${device}: ${feature.name} stays off; ethtool -K ${device} ${feature.name} on`);
    }
  }
}

/** What packets look like while features are on, and what helps. */
export function staysOn(device: string, features: readonly string[]): string {
  const words = features.map((name) => `${name} off`).join(' ');
  return `${device}: packets may come put together (${features.join(', ')}), so that rules see other sizes than those on the wire; ethtool -K ${device} ${words}`;
}

function featuresOf(device: string): Feature[] {
  return FEATURES.filter(({ get, bit }) => {
    const value = interfaceValue(device, get);
    return value > 0 && (value & bit) !== 0;
  });
}

/** Sets a feature, and leaves what else is in its number as it is. @returns whether it is so now */
function isSet(device: string, { bit, get, set }: Feature, isOn: boolean): boolean {
  const before = interfaceValue(device, get);
  if (before < 0) return false;
  const wanted = isOn ? before | bit : before & ~bit;
  if (interfaceValue(device, set, wanted >>> 0) < 0) return false;
  return (interfaceValue(device, get) & bit) === (wanted & bit);
}
