// TFTP (RFC 1350).

import { Probed, defineProtocol } from '../framework/app-protocol.ts';
import { u16 } from '../wire/read.ts';

/** Read and write requests: opcode, name, 0, mode, 0. */
const READ = 1;
const WRITE = 2;
const MODES = ['netascii', 'octet', 'mail'];

function probe(data: Uint8Array, start: number, end: number): number {
  const opcode = u16(data, start);
  if (opcode !== READ && opcode !== WRITE) return Probed.no;
  for (let zero = data.indexOf(0, start + 2); zero >= 0 && zero < end; zero = data.indexOf(0, zero + 1)) {
    if (MODES.some((mode) => isText(data, zero + 1, end, mode))) return Probed.yes;
  }
  return Probed.no;
}

function isText(data: Uint8Array, at: number, end: number, text: string): boolean {
  if (at + text.length >= end) return false;
  for (let i = 0; i < text.length; i++) if ((data[at + i]! | 0x20) !== text.charCodeAt(i)) return false;
  return data[at + text.length] === 0;
}

export default defineProtocol({
  name: 'tftp',
  summary: 'Small files over UDP.',
  transports: ['udp'],
  probes: [{ transport: 'udp', direction: 0, ports: '69', minimum: 4, probe }],
});
