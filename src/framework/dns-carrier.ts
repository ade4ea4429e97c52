// DnsCarrier: a transaction of another protocol that carries DNS messages; the keywords of DNS see them.

import type { DnsMessage } from '../wire/dns.ts';
import type { Direction } from './transaction.ts';

export interface DnsCarrier {
  /** Null when there is none in that direction. */
  dnsMessage(direction: Direction): DnsMessage | null;
}
