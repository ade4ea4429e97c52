// What can be wrong with messages of DNS, mDNS and LLMNR.

import { defineAnomalies, reserveAnomalies } from '../../framework/anomaly.ts';

const NAMES = [
  'not_response',
  'z_flag_set',
  'invalid_opcode',
  'name_too_long',
  'infinite_loop',
  'too_many_labels',
  'invalid_additionals',
  'invalid_authorities',
] as const;

export type DnsAnomalies = Readonly<Record<(typeof NAMES)[number], number>>;

export const DNS_ANOMALY: DnsAnomalies = defineAnomalies('applayer', 'dns', NAMES);
export const MDNS_ANOMALY: DnsAnomalies = defineAnomalies('applayer', 'mdns', NAMES);
export const LLMNR_ANOMALY: DnsAnomalies = defineAnomalies('applayer', 'llmnr', NAMES);

for (const protocol of ['dns', 'mdns', 'llmnr'])
  reserveAnomalies('applayer', protocol, ['malformed_data', 'not_request', 'not_a_request', 'not_a_response']);
