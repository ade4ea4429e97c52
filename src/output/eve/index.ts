// eve-log: events as JSON, one object a line, with Suricata's types and fields.
import { defineOutput } from '../../framework/output.ts';
import { writerTo } from '../record-writer.ts';
import { openWriter } from '../writer.ts';
import { ByteText } from '../../base/byte-text.ts';
import { AlertEvents } from './alert.ts';
import { AnomalyEvents } from './anomaly.ts';
import { arpEvent } from './arp.ts';
import { FileEvents } from './fileinfo.ts';
import { wishForFiles } from '../file-settings.ts';
import type { TrackedFile } from '../../framework/file.ts';
import { DropEvents } from './drop.ts';
import { FrameEvents } from './frame.ts';
import { noteMacs } from './flow-macs.ts';
import { FlowEvents } from './flow.ts';
import { NetflowEvents } from './netflow.ts';
import { EveRecord } from './record.ts';
import { readEveSettings } from './settings.ts';
import { StatsEvents } from './stats.ts';
import { StreamEvents } from './stream.ts';
import { TransactionEvents, appendTxAnomalies } from './transaction.ts';
import { readXff } from './xff.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { Frame } from '../../framework/frame.ts';
import type { Transaction } from '../../framework/transaction.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { Output, OutputContext } from '../../framework/output.ts';
import type { Packet } from '../../framework/packet.ts';
import type { RecordWriter } from '../record-writer.ts';

/** Appends the records of a packet, each with its line end. */
type PacketEvents = (text: ByteText, p: Packet) => void;
/** Appends the records of flow f, each with its line end. */
type FlowRecords = (text: ByteText, f: number) => void;

interface EventTypes {
  readonly packet: readonly PacketEvents[];
  readonly flow: readonly FlowRecords[];
  readonly stats: readonly StatsEvents[];
  readonly transactions: TransactionEvents | null;
  readonly frames: FrameEvents | null;
  readonly hasTxAnomalies: boolean;
  readonly files: FileEvents | null;
  readonly wantsEveryPacket: boolean;
}

/** Types named with `enabled: no` are left out; types of other parts of the program are not looked at. */
function readTypes(node: ConfigNode, record: EveRecord): EventTypes {
  const packet: PacketEvents[] = [];
  const flow: FlowRecords[] = [];
  const stats: StatsEvents[] = [];
  const transactions = new TransactionEvents(record);
  let frames: FrameEvents | null = null;
  let hasTransactions = false;
  let hasTxAnomalies = false;
  let files: FileEvents | null = null;
  let wantsEveryPacket = false;
  for (const { name, body } of node.get('types')?.entries() ?? []) {
    if (body?.bool('enabled', true) === false) continue;
    if (transactions.add(name, body)) hasTransactions = true;
    if (name === 'files') {
      wishForFiles(record.context.files, body);
      files = new FileEvents(record, readXff(body, record.settings.xff));
    }
    if (name === 'anomaly') hasTxAnomalies = body?.bool('types.applayer', true) ?? true;
    if (name === 'alert') packet.push(appender(new AlertEvents(record, body)));
    else if (name === 'anomaly') packet.push(appender(new AnomalyEvents(record, body)));
    else if (name === 'drop') packet.push(method(new DropEvents(record, body)));
    else if (name === 'flow') flow.push(flowMethod(new FlowEvents(record, body)));
    else if (name === 'netflow') flow.push(netflowMethod(new NetflowEvents(record)));
    else if (name === 'stats') stats.push(new StatsEvents(record, body));
    else if (name === 'frame') frames = new FrameEvents(record, body);
    else if (name === 'stream') {
      const events = new StreamEvents(record, body);
      wantsEveryPacket = true;
      packet.push(method(events));
      flow.push((_text, f) => {
        events.flow(f);
      });
    } else if (name === 'metadata') {
      wantsEveryPacket = true;
      packet.push((text, p) => {
        if (record.context.packetVars.length > 0) text.string(record.packet(p, 'metadata') + record.end());
      });
    } else if (name === 'arp') {
      wantsEveryPacket = true;
      packet.push((text, p) => {
        if (p.arpOffset >= 0) text.string(arpEvent(record, p));
      });
    }
  }
  if (record.settings.hasEther && flow.length > 0) {
    wantsEveryPacket = true;
    packet.unshift((_text, p) => noteMacs(record.context.flows, p));
  }
  return {
    packet,
    flow,
    stats,
    transactions: hasTransactions ? transactions : null,
    frames,
    hasTxAnomalies,
    files,
    wantsEveryPacket,
  };
}

