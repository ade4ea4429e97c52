// Where packets, bytes and records are lost on their way from the network card to the logs, and what helps.

/** Counters of a run, as `dump-counters` gives them. */
export interface CounterTree {
  readonly [name: string]: CounterTree | number | string;
}

/** What the system counted for an interface (`/sys/class/net/NAME/statistics`). */
export type CardCounters = Readonly<Record<string, number>>;

export interface Loss {
  /** `card`, `ring`, ... in the order of the way. */
  readonly stage: string;
  readonly counter: string;
  readonly lost: number;
  /** What it is a part of; undefined where that is not known. */
  readonly of: number | undefined;
  readonly unit:
    'packets' | 'segments' | 'gaps' | 'alerts' | 'records' | 'fragments' | 'files' | 'flows' | 'sessions' | 'workers';
  readonly cause: string;
  readonly hint: string;
}

interface Place {
  readonly stage: string;
  readonly counter: string;
  readonly of?: string;
  readonly unit: Loss['unit'];
  readonly cause: string;
  readonly hint: string;
}

const CARD: readonly Pick<Place, 'counter' | 'cause' | 'hint'>[] = [
  {
    counter: 'rx_missed_errors',
    cause: 'the card had no free buffer',
    hint: 'larger rings of the card (ethtool -G IFACE rx N), more queues, interrupts on a processor of their own',
  },
  {
    counter: 'rx_fifo_errors',
    cause: 'the card had more packets than the bus took',
    hint: 'larger rings of the card (ethtool -G), a faster slot',
  },
  {
    counter: 'rx_over_errors',
    cause: 'packets were longer than the card takes',
    hint: 'a larger MTU on this interface (ip link set IFACE mtu 9000)',
  },
  {
    counter: 'rx_dropped',
    cause: 'the kernel had no use or no room for them before any capture',
    hint: 'net.core.netdev_max_backlog; frames of protocols that nobody listens to count here too',
  },
  {
    counter: 'rx_crc_errors',
    cause: 'packets were damaged on the wire',
    hint: 'cable, optics, or a tap that is overloaded',
  },
];

/** Lost before the interface was asked: not ours, but missing all the same. */
const CARD_COUNTERS = CARD.map(({ counter }) => counter);

