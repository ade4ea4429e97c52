// Which counters of anomalies the statistics show: `stats.decoder-events` (yes), `stats.stream-events` (no).
import type { ConfigNode } from '../config/index.ts';

const DECODER_PREFIX = 'decoder.event.';
/** Counters that Suricata does not have: on the command socket and for metrics alone, since EVE has a schema. */
const OWN_PREFIX = 'tayra.';
const STREAM_PREFIX = 'stream.';

/** Says of a counter's name whether it is shown. @param node any node of the configuration */
export function shownCounters(node: ConfigNode | undefined): (name: string) => boolean {
  let root = node;
  while (root?.parent !== undefined) root = root.parent;
  const hasDecoder = root?.bool('stats.decoder-events', true) ?? true;
  const hasStream = root?.bool('stats.stream-events', false) ?? false;
  return (name) => {
    if (name.startsWith(OWN_PREFIX)) return false;
    if (name.startsWith(DECODER_PREFIX)) return hasDecoder;
    return hasStream || !name.startsWith(STREAM_PREFIX);
  };
}
