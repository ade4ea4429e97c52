// EtherNet/IP (ODVA volume 2): CIP over TCP and UDP.

import { Probed, defineProtocol } from '../framework/app-protocol.ts';

/** Encapsulation header: command, length, session, status, context, options; little-endian. */
const HEADER = 24;
/** NOP, ListServices, ListIdentity, ListInterfaces, RegisterSession, UnregisterSession, SendRRData, SendUnitData, IndicateStatus, Cancel. */
const COMMANDS: readonly number[] = [0x00, 0x04, 0x63, 0x64, 0x65, 0x66, 0x6f, 0x70, 0x72, 0x73];
const NOP = 0;
const LIST_IDENTITY = 0x63;
/** What may be wrong, and 0 (ODVA volume 2, section 2-3.6). */
const STATUSES: readonly number[] = [0x00, 0x01, 0x02, 0x03, 0x64, 0x65, 0x69, 0x6a];
/** Lengths behind the header of commands that have only these: a version and options; nothing, or the session once more. */
const LENGTHS = new Map<number, readonly number[]>([
  [0x65, [4]],
  [0x66, [0, 4]],
]);

function u16le(data: Uint8Array, at: number): number {
  return data[at]! | (data[at + 1]! << 8);
}

function probe(data: Uint8Array, start: number, end: number): number {
  if (end - start < HEADER) return Probed.more;
  const command = u16le(data, start);
  if (!COMMANDS.includes(command)) return Probed.no;
  const options = u16le(data, start + 20) | u16le(data, start + 22);
  if (command === NOP) return options === 0 ? Probed.yes : Probed.no;
  if (LENGTHS.get(command)?.includes(u16le(data, start + 2)) === false) return Probed.no;
  if (command !== LIST_IDENTITY) return Probed.yes;
  return u16le(data, start + 10) === 0 && STATUSES.includes(u16le(data, start + 8)) ? Probed.yes : Probed.no;
}

export default defineProtocol({
  name: 'enip',
  summary: 'EtherNet/IP with CIP, of industrial control.',
  transports: ['tcp', 'udp'],
  probes: (['tcp', 'udp'] as const).flatMap((transport) => [
    { transport, direction: 0, ports: '44818', minimum: HEADER, probe },
    { transport, direction: 1, ports: '44818', minimum: HEADER, probe },
  ]),
});