const PLACES: readonly Place[] = [
  {
    stage: 'ring',
    counter: 'capture.kernel_drops',
    of: 'capture.kernel_packets',
    unit: 'packets',
    cause: 'the engine did not empty the ring in time',
    hint:
      'a larger ring (af-packet: ring-size) or buffer (net.core.rmem_max, for mirrors), more threads, fewer rules, ' +
      'a packet filter for what need not be seen',
  },
  {
    stage: 'queue',
    counter: 'tayra.late_passed',
    of: 'decoder.pkts',
    unit: 'packets',
    cause: 'packets of a queue waited for too long, and passed without a look',
    hint: 'more queues (-q 0:3 with --queue-balance), fewer rules',
  },
  {
    stage: 'queue',
    counter: 'tayra.late_dropped',
    of: 'decoder.pkts',
    unit: 'packets',
    cause: 'packets of a queue waited for too long, and were dropped',
    hint: 'more queues (-q 0:3 with --queue-balance), fewer rules, or let such packets pass',
  },
  {
    stage: 'worker',
    counter: 'tayra.workers_lost',
    unit: 'workers',
    cause: 'a worker ended before its time; another took its place, and picked its flows up in their midst',
    hint: 'the log says why: more memory for each (NODE_OPTIONS=--max-old-space-size=MB), or a report of the error',
  },
  {
    stage: 'decode',
    counter: 'decoder.invalid',
    of: 'decoder.pkts',
    unit: 'packets',
    cause: 'headers were cut or contradict themselves',
    hint: 'snap length, offloading of the card (ethtool -K IFACE gro off lro off), decoder events tell which',
  },
  {
    stage: 'defrag',
    counter: 'defrag.max_frags_reached',
    unit: 'fragments',
    cause: 'no room for more fragments',
    hint: 'defrag.memcap, defrag.max-frags',
  },
  {
    stage: 'defrag',
    counter: 'defrag.max_trackers_reached',
    unit: 'fragments',
    cause: 'too many packets in fragments at a time',
    hint: 'defrag.trackers',
  },
  {
    stage: 'flow',
    counter: 'flow.memcap',
    of: 'decoder.pkts',
    unit: 'packets',
    cause: 'no room for another flow: these packets were looked at without one',
    hint: 'flow.memcap (tayra ctl memcap-set flow 512mb), shorter flow-timeouts',
  },
  {
    stage: 'flow',
    counter: 'flow.emerg_mode_entered',
    unit: 'flows',
    cause: 'the flow table was full: flows were ended early',
    hint: 'flow.memcap, shorter flow-timeouts',
  },
  {
    stage: 'stream',
    counter: 'tcp.ssn_memcap_drop',
    of: 'tcp.sessions',
    unit: 'sessions',
    cause: 'no room for another TCP session',
    hint: 'stream.memcap (tayra ctl memcap-set stream 256mb)',
  },
  {
    stage: 'stream',
    counter: 'tcp.segment_memcap_drop',
    unit: 'segments',
    cause: 'no room for the bytes of more streams',
    hint: 'stream.reassembly.memcap, a smaller stream.reassembly.depth',
  },
  {
    stage: 'stream',
    counter: 'tcp.reassembly_gap',
    unit: 'gaps',
    cause: 'bytes of streams never came: lost before this engine, or seen in one direction alone',
    hint: 'look for loss above; does the mirror port send both directions (tcp.pkt_on_wrong_thread, flows with one side)?',
  },
  {
    stage: 'checksum',
    counter: 'tcp.invalid_checksum',
    of: 'decoder.tcp',
    unit: 'packets',
    cause: 'wrong checksums are not inspected; of packets that this machine sent, the card makes them',
    hint: '-k none, or ethtool -K IFACE tx off',
  },
  {
    stage: 'detect',
    counter: 'detect.alert_queue_overflow',
    of: 'detect.alert',
    unit: 'alerts',
    cause: 'one packet matched more rules than are told',
    hint: 'packet-alert-max',
  },
  {
    stage: 'files',
    counter: 'file_store.open_files_max_hit',
    unit: 'files',
    cause: 'too many files were stored at a time',
    hint: 'file-store: max-open-files',
  },
  {
    stage: 'output',
    counter: 'tayra.records_lost',
    unit: 'records',
    cause: 'a disk was full, or who reads the records did not keep up',
    hint: 'free space, a faster reader, fewer event types in eve-log',
  },
];

/** All places of the way, those without loss too, in its order. */
export function lossOf(counters: CounterTree, cards: ReadonlyMap<string, CardCounters>): Loss[] {
  const losses: Loss[] = [];
  for (const [name, card] of cards) {
    for (const { counter, cause, hint } of CARD) {
      const received = card['rx_packets'];
      const where = {
        stage: `card ${name}`,
        counter,
        unit: 'packets',
        cause,
        hint: hint.replaceAll('IFACE', name),
      } as const;
      losses.push({ ...where, lost: card[counter] ?? 0, of: received });
    }
  }
  for (const { stage, counter, of, unit, cause, hint } of PLACES) {
    const lost = valueAt(counters, counter);
    if (lost === undefined) continue;
    losses.push({ stage, counter, lost, of: of === undefined ? undefined : valueAt(counters, of), unit, cause, hint });
  }
  return losses;
}

/** Names of the counters of a card that tell loss. */
export const LOSS_OF_CARDS: readonly string[] = ['rx_packets', ...CARD_COUNTERS];

function valueAt(tree: CounterTree, path: string): number | undefined {
  let at: CounterTree | number | string | undefined = tree;
  for (const part of path.split('.')) at = typeof at === 'object' ? at[part] : undefined;
  return typeof at === 'number' ? at : undefined;
}

/** A table for people: what was lost, why, and what helps. */
export function lossText(losses: readonly Loss[]): string {
  const found = losses.filter(({ lost }) => lost > 0);
  const stages = [...new Set(losses.map(({ stage }) => stage))];
  let text = '';
  for (const stage of stages) {
    const here = found.filter((loss) => loss.stage === stage);
    text += `${stage.padEnd(14)}${here.length === 0 ? 'nothing lost' : ''}\n`;
    for (const { counter, lost, of, unit, cause, hint } of here) {
      const part = of === undefined || of === 0 ? '' : ` (${((100 * lost) / Math.max(of, lost)).toFixed(2)} %)`;
      text += `  ${String(lost)} ${unit}${part}  ${counter}\n    why:  ${cause}\n    what: ${hint}\n`;
    }
  }
  return text;
}
