// Names of link types in EVE `packet_info.linktype_name` (libpcap's, without DLT_).

const NAMES: Readonly<Record<number, string>> = {
  0: 'NULL',
  1: 'EN10MB',
  9: 'PPP',
  12: 'RAW',
  14: 'RAW',
  101: 'RAW',
  104: 'C_HDLC',
  105: 'IEEE802_11',
  113: 'LINUX_SLL',
  108: 'LOOP',
  228: 'IPv4',
  229: 'IPv6',
  239: 'NFLOG',
  276: 'LINUX_SLL2',
};

/** The name, or undefined for a link type without one here. */
export function linkTypeName(linkType: number): string | undefined {
  return NAMES[linkType];
}
