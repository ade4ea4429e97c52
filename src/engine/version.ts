// Versions: our own, and that of Suricata whose behaviour and formats we keep to.

import { readFileSync } from 'node:fs';

/** Announced by -V and --build-info; `TAYRA_SURICATA_VERSION` overrides it for tools that build addresses from it. */
export function compatibleVersion(): readonly [number, number, number] {
  const match = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(process.env['TAYRA_SURICATA_VERSION'] ?? '');
  if (match === null) return [9, 0, 0];
  return [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}

export function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
