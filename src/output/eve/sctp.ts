// EVE `sctp`: verification tag and chunks of a packet that alerted.
import { Sctp, SctpChunkType, sctpChunkAt, sctpChunkName } from '../../wire/sctp.ts';
import type { Packet } from '../../framework/packet.ts';

const SCTP = 132;

/** `,"sctp":{...}` of an SCTP packet whose header is whole, else ''. */
export function sctpText(p: Packet): string {
  if (p.proto !== SCTP || p.l4Offset < 0) return '';
  const types: number[] = [];
  const end = p.l3End;
  for (let at = sctpChunkAt(p.data, p.l4Offset, end, 0); at >= 0;) {
    types.push(Sctp.chunkType(p.data, at));
    at = sctpChunkAt(p.data, p.l4Offset, end, types.length);
  }
  const has = (type: number): string => String(types.includes(type));
  return (
    `,"sctp":{"vtag":${String(p.sctpVtag >>> 0)},"chunk_cnt":${String(p.sctpChunkCount)}` +
    `,"chunk_types":[${types.map((type) => `"${sctpChunkName(type)}"`).join(',')}]` +
    `,"has_init":${has(SctpChunkType.init)},"has_init_ack":${has(SctpChunkType.initAck)}` +
    `,"has_data":${has(SctpChunkType.data)},"has_abort":${has(SctpChunkType.abort)}}`
  );
}
