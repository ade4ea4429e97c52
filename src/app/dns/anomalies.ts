// What can be wrong with messages of DNS, mDNS and LLMNR.

import { defineAnomalies, reserveAnomalies } from '../../framework/anomaly.ts';

const NAMES = [
  'z_flag_set',
  'invalid_opcode',
  'name_too_long',
  'infinite_loop',
  'too_many_labels',
  'invalid_additionals',
  'invalid_authorities',
] as const;

/** Where one side asks and the other answers. */
const SIDED = ['not_response', ...NAMES] as const;

export type DnsAnomalies = Readonly<Record<(typeof NAMES)[number], number>> & {
  /** Who has answered once does not ask; absent: all do both. */
  readonly not_response?: number;
};

export const DNS_ANOMALY: DnsAnomalies = defineAnomalies('applayer', 'dns', SIDED);
export const MDNS_ANOMALY: DnsAnomalies = defineAnomalies('applayer', 'mdns', NAMES);
export const LLMNR_ANOMALY: DnsAnomalies = defineAnomalies('applayer', 'llmnr', SIDED);

for (const protocol of ['dns', 'mdns', 'llmnr'])
  reserveAnomalies('applayer', protocol, ['malformed_data', 'not_request', 'not_a_request', 'not_a_response']);
reserveAnomalies('applayer', 'mdns', ['not_response']);
