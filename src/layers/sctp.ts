// SCTP packets (RFC 9260): the common header and a walk over the chunks.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { IpProtocol } from '../wire/ipv4.ts';
import {
  SCTP_CHUNK_HEADER_LENGTH,
  SCTP_DATA_HEADER_LENGTH,
  SCTP_HEADER_LENGTH,
  Sctp,
  SctpChunkType,
} from '../wire/sctp.ts';

const COUNTER = defineCounter('decoder.sctp');
const ANOMALY = defineAnomalies('decode', 'sctp', [
  'pkt_too_small',
  'chunk_too_small',
  'chunk_len_invalid',
  'too_many_chunks',
  'too_many_data_chunks',
  'init_chunk_bundled',
  'init_with_non_zero_vtag',
  'data_with_zero_vtag',
]);
const MAX_CHUNKS = 64;
const MAX_DATA_CHUNKS = 32;

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < SCTP_HEADER_LENGTH) {
    markInvalid(p, ANOMALY.pkt_too_small);
    return LAYER_FAILED;
  }
  const data = p.data;
  p.l4Offset = o;
  p.l4HeaderLength = SCTP_HEADER_LENGTH;
  p.proto = IpProtocol.sctp;
  p.sp = Sctp.sourcePort(data, o);
  p.dp = Sctp.destinationPort(data, o);
  p.sctpVtag = Sctp.verificationTag(data, o);
  p.payloadOffset = o + SCTP_HEADER_LENGTH;
  p.payloadLength = end - o - SCTP_HEADER_LENGTH;
  p.flags |= PacketFlag.wantsFlow;
  walkChunks(p, p.payloadOffset, end);
  return LAYER_OK;
}

function walkChunks(p: Packet, o: number, end: number): void {
  const data = p.data;
  let chunks = 0;
  let dataChunks = 0;
  let hasInit = false;
  while (o < end && chunks < MAX_CHUNKS) {
    if (end - o < SCTP_CHUNK_HEADER_LENGTH) {
      p.addAnomaly(ANOMALY.chunk_too_small);
      break;
    }
    const length = Sctp.chunkLength(data, o);
    if (length < SCTP_CHUNK_HEADER_LENGTH || length > end - o) {
      p.addAnomaly(ANOMALY.chunk_len_invalid);
      break;
    }
    const type = Sctp.chunkType(data, o);
    chunks++;
    if (type === SctpChunkType.data && ++dataChunks === 1) takeUserData(p, o, length);
    if (type === SctpChunkType.init) hasInit = true;
    o += (length + 3) & ~3;
  }
  p.sctpChunkCount = chunks;
  if (o < end && chunks === MAX_CHUNKS) p.addAnomaly(ANOMALY.too_many_chunks);
  if (dataChunks > MAX_DATA_CHUNKS) p.addAnomaly(ANOMALY.too_many_data_chunks);
  noteTag(p, chunks, dataChunks, hasInit);
}

/** The payload of a packet with data is what its first DATA chunk carries (RFC 9260 section 3.3.1). */
function takeUserData(p: Packet, o: number, length: number): void {
  if (length < SCTP_DATA_HEADER_LENGTH) return;
  p.payloadOffset = o + SCTP_DATA_HEADER_LENGTH;
  p.payloadLength = length - SCTP_DATA_HEADER_LENGTH;
}

/** RFC 9260 section 8.5.1: INIT stands alone under tag 0, nothing else goes under it. */
function noteTag(p: Packet, chunks: number, dataChunks: number, hasInit: boolean): void {
  if (hasInit && chunks > 1) p.addAnomaly(ANOMALY.init_chunk_bundled);
  if (hasInit && p.sctpVtag !== 0) p.addAnomaly(ANOMALY.init_with_non_zero_vtag);
  if (dataChunks > 0 && p.sctpVtag === 0) p.addAnomaly(ANOMALY.data_with_zero_vtag);
}

export default defineLayer({
  name: 'sctp',
  summary: 'Stream control transmission protocol',
  link: 'https://www.rfc-editor.org/rfc/rfc9260',
  ipv4Protocols: [IpProtocol.sctp],
  ipv6Protocols: [IpProtocol.sctp],
  decode,
});
