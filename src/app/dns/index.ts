// DNS (RFC 1034, RFC 1035), and its relatives of the local network: mDNS (RFC 6762) and LLMNR (RFC 4795).

import { defineProtocol } from '../../framework/app-protocol.ts';
import type { ProtocolProbe } from '../../framework/app-protocol.ts';
import { DNS_ANOMALY, LLMNR_ANOMALY, MDNS_ANOMALY } from './anomalies.ts';
import { DNS_EVE } from './eve.ts';
import { DNS_KEYWORDS, nameKeywords } from './keywords.ts';
import { LLMNR_EVE, MDNS_EVE } from './local-eve.ts';
import { DnsParser } from './parser.ts';
import { probeMutual, probeTcp, probeUdp } from './probe.ts';

function udpProbes(ports: string, { clientPorts = '', probe = probeUdp } = {}): readonly ProtocolProbe[] {
  return ([0, 1] as const).map(
    (direction) => ({ transport: 'udp', direction, ports, clientPorts, minimum: 12, probe }) as const,
  );
}

function tcpProbes(ports: string): readonly ProtocolProbe[] {
  return ([0, 1] as const).map((direction) => ({ transport: 'tcp', direction, ports, minimum: 14, probe: probeTcp }));
}

const DNS = defineProtocol({
  name: 'dns',
  summary: 'Domain names.',
  transports: ['tcp', 'udp'],
  probes: [...udpProbes('53'), ...tcpProbes('53')],
  createParser: (flow) => new DnsParser(flow, DNS_ANOMALY),
  createFollower: (flow) => new DnsParser(flow, DNS_ANOMALY, { isFollower: true }),
  keywords: DNS_KEYWORDS,
  frames: ['pdu'],
  eve: [DNS_EVE],
});

const MDNS = defineProtocol({
  name: 'mdns',
  summary: 'Domain names of the local network, multicast.',
  transports: ['udp'],
  probes: udpProbes('5353', { probe: probeMutual }),
  createParser: (flow) => new DnsParser(flow, MDNS_ANOMALY, { isMutual: true }),
  createFollower: (flow) => new DnsParser(flow, MDNS_ANOMALY, { isFollower: true, isMutual: true }),
  keywords: nameKeywords('mdns'),
  frames: ['pdu'],
  eve: [MDNS_EVE],
});

/** A question goes to a group, its answer comes from a host: a flow of its own. */
const LLMNR = defineProtocol({
  name: 'llmnr',
  summary: 'Host names of the local network, as Windows asks for them.',
  transports: ['tcp', 'udp'],
  probes: [...udpProbes('5355', { clientPorts: '5355' }), ...tcpProbes('5355')],
  createParser: (flow) => new DnsParser(flow, LLMNR_ANOMALY),
  createFollower: (flow) => new DnsParser(flow, LLMNR_ANOMALY, { isFollower: true }),
  keywords: nameKeywords('llmnr'),
  frames: ['pdu'],
  eve: [LLMNR_EVE],
});

export default [DNS, MDNS, LLMNR];
