// DCE/RPC (DCE 1.1, C706): connection-oriented over TCP, connectionless over UDP.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** Common header of a connection-oriented PDU (C706 chapter 12.6.3.1). */
const CO_HEADER = 16;
const CO_LAST_TYPE = 19;
/** Header of a connectionless PDU (C706 chapter 12.5). */
const CL_HEADER = 80;
const CL_LAST_TYPE = 10;

function probeTcp(data: Uint8Array, start: number, end: number): number {
  if (end - start < 3) return Probed.more;
  if (data[start + 1]! > 1 || data[start + 2]! > CO_LAST_TYPE) return Probed.no;
  if (end - start < CO_HEADER) return Probed.more;
  return isRepresentation(data, start + 4) ? Probed.yes : Probed.no;
}

function probeUdp(data: Uint8Array, start: number, end: number): number {
  if (end - start < CL_HEADER || data[start + 1]! > CL_LAST_TYPE) return Probed.no;
  // the upper bits of the second flags and the reserved byte of the format label are zero
  if ((data[start + 3]! & 0xfc) !== 0 || data[start + 6] !== 0) return Probed.no;
  if (!isRepresentation(data, start + 4)) return Probed.no;
  // bytes of the body, in the order that the label names
  const isLittle = (data[start + 4]! & 0x10) !== 0;
  const [high, low] = isLittle ? [data[start + 75]!, data[start + 74]!] : [data[start + 74]!, data[start + 75]!];
  return CL_HEADER + ((high << 8) | low) <= end - start ? Probed.yes : Probed.no;
}

/** NDR format label (C706 chapter 14.1): integer and character order, then the floating-point format. */
function isRepresentation(data: Uint8Array, at: number): boolean {
  return (data[at]! & 0xee) === 0 && data[at + 1]! <= 3;
}

export default defineProtocol({
  name: 'dcerpc',
  summary: 'Remote procedure calls of DCE and Windows.',
  transports: ['tcp', 'udp'],
  patterns: [
    { transport: 'tcp', direction: 0, content: '|05|', probe: probeTcp },
    { transport: 'tcp', direction: 1, content: '|05|', probe: probeTcp },
    { transport: 'udp', direction: 0, content: '|04 00|', probe: probeUdp },
    { transport: 'udp', direction: 1, content: '|04 00|', probe: probeUdp },
  ],
});
