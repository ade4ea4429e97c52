// Names of IP protocols as events print them; the rest by number (IANA protocol numbers).

const NAMES: Readonly<Record<number, string>> = {
  0: 'HOPOPT',
  1: 'ICMP',
  2: 'IGMP',
  3: 'GGP',
  4: 'IP-in-IP',
  6: 'TCP',
  8: 'EGP',
  9: 'IGP',
  17: 'UDP',
  33: 'DCCP',
  41: 'IPv6',
  43: 'IPv6-Route',
  44: 'IPv6-Frag',
  46: 'RSVP',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  58: 'IPv6-ICMP',
  59: 'IPv6-NoNxt',
  60: 'IPv6-Opts',
  88: 'EIGRP',
  89: 'OSPFIGP',
  97: 'ETHERIP',
  98: 'ENCAP',
  103: 'PIM',
  108: 'IPComp',
  112: 'VRRP',
  115: 'L2TP',
  118: 'STP',
  124: 'ISIS over IPv4',
  132: 'SCTP',
  133: 'FC',
  135: 'Mobility Header',
  136: 'UDPLite',
  137: 'MPLS-in-IP',
  138: 'manet',
  139: 'HIP',
  140: 'Shim6',
  142: 'ROHC',
};

const TABLE: readonly string[] = Array.from({ length: 256 }, (_, n) => NAMES[n] ?? String(n));

/** `TCP`, `IPv6-ICMP` ..., or the number when nobody has a name for it. */
export function protocolName(proto: number): string {
  return TABLE[proto & 255]!;
}

/** Protocols whose events carry ports. */
export function hasPorts(proto: number): boolean {
  return proto === 6 || proto === 17 || proto === 132;
}

export function isIcmp(proto: number): boolean {
  return proto === 1 || proto === 58;
}

// request type <-> reply type (RFC 792, RFC 4443 and successors), the pairs that Community ID knows
const ICMP4_PAIRS = [
  [8, 0],
  [10, 9],
  [13, 14],
  [15, 16],
  [17, 18],
] as const;
const ICMP6_PAIRS = [
  [128, 129],
  [130, 131],
  [133, 134],
  [135, 136],
  [139, 140],
  [144, 145],
] as const;

function pairTable(pairs: readonly (readonly [number, number])[]): Int16Array {
  const table = new Int16Array(256).fill(-1);
  for (const [a, b] of pairs) {
    table[a] = b;
    table[b] = a;
  }
  return table;
}

const ICMP4_PEER = pairTable(ICMP4_PAIRS);
const ICMP6_PEER = pairTable(ICMP6_PAIRS);

/** The ICMP type that answers (or asks for) `type`, -1 when it stands alone. */
export function icmpPeerType(proto: number, type: number): number {
  return (proto === 58 ? ICMP6_PEER : ICMP4_PEER)[type & 255]!;
}
