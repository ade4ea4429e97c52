// DNS (RFC 1034, RFC 1035), and its relatives of the local network: mDNS (RFC 6762) and LLMNR (RFC 4795).

import { defineProtocol } from '../../framework/app-protocol.ts';
import { DNS_EVE } from './eve.ts';
import { DNS_KEYWORDS } from './keywords.ts';
import { DnsParser } from './parser.ts';
import { probeTcp, probeUdp } from './probe.ts';

const DNS = defineProtocol({
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

const MDNS = defineProtocol({
  name: 'mdns',
  summary: 'Domain names of the local network, multicast.',
  transports: ['udp'],
  probes: [
    { transport: 'udp', direction: 0, ports: '5353', minimum: 12, probe: probeUdp },
    { transport: 'udp', direction: 1, ports: '5353', minimum: 12, probe: probeUdp },
  ],
});

const LLMNR = defineProtocol({
  name: 'llmnr',
  summary: 'Host names of the local network, as Windows asks for them.',
  transports: ['tcp', 'udp'],
  probes: [
    { transport: 'udp', direction: 0, ports: '5355', minimum: 12, probe: probeUdp },
    { transport: 'udp', direction: 1, ports: '5355', minimum: 12, probe: probeUdp },
    { transport: 'tcp', direction: 0, ports: '5355', minimum: 14, probe: probeTcp },
    { transport: 'tcp', direction: 1, ports: '5355', minimum: 14, probe: probeTcp },
  ],
});

export default [DNS, MDNS, LLMNR];
