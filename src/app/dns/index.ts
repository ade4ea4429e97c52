// DNS (RFC 1034, RFC 1035) over UDP and TCP.

import { defineProtocol } from '../../framework/app-protocol.ts';
import { DNS_EVE } from './eve.ts';
import { DNS_KEYWORDS } from './keywords.ts';
import { DnsParser } from './parser.ts';
import { probeTcp, probeUdp } from './probe.ts';

export default defineProtocol({
  name: 'dns',
  summary: 'Domain names.',
  transports: ['tcp', 'udp'],
  probes: [
    { transport: 'udp', direction: 0, ports: '53', minimum: 12, probe: probeUdp },
    { transport: 'udp', direction: 1, ports: '53', minimum: 12, probe: probeUdp },
    { transport: 'tcp', direction: 0, ports: '53', minimum: 14, probe: probeTcp },
    { transport: 'tcp', direction: 1, ports: '53', minimum: 14, probe: probeTcp },
  ],
  createParser: (flow) => new DnsParser(flow),
  keywords: DNS_KEYWORDS,
  eve: [DNS_EVE],
});