const method =
  (events: { packet(p: Packet): string }): PacketEvents =>
  (text, p) =>
    text.string(events.packet(p));
const appender =
  (events: { append(text: ByteText, p: Packet): void }): PacketEvents =>
  (text, p) =>
    events.append(text, p);
const flowMethod =
  (events: FlowEvents): FlowRecords =>
  (text, f) => {
    events.append(text, f);
  };

const netflowMethod =
  (events: NetflowEvents): FlowRecords =>
  (text, f) => {
    text.string(events.flow(f));
  };

class EveLog implements Output {
  readonly transaction?: (p: Packet, app: AppFlow, tx: Transaction) => void;
  readonly transactionsOf: ReadonlySet<string>;
  readonly file?: (p: Packet, app: AppFlow, tx: Transaction, file: TrackedFile) => void;
  readonly txAnomalies?: (p: Packet, app: AppFlow, tx: Transaction, from: number) => void;
  readonly frame?: (p: Packet, app: AppFlow, frame: Frame) => void;
  readonly frameBytes: number;
  readonly wantsEveryPacket: boolean;
  private readonly writer: RecordWriter;
  private readonly prefix: string;
  private readonly types: EventTypes;
  /** The records under way; the writer's own text where it has one and lines get no prefix. */
  private readonly text: ByteText;
  private readonly isWritersText: boolean;

  constructor(writer: RecordWriter, record: EveRecord, types: EventTypes) {
    this.writer = writer;
    this.prefix = record.settings.prefix;
    this.isWritersText = writer.text !== undefined && this.prefix === '';
    this.text = this.isWritersText ? writer.text! : new ByteText();
    this.text.isIp6Short = record.settings.isIp6Short;
    this.types = types;
    this.wantsEveryPacket = types.wantsEveryPacket;
    const { frames, transactions } = types;
    this.frameBytes = frames?.limit ?? 0;
    this.transactionsOf = transactions?.protocols ?? new Set();
    if (frames !== null) {
      this.frame = (p, _app, frame) => {
        this.write(frames.frame(p, frame));
      };
    }
    if (transactions !== null)
      this.transaction = (p, app, tx) => {
        transactions.append(this.text, p, app, tx);
        this.writeText();
      };
    const { files } = types;
    if (files !== null) {
      this.file = (p, app, tx, file) => {
        files.append(this.text, p, app, tx, file);
        this.writeText();
      };
    }
    if (types.hasTxAnomalies) {
      this.txAnomalies = (p, _app, tx, from) => {
        appendTxAnomalies(this.text, record, p, tx, from);
        this.writeText();
      };
    }
  }

  packet(p: Packet): void {
    const { packet } = this.types;
    for (let i = 0; i < packet.length; i++) packet[i]!(this.text, p);
    this.writeText();
  }

  flow(f: number): void {
    const { flow } = this.types;
    for (let i = 0; i < flow.length; i++) flow[i]!(this.text, f);
    this.writeText();
  }

  get lost(): number {
    return this.writer.failed;
  }

  stats(): void {
    for (const events of this.types.stats) this.write(events.stats());
  }

  flush(): void {
    this.writer.flush();
  }

  reopen(): void {
    this.writer.reopen();
  }

  close(): void {
    this.writer.close();
  }

  /** What was appended to `text` is whole records. */
  private writeText(): void {
    const { text } = this;
    if (this.isWritersText) {
      this.writer.commit!(1);
      return;
    }
    if (text.length === 0) return;
    this.write(text.toString());
    text.length = 0;
  }

  // `text` is any number of whole lines
  private write(text: string): void {
    if (text === '') return;
    if (this.prefix === '') {
      this.writer.write(text);
      return;
    }
    for (const line of text.slice(0, -1).split('\n')) this.writer.write(`${this.prefix}${line}\n`);
  }
}

export default defineOutput({
  name: 'eve-log',
  summary: 'Events as JSON, one object a line (EVE).',
  create(node: ConfigNode, context: OutputContext): Output {
    const settings = readEveSettings(node, context);
    const record = new EveRecord(context, settings);
    const types = readTypes(node, record);
    const { takeRecords } = context;
    const writer = takeRecords === undefined ? openWriter(node, context, 'eve.json') : writerTo(takeRecords);
    return new EveLog(writer, record, types);
  },
});
