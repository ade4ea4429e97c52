// `nfq:` of the configuration: what becomes of queued packets, and how the queues are set up.

import type { QueueSettings } from '../../capture/nfqueue.ts';
import type { MaskedMark } from '../../capture/queue-verdicts.ts';
import type { ConfigNode } from '../../config/index.ts';

const MODES = ['accept', 'repeat', 'route'] as const;
/** Packets that wait in the kernel: many, for a pause of ours must not fill the queue. */
const QUEUE_LENGTH = 16_384;
/** Few enough not to add to the delay of the first. */
const BATCH_COUNT = 16;
const LARGEST_QUEUE = 0xffff;
const WHOLE = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i;

/** Inline, but everything goes on, whatever is decided. */
export function isShadow(config: ConfigNode): boolean {
  return config.bool('tayra.shadow', false);
}

/** What the command line adds. */
export interface QueueUse {
  readonly queues: readonly number[];
  /** Rules write into packets: they must come with checksums that can be kept right. */
  readonly writesPackets: boolean;
}

export function queueSettings(config: ConfigNode, use: QueueUse): QueueSettings {
  return {
    queues: use.queues,
    mode: config.choice('nfq.mode', MODES, 'accept'),
    repeat: maskedMark(config, 'repeat', 1),
    bypass: maskedMark(config, 'bypass', 0),
    routeQueue: config.int('nfq.route-queue', 0, { min: 0, max: LARGEST_QUEUE }),
    batchCount: config.int('nfq.batchcount', BATCH_COUNT, { min: 0, max: 255 }) || 1,
    isShadow: isShadow(config),
    isFailOpen: config.bool('nfq.fail-open', true),
    queueLength: QUEUE_LENGTH,
    takesLarge: !use.writesPackets,
    budget: config.int('nfq.packet-timeout', 0, { min: 0, max: 60_000 }),
    dropsLate: ['drop-packet', 'drop-flow', 'reject'].includes(config.string('exception-policy', 'auto') ?? 'auto'),
  };
}

/** `repeat-mark` and `repeat-mask`, `bypass-mark` and `bypass-mask`. */
function maskedMark(config: ConfigNode, name: string, fallback: number): MaskedMark {
  const mark = whole(config, `nfq.${name}-mark`, fallback);
  const mask = whole(config, `nfq.${name}-mask`, mark);
  return { mark: mark | 0, mask: mask | 0 };
}

function whole(config: ConfigNode, path: string, fallback: number): number {
  const text = config.string(path);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (WHOLE.test(text) && value <= 0xffffffff) return value;
  config.report('config/bad-value', `${path}: "${text}" is no number of 32 bits; taking ${String(fallback)}`, path);
  return fallback;
}

/** The queues that texts such as `0` and `2:5` name, each once; or what is wrong, in Suricata's words. */
export function parseQueues(texts: readonly string[]): number[] | string {
  const queues = new Set<number>();
  for (const text of texts) {
    const match = /^(\d{1,5})(?::(\d{1,5}))?$/.exec(text);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? first);
    if (match === null || first > LARGEST_QUEUE || last > LARGEST_QUEUE)
      return `specified queue(s) argument '${text}' is not valid (allowed queue numbers are 0-65535)`;
    if (first > last) return `start queue's number ${String(first)} is greater than ending number ${String(last)}`;
    for (let queue = first; queue <= last; queue++) queues.add(queue);
  }
  return [...queues];
}
