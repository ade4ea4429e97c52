// DCE/RPC (DCE 1.1, C706): connection-oriented over TCP, connectionless over UDP.

import { Probed, defineProtocol } from '../../framework/app-protocol.ts';
import {
  CL_HEADER,
  CO_HEADER,
  isCoHeader,
  isLittleEndian,
  isRepresentation,
  PduType,
  number16,
} from '../../applayer/dcerpc/pdu.ts';
import { TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { DatagramParser } from './datagram-parser.ts';
import { DCERPC_EVE } from './eve.ts';
import { DCERPC_KEYWORDS } from './keywords.ts';
import { DcerpcParser } from './parser.ts';
import { readSettings } from './settings.ts';
import type { DcerpcSettings } from './settings.ts';

const UDP = 17;
const CL_LAST_TYPE = 10;

/** PDUs that only one end sends (C706 chapter 12.6.4): from the other end, client and server are mixed up. */
const OF_CLIENTS: readonly number[] = [PduType.request, PduType.bind, PduType.alterContext, PduType.auth3];
const OF_SERVERS: readonly number[] = [
  PduType.response,
  PduType.fault,
  PduType.bindAck,
  PduType.bindNak,
  PduType.alterContextResponse,
];

/** Behind version 5.0, which everybody speaks: 5.1 would be what clients of SOCKS 5 say (RFC 1928). */
function probeTcp(data: Uint8Array, start: number, end: number, direction: Direction): number {
  if (end - start < CO_HEADER) return Probed.more;
  if (!isCoHeader(data, start)) return Probed.no;
  return (direction === TO_SERVER ? OF_SERVERS : OF_CLIENTS).includes(data[start + 2]!) ? Probed.no : Probed.yes;
}

function probeUdp(data: Uint8Array, start: number, end: number): number {
  if (end - start < CL_HEADER || data[start + 1]! > CL_LAST_TYPE) return Probed.no;
  // the upper bits of the second flags and the reserved byte of the format label are zero
  if ((data[start + 3]! & 0xfc) !== 0 || data[start + 6] !== 0) return Probed.no;
  if (!isRepresentation(data, start + 4)) return Probed.no;
  const body = number16(data, start + 74, isLittleEndian(data, start + 4));
  return CL_HEADER + body <= end - start ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'dcerpc',
  summary: 'Remote procedure calls of DCE and Windows.',
  transports: ['tcp', 'udp'],
  patterns: [
    { transport: 'tcp', direction: 0, content: '|05 00|', probe: probeTcp },
    { transport: 'tcp', direction: 1, content: '|05 00|', probe: probeTcp },
    { transport: 'udp', direction: 0, content: '|04 00|', probe: probeUdp },
    { transport: 'udp', direction: 1, content: '|04 00|', probe: probeUdp },
  ],
  readSettings,
  createParser: (flow, { value }) => {
    const settings = value as DcerpcSettings;
    return flow.transport === UDP ? new DatagramParser(flow, settings) : new DcerpcParser(flow, settings);
  },
  keywords: DCERPC_KEYWORDS,
  frames: ['hdr', 'data', 'pdu'],
  eve: [DCERPC_EVE],
});
