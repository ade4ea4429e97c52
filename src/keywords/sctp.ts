// Conditions and buffers on SCTP: verification tag, number, types and data of chunks.

import { bufferKeyword, integerKeyword, packetBuffer } from '../framework/header-keyword.ts';
import { acceptInteger, unquoted } from '../framework/keyword-argument.ts';
import { defineKeyword } from '../framework/keyword.ts';
import type { Packet } from '../framework/packet.ts';
import { SCTP_DATA_HEADER_LENGTH, Sctp, SctpChunkType, sctpChunkAt, sctpChunkType } from '../wire/sctp.ts';

const PAGE = 'rules/header-keywords.html';
const SCTP = 132;
const rule = (options: string): string => `alert sctp any any -> any any (msg:"m"; ${options} sid:1;)`;

function isSctp(p: Packet): boolean {
  return p.proto === SCTP && p.l4Offset >= 0;
}

/** Offset of the n-th well-formed chunk, -1 without. */
function chunkAt(p: Packet, n: number): number {
  return sctpChunkAt(p.data, p.l4Offset, p.l3End, n);
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
    const test = acceptInteger(option, unquoted(option), 'u8', { names: (name) => sctpChunkType(name.toLowerCase()) });
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
  'User data of each DATA chunk.',
  (p, view, instance) => {
    if (!isSctp(p)) return false;
    let left = instance;
    for (let i = 0; ; i++) {
      const o = chunkAt(p, i);
      if (o < 0) return false;
      const length = Sctp.chunkLength(p.data, o);
      if (Sctp.chunkType(p.data, o) !== SctpChunkType.data || length < SCTP_DATA_HEADER_LENGTH || left-- > 0) continue;
      view.start = o + SCTP_DATA_HEADER_LENGTH;
      view.end = o + length;
      return true;
    }
  },
  { isMulti: true },
);

const data = bufferKeyword(
  {
    name: 'sctp.chunk_data',
    summary: 'User data of each DATA chunk.',
    page: PAGE,
    examples: [rule('sctp.chunk_data; content:"x";')],
  },
  chunkData,
);

export default [tag, count, type, data];
