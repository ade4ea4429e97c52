// decode-event (engine-event) and stream-event: an anomaly by name was seen on the packet.

import { nearestName } from '../base/nearest-name.ts';
import { anomalyId, anomalyNames } from '../framework/anomaly.ts';
import type { AnomalyKind } from '../framework/anomaly.ts';
import { unquoted } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';

function findAnomaly(kind: AnomalyKind, name: string): number {
  const id = anomalyId(kind, name);
  if (id !== undefined) return id;
  const nearest = nearestName(name, anomalyNames(kind));
  throw new RuleError(`unknown event "${name}"`, nearest === undefined ? undefined : `did you mean ${nearest}?`);
}

const decodeEvent = defineKeyword({
  name: 'decode-event',
  aliases: ['engine-event'],
  argument: 'required',
  kind: 'match',
  supportsPrefilter: true,
  summary: 'The decoder found this irregularity.',
  page: 'rules/decode-layer.html',
  examples: ['alert pkthdr any any -> any any (msg:"m"; decode-event:ipv4.pkt_too_small; sid:1;)'],
  compile(builder, option) {
    const name = unquoted(option).toLowerCase();
    if (name.startsWith('stream.')) {
      const streamEvent = findAnomaly('stream', name.slice('stream.'.length));
      builder.addPacketMatch((p) => p.hasAnomaly(streamEvent), {
        keyword: 'stream-event',
        keepsStream: true,
        requires: 'engine_event',
      });
      return;
    }
    const id = findAnomaly('decode', name);
    builder.addPacketMatch((p) => p.hasAnomaly(id), {
      keyword: 'decode-event',
      keepsStream: true,
      requires: 'engine_event',
    });
  },
});

const streamEvent = defineKeyword({
  name: 'stream-event',
  argument: 'required',
  kind: 'match',
  supportsPrefilter: true,
  summary: 'The stream engine found this irregularity.',
  page: 'rules/decode-layer.html',
  examples: ['alert tcp any any -> any any (msg:"m"; stream-event:pkt_invalid_ack; sid:1;)'],
  compile(builder, option) {
    const id = findAnomaly('stream', unquoted(option).toLowerCase());
    builder.addPacketMatch((p) => p.hasAnomaly(id), {
      keyword: 'stream-event',
      keepsStream: true,
      requires: 'engine_event',
    });
  },
});

export default [decodeEvent, streamEvent];
