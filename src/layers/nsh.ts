// Network service header (RFC 8300): checked, then IP or Ethernet as part of the same packet.

import { defineCounter } from '../base/counters.ts';
import { defineAnomalies } from '../framework/anomaly.ts';
import { LAYER_FAILED, LAYER_OK, defineLayer, markInvalid } from '../framework/layer.ts';
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { EtherType } from '../wire/ethernet.ts';
import { NSH_BASE_LENGTH, NSH_TYPE1_LENGTH, Nsh, NshNextProtocol } from '../wire/nsh.ts';

const COUNTER = defineCounter('decoder.nsh');
const ANOMALY = defineAnomalies('decode', 'nsh', [
  'header_too_small',
  'unsupported_version',
  'bad_header_length',
  'reserved_type',
  'unsupported_type',
  'unknown_payload',
]);
const METADATA_RESERVED = 0;
const METADATA_FIXED = 1;
const METADATA_VARIABLE = 2;
const METADATA_EXPERIMENT = 15;

function decode(c: LayerContext, p: Packet, o: number, end: number): LayerResult {
  c.count(COUNTER);
  if (end - o < NSH_BASE_LENGTH) {
    markInvalid(p, ANOMALY.header_too_small);
    return LAYER_FAILED;
  }
  if (!c.enter(p)) return LAYER_FAILED;
  const problem = headerProblem(p.data, o, end);
  if (problem >= 0) {
    p.addAnomaly(problem);
    if (problem === ANOMALY.bad_header_length) p.flags |= PacketFlag.invalid;
    return LAYER_OK;
  }
  return carry(c, p, Nsh.nextProtocol(p.data, o), o + Nsh.length(p.data, o), end);
}

function headerProblem(data: Uint8Array, o: number, end: number): number {
  const length = Nsh.length(data, o);
  const type = Nsh.metadataType(data, o);
  if (Nsh.version(data, o) !== 0) return ANOMALY.unsupported_version;
  if (length >= end - o) return ANOMALY.bad_header_length;
  if (type === METADATA_RESERVED || type === METADATA_EXPERIMENT) return ANOMALY.reserved_type;
  if (type !== METADATA_FIXED && type !== METADATA_VARIABLE) return ANOMALY.unsupported_type;
  return type === METADATA_FIXED && length !== NSH_TYPE1_LENGTH ? ANOMALY.bad_header_length : -1;
}

function carry(c: LayerContext, p: Packet, next: number, o: number, end: number): LayerResult {
  switch (next) {
    case NshNextProtocol.ipv4:
      return c.ipv4(p, o, end);
    case NshNextProtocol.ipv6:
      return c.ipv6(p, o, end);
    case NshNextProtocol.ethernet:
      return c.ethernet(p, o, end);
    case NshNextProtocol.mpls:
      return c.network(p, EtherType.mplsUnicast, o, end);
    default:
      p.addAnomaly(ANOMALY.unknown_payload);
      return LAYER_OK;
  }
}

export default defineLayer({
  name: 'nsh',
  summary: 'Network service header',
  link: 'https://www.rfc-editor.org/rfc/rfc8300',
  etherTypes: [EtherType.nsh],
  decode,
});
