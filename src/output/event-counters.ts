// Which counters the statistics show, and under what name: `stats.decoder-events` (yes), `stats.decoder-events-prefix`
// (`decoder.event`), `stats.stream-events` (no).
import type { ConfigNode } from '../config/index.ts';

const DECODER_PREFIX = 'decoder.event.';
/** Counters that Suricata does not have: on the command socket and for metrics alone, since EVE has a schema. */
const OWN_PREFIX = 'tayra.';
const STREAM_PREFIX = 'stream.';

/** What a counter is called in statistics; undefined where it is not shown. @param node any node of the configuration */
export function shownCounters(node: ConfigNode | undefined): (name: string) => string | undefined {
  const root = rootOf(node);
  const hasDecoder = root?.bool('stats.decoder-events', true) ?? true;
  const hasStream = root?.bool('stats.stream-events', false) ?? false;
  const prefix = `${root?.string('stats.decoder-events-prefix') ?? 'decoder.event'}.`;
  return (name) => {
    if (name.startsWith(OWN_PREFIX)) return undefined;
    if (name.startsWith(DECODER_PREFIX)) return hasDecoder ? prefix + name.slice(DECODER_PREFIX.length) : undefined;
    return hasStream || !name.startsWith(STREAM_PREFIX) ? name : undefined;
  };
}

/** `stats.enabled`. @param node any node of the configuration */
export function hasStatistics(node: ConfigNode): boolean {
  return rootOf(node)?.bool('stats.enabled', true) ?? true;
}

function rootOf(node: ConfigNode | undefined): ConfigNode | undefined {
  let root = node;
  while (root?.parent !== undefined) root = root.parent;
  return root;
}
