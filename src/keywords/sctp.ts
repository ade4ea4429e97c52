// Conditions and buffers on SCTP: verification tag, number, types and data of chunks.

import { bufferKeyword, integerKeyword, packetBuffer } from '../framework/header-keyword.ts';
import { acceptInteger, unquoted } from '../framework/keyword-argument.ts';
import { defineKeyword } from '../framework/keyword.ts';
import type { Packet } from '../framework/packet.ts';
import { SCTP_CHUNK_HEADER_LENGTH, SCTP_HEADER_LENGTH, Sctp } from '../wire/sctp.ts';

const PAGE = 'rules/header-keywords.html';
const SCTP = 132;
const rule = (options: string): string => `alert sctp any any -> any any (msg:"m"; ${options} sid:1;)`;

/** RFC 9260 section 3.2, by value. */
const CHUNK_TYPES: readonly string[] = [
  'data',
  'init',
  'init_ack',
  'sack',
  'heartbeat',
  'heartbeat_ack',
  'abort',
  'shutdown',
  'shutdown_ack',
  'error',
  'cookie_echo',
  'cookie_ack',
  'ecne',
  'cwr',
  'shutdown_complete',
  'auth',
];
const OTHER_TYPES: Readonly<Record<string, number>> = {
  i_data: 0x40,
  asconf_ack: 0x80,
  re_config: 0x82,
  pad: 0x84,
  forward_tsn: 0xc0,
  asconf: 0xc1,
  i_forward_tsn: 0xc2,
};

function chunkTypeByName(name: string): number | undefined {
  const lower = name.toLowerCase();
  const index = CHUNK_TYPES.indexOf(lower);
  return index >= 0 ? index : OTHER_TYPES[lower];
}

function isSctp(p: Packet): boolean {
  return p.proto === SCTP && p.l4Offset >= 0;
}

/** Offset of the n-th well-formed chunk, -1 without. */
function chunkAt(p: Packet, n: number): number {
  const end = p.payloadOffset + p.payloadLength;
  let o = p.l4Offset + SCTP_HEADER_LENGTH;
  for (let i = 0; o + SCTP_CHUNK_HEADER_LENGTH <= end; i++) {
    const length = Sctp.chunkLength(p.data, o);
    if (length < SCTP_CHUNK_HEADER_LENGTH || o + length > end) return -1;
    if (i === n) return o;
    o += (length + 3) & ~3;
  }
  return -1;
}

const tag = integerKeyword({
  name: 'sctp.vtag',
  width: 'u32',
  summary: 'Verification tag of SCTP.',
  page: PAGE,
  examples: [rule('sctp.vtag:0;')],
  read: (p) => (isSctp(p) ? p.sctpVtag >>> 0 : -1),
});

const count = integerKeyword({
  name: 'sctp.chunk_cnt',
  width: 'u16',
  summary: 'Number of chunks in the packet.',
  page: PAGE,
  examples: [rule('sctp.chunk_cnt:>1;')],
  read: (p) => (isSctp(p) ? p.sctpChunkCount : -1),
});

const type = defineKeyword({
  name: 'sctp.chunk_type',
  argument: 'required',
  kind: 'match',
  supportsPrefilter: true,
  summary: 'A chunk of this type is in the packet.',
  page: PAGE,
  examples: [rule('sctp.chunk_type:init;')],
  compile(builder, option) {
    const test = acceptInteger(option, unquoted(option), 'u8', { names: chunkTypeByName });
    builder.addPacketMatch(
      (p) => {
        if (!isSctp(p)) return false;
        for (let i = 0; ; i++) {
          const o = chunkAt(p, i);
          if (o < 0) return false;
          if (test(Sctp.chunkType(p.data, o))) return true;
        }
      },
      { keyword: 'sctp.chunk_type' },
    );
  },
});

const chunkData = packetBuffer(
  'sctp.chunk_data',
  'Data of each SCTP chunk, after its header.',
  (p, view, instance) => {
    if (!isSctp(p)) return false;
    const o = chunkAt(p, instance);
    if (o < 0) return false;
    view.start = o + SCTP_CHUNK_HEADER_LENGTH;
    view.end = o + Sctp.chunkLength(p.data, o);
    return true;
  },
  { isMulti: true },
);

const data = bufferKeyword(
  {
    name: 'sctp.chunk_data',
    summary: 'Data of each SCTP chunk, after its header.',
    page: PAGE,
    examples: [rule('sctp.chunk_data; content:"x";')],
  },
  chunkData,
);

export default [tag, count, type, data];
