// defineOutput: the contract of everything that writes events; outputs are told what happened, they decide nothing.

import type { ConfigNode } from '../config/index.ts';
import type { Counters } from '../base/counters.ts';
import type { AppFlow, BodyListener } from './app-flow.ts';
import type { ProtocolDefinition } from './app-protocol.ts';
import type { FileWishes, TrackedFile } from './file.ts';
import type { Flows } from './flows.ts';
import type { Frame } from './frame.ts';
import type { KeptCertificate } from './kept-certificate.ts';
import type { Packet } from './packet.ts';
import type { RecordWriter, WriterRequest } from './record-writer.ts';
import type { HeldBytes, StreamListener, TcpView } from './stream.ts';
import type { Direction, Transaction } from './transaction.ts';

/** The bytes that are there of a stream, for outputs that show what alerts are about. One per worker, reused. */
export interface PayloadSource {
  /** Said by an output, when it is created: it will ask, so that protocols may have what they looked at kept for a while. */
  want(): void;
  /**
   * Readies the bytes of the direction of p, at most `limit`; how many there are, 0 for none. What never came is told of
   * among them (`[127 bytes missing]`).
   */
  open(p: Packet, limit: number): number;
  /** They lie at [offset, offset + length) of `data`. */
  readonly data: Uint8Array;
  readonly offset: number;
  /** The same piece by piece, as it came. */
  readonly pieces: HeldBytes;
}

/** What outputs may read; one per worker, the same for all of its outputs. */
export interface OutputContext {
  readonly flows: Flows;
  readonly tcp: TcpView;
  readonly counters: Counters;
  /** Counters of all workers together, for statistics; absent where there is one worker. */
  readonly totals?: Counters | undefined;
  /** Number of the worker from 1, where there are several: files that each writes for itself need names of their own. */
  readonly worker?: number | undefined;
  /** Names of the packet threads, each with its counters; absent where there is one worker. */
  readonly threads?: readonly { readonly name: string; readonly counters: Counters }[] | undefined;
  /** Opens what another thread writes for all workers; absent where there is one. @throws as opening it here would */
  readonly openShared?: ((request: WriterRequest) => RecordWriter) | undefined;
  /** `-l` / default-log-dir. */
  readonly logDir: string;
  readonly isInline: boolean;
  /** Inline, but everything goes on: what is told to be stopped would have been. */
  readonly isShadow?: boolean;
  /** Packets come from files: who reads the records may be waited for. */
  readonly mayWait?: boolean;
  /** Name of a capture device by index (EVE in_iface); undefined for files. */
  deviceName(device: number): string | undefined;
  /** Packets come from mirrors: their networks are told. */
  readonly isMirror?: boolean;
  /** Path of the capture being read (EVE pcap_filename), undefined for live capture. */
  captureFile(): string | undefined;
  /** Name of an app protocol by id, '' for unknown (EVE app_proto). */
  appProtocolName(id: number): string;
  /** What the application layer knows of a flow, null for nothing. */
  appOf(f: number): AppFlow | null;
  /** Protocols that may have records. */
  readonly protocols: readonly ProtocolDefinition[];
  /** What outputs may ask to be made of files, when they are created; absent where no files are tracked. */
  readonly files?: FileWishes;
  /** `stream.reassembly.depth`: bytes, 0 (and absent) without limit. */
  readonly streamDepth?: number;
  /** Name of a flowbit by id (EVE metadata.flowbits). */
  flowbitName(id: number): string | undefined;
  /** The rule set's configuration for EVE `metadata.flowints` etc. */
  flowintName(id: number): string | undefined;
  /** pcre captures of the packet under way. */
  readonly packetVars: readonly { name: string; value: Uint8Array | string }[];
  /** Without it the payload of a stream-matched alert is that of its packet. */
  readonly payloads?: PayloadSource;
  /** The loaded rule set, for stats; absent without detection. */
  readonly engine?: {
    readonly lastReload: number;
    readonly loaded: number;
    readonly failed: number;
    readonly skipped: number;
  };
  /** Takes EVE records (whole lines) in place of the file or socket that the configuration names. */
  readonly takeRecords?: ((lines: string) => void) | undefined;
  /** Seconds since start, for stats. */
  uptime(): number;
  /** Microseconds of the last packet (offline) or the clock (live). */
  now(): number;
}

/** A running output. Every method is optional work: the engine calls only what is there. */
export interface Output {
  /** After detection, once per packet that needs it: it carries alerts, anomalies, a drop, or a tag (see wants). */
  packet?(p: Packet): void;
  /** A transaction is finished (or as far as its record asks); once each. */
  transaction?(p: Packet, app: AppFlow, tx: Transaction): void;
  /** Names of the protocols that `transaction` makes something of; without it of any. */
  readonly transactionsOf?: ReadonlySet<string>;
  /** Anomalies of a transaction from number `from` on are new. */
  txAnomalies?(p: Packet, app: AppFlow, tx: Transaction, from: number): void;
  /** The same moment, before any output is told of it by `file`: a store decides whether it has it. */
  settleFile?(p: Packet, app: AppFlow, tx: Transaction, file: TrackedFile): void;
  /** A file is complete or given up; once each. */
  file?(p: Packet, app: AppFlow, tx: Transaction, file: TrackedFile): void;
  /** A rule wants the certificate of the end that sends in this direction kept, and it is there. */
  certificate?(p: Packet, direction: Direction, certificate: KeptCertificate): void;
  /** Bytes of a TCP direction; see StreamListener. */
  streamData?: StreamListener;
  /** Bytes of the body of an HTTP message, as inspected: chunks joined, compression undone; see BodyListener. */
  bodyData?: BodyListener;
  /** A frame is over; once each. */
  frame?(p: Packet, app: AppFlow, frame: Frame): void;
  /** Bytes of each frame that it writes; with `frame`. */
  readonly frameBytes?: number;
  /** A flow ended or gives an interim record. `reason` indexes FLOW_END_REASONS. */
  flow?(f: number): void;
  /** `packet` is due for every packet, not only those with something to tell (pcap-log, EVE arp). */
  readonly wantsEveryPacket?: boolean;
  stats?(): void;
  /** Records that could not be written so far. */
  readonly lost?: number;
  /** Buffered records to disk. */
  flush(): void;
  /** Log rotation by an outside program: close and open again. */
  reopen?(): void;
  /** Flushes, closes; nothing may be lost. */
  close(): void;
}

export interface OutputDefinition {
  /** Key under `outputs:`, e.g. `fast`, `eve-log`. */
  readonly name: string;
  readonly summary: string;
  /** @param node the mapping under the key; only called when `enabled`. Throws a typed error when it cannot open. */
  create(node: ConfigNode, context: OutputContext): Output;
}

/** Declares an output (the default export of a file or folder of `output/`). */
export function defineOutput(definition: OutputDefinition): OutputDefinition {
  return definition;
}
