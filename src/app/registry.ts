// Every application protocol that is looked for; generated from this folder (npm run gen).

import dnsProtocol from './dns/index.ts';

import type { ProtocolDefinition } from '../framework/app-protocol.ts';

const files: readonly (ProtocolDefinition | readonly ProtocolDefinition[])[] = [dnsProtocol];

/** Protocols in the order of their files. */
export const PROTOCOLS: readonly ProtocolDefinition[] = files.flatMap(
  (file) => (Array.isArray(file) ? file : [file]) as ProtocolDefinition[],
);
