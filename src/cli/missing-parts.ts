// What Suricata's command line can ask for and this program does not do: why, and what does instead.

import { isGiven } from './arguments.ts';
import type { Arguments } from './arguments.ts';

interface MissingPart {
  /** Keys in `Arguments`. */
  readonly options: readonly string[];
  readonly what: string;
  readonly why: string;
  readonly instead: string;
}

const INTERFACE = '-i IFACE captures from an interface through AF_PACKET';

/** Other sources of packets. */
const SOURCES: readonly MissingPart[] = [
  {
    options: ['afXdp'],
    what: 'AF_XDP (--af-xdp)',
    why: 'it needs a program in the driver of the card',
    instead: `${INTERFACE}, with any driver`,
  },
  {
    options: ['netmap'],
    what: 'netmap (--netmap)',
    why: 'it is a part of FreeBSD, and on Linux a kernel module of its own',
    instead: `${INTERFACE}, and copy-mode of af-packet bridges two`,
  },
  {
    options: ['dpdk'],
    what: 'DPDK (--dpdk)',
    why: 'it takes the card away from the kernel, by drivers of its own',
    instead: `give the card back to the kernel: ${INTERFACE}`,
  },
  {
    options: ['pfring', 'pfringInterface', 'pfringCluster', 'pfringClusterType'],
    what: 'PF_RING (--pfring)',
    why: 'it needs a kernel module and a library of its vendor',
    instead: `${INTERFACE}; threads, cluster-id and cluster-type of af-packet share its packets`,
  },
  {
    options: ['napatech'],
    what: 'capture from Napatech cards (--napatech)',
    why: 'it needs the library of their vendor',
    instead: `where the card is a network interface, ${INTERFACE}`,
  },
  {
    options: ['dag'],
    what: 'capture from DAG cards (--dag)',
    why: 'it needs the library of their vendor',
    instead: `where the card is a network interface, ${INTERFACE}`,
  },
  {
    options: ['nflog'],
    what: 'NFLOG (--nflog)',
    why: 'groups of the firewall log are not read',
    instead: `-q NUMBER takes packets of a queue (NFQUEUE --queue-bypass in place of NFLOG); ${INTERFACE}`,
  },
  {
    options: ['ipfw'],
    what: 'inline mode on divert sockets (-d)',
    why: 'ipfw is a part of FreeBSD',
    instead: '-q NUMBER decides on packets of a netfilter queue, tayra inline --setup makes one',
  },
  {
    options: ['captureplugin', 'capturePluginArguments'],
    what: 'a capture plug-in (--capture-plugin)',
    why: 'plug-ins are libraries made for Suricata itself',
    instead: `${INTERFACE}, --listen takes in VXLAN and Geneve, -r reads captures, those of standard input too (-r -)`,
  },
  {
    options: ['erf'],
    what: 'reading of ERF files (--erf-in)',
    why: 'captures are read as pcap and pcapng',
    instead: 'convert it (editcap -F pcap FILE.erf FILE.pcap), and read it with -r FILE.pcap',
  },
];

const FIREWALL: MissingPart = {
  options: ['firewall', 'firewallRules'],
  what: 'firewall mode (--firewall)',
  why: 'all packets go on that no rule stops',
  instead: 'rules that drop do so inline (-q NUMBER, tayra inline)',
};

/** Options that name a source of packets. */
export const MISSING_SOURCES: readonly (readonly string[])[] = SOURCES.map(({ options }) => options);

/** What asks for something that is not done; undefined when nothing does. */
export function missingPart(args: Arguments): string | undefined {
  const part = [...SOURCES, FIREWALL].find(({ options }) => options.some((option) => isGiven(args, option)));
  return part && `${part.what} is not supported: ${part.why}. Instead: ${part.instead}`;
}
