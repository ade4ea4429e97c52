// Names of DNS record types and response codes (IANA registries), as records and rules write them.

/** Record types by number; a type without a name is written as its number. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  3: 'MD',
  4: 'MF',
  5: 'CNAME',
  6: 'SOA',
  7: 'MB',
  8: 'MG',
  9: 'MR',
  10: 'NULL',
  11: 'WKS',
  12: 'PTR',
  13: 'HINFO',
  14: 'MINFO',
  15: 'MX',
  16: 'TXT',
  17: 'RP',
  18: 'AFSDB',
  19: 'X25',
  20: 'ISDN',
  21: 'RT',
  22: 'NSAP',
  23: 'NSAPPTR',
  24: 'SIG',
  25: 'KEY',
  26: 'PX',
  27: 'GPOS',
  28: 'AAAA',
  29: 'LOC',
  30: 'NXT',
  33: 'SRV',
  34: 'ATMA',
  35: 'NAPTR',
  36: 'KX',
  37: 'CERT',
  38: 'A6',
  39: 'DNAME',
  41: 'OPT',
  42: 'APL',
  43: 'DS',
  44: 'SSHFP',
  45: 'IPSECKEY',
  46: 'RRSIG',
  47: 'NSEC',
  48: 'DNSKEY',
  49: 'DHCID',
  50: 'NSEC3',
  51: 'NSEC3PARAM',
  52: 'TLSA',
  55: 'HIP',
  59: 'CDS',
  60: 'CDNSKEY',
  65: 'HTTPS',
  99: 'SPF',
  249: 'TKEY',
  250: 'TSIG',
  254: 'MAILA',
  255: 'ANY',
  256: 'URI',
};

/** Numbers of the types whose data is read. */
export const DnsType = {
  a: 1,
  ns: 2,
  cname: 5,
  soa: 6,
  null: 10,
  ptr: 12,
  mx: 15,
  txt: 16,
  aaaa: 28,
  srv: 33,
  opt: 41,
  sshfp: 44,
} as const;

const RCODES: readonly string[] = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
];

const typeNumbers = new Map(Object.entries(TYPES).map(([number, name]) => [name.toLowerCase(), Number(number)]));
/** Codes beyond those of the header's four bits (RFC 6895 section 2.3). */
const EXTENDED: readonly (readonly [string, number])[] = [
  ['badvers', 16],
  ['badsig', 16],
  ['badkey', 17],
  ['badtime', 18],
  ['badmode', 19],
  ['badname', 20],
  ['badalg', 21],
  ['badtrunc', 22],
];
const rcodeNumbers = new Map([...RCODES.map((name, i) => [name.toLowerCase(), i] as const), ...EXTENDED]);

export function dnsTypeName(type: number): string {
  return TYPES[type] ?? String(type);
}

/** Number of a type by its name in any case. */
export function dnsTypeNumber(name: string): number | undefined {
  return typeNumbers.get(name.toLowerCase());
}

export function dnsRcodeName(rcode: number): string {
  return RCODES[rcode] ?? String(rcode);
}

export function dnsRcodeNumber(name: string): number | undefined {
  return rcodeNumbers.get(name.toLowerCase());
}
