// defineProtocol: the contract of application protocols. One folder of app/ declares all there is of one.

import type { ConfigNode } from '../config/index.ts';
import type { JsonText } from '../base/json-writer.ts';
import type { AppFlow } from './app-flow.ts';
import type { AppParser } from './app-parser.ts';
import type { KeywordDefinition } from './keyword.ts';
import type { Direction, Transaction } from './transaction.ts';

export type Transport = 'tcp' | 'udp';

/** Bytes that give a protocol away. */
export interface ProtocolPattern {
  readonly transport: Transport;
  readonly direction: Direction;
  /** Escapes as in rule contents: `GET |20|`. */
  readonly content: string;
  readonly nocase?: boolean;
  /** Where it begins: at `offset` (0 without) at the earliest ... */
  readonly offset?: number;
  /** ... and ends: before `depth`, counted from the start of the direction; offset + length without. */
  readonly depth?: number;
  /** Asked when the pattern is there; must say yes as well. */
  readonly probe?: Probe;
  /** Other protocols begin like this too: it does not count once the other direction speaks one of them. */
  readonly isWeak?: boolean;
  /** Counts on this port of the server alone, and there before the patterns of other protocols. */
  readonly port?: number;
}

/** What a probe thinks of the first bytes of a direction. */
export const Probed = { no: 0, yes: 1, more: 2, reversed: 3 } as const;
/** @returns a value of Probed; `reversed`: it is the protocol, seen from the wrong side */
export type Probe = (data: Uint8Array, start: number, end: number, direction: Direction) => number;

/** A look at the first bytes of flows on certain ports of the server; `app-layer.protocols.X.detection-ports` changes them. */
export interface ProtocolProbe {
  readonly transport: Transport;
  readonly direction: Direction;
  /**
   * As in rule headers: `53`, `[139,445]`; `any` looks at every flow. On whatever port, it is asked about a direction
   * whose other one speaks the protocol; '': only then.
   */
  readonly ports: string;
  /** Ports of the client that call for it too. */
  readonly clientPorts?: string;
  /** Fewest bytes it can judge. */
  readonly minimum: number;
  readonly probe: Probe;
}

/** Names of the progress values of each direction: index 0 is the beginning, the last is the end. */
export interface ProtocolStates {
  readonly toServer: readonly string[];
  readonly toClient: readonly string[];
}

/** Makes the EVE record of a transaction; one per output. */
export interface TxLogger {
  /** Writes the members of the event below its type's key; false: no record. */
  readonly log: LogTransaction<never>;
  /** Whose addresses come first, where the configuration decides. */
  readonly addresses?: EveDeclaration['addresses'];
  /** How many records a transaction makes; one without it. */
  readonly count?: (tx: never) => number;
}

/** Declared with the protocol's own class of transactions, called with those that its parser made. */
export type LogTransaction<Tx = Transaction> = (tx: Tx, json: JsonText, app: AppFlow, record: number) => boolean;

export interface EveDeclaration {
  /** `event_type`, and the key under `types:` unless `configKey` says otherwise. */
  readonly type: string;
  readonly configKey?: string;
  /** Key of the object in the record; the type (with _ for -) without it. */
  readonly key?: string;
  /** Whose addresses come first: the flow's client, the sender of the packet, or that of the (one-way) transaction. */
  readonly addresses: 'flow' | 'packet' | 'message';
  /** Progress by direction from which the record is due; the end of both without it. */
  readonly due?: readonly [toServer: number, toClient: number];
  /** Asked in place of `due` while there is more to come, where progress alone does not tell. */
  readonly isDue?: (tx: never) => boolean;
  /** False: a connection is one transaction, whose number says nothing. */
  readonly hasTxId?: boolean;
  /** @param node what stands below the type in the configuration */
  create(node: ConfigNode | undefined): TxLogger;
  /** Members of the object in alerts (`alert.metadata.app-layer`); `log` without it. */
  readonly alert?: LogTransaction<never>;
  /** The same where it depends on what stands below `alert` in the configuration. */
  alertBy?(node: ConfigNode | undefined): LogTransaction<never>;
  /** A second object of the record, after the first (`email` beside `smtp`). */
  readonly beside?: { readonly key: string; create(node: ConfigNode | undefined): TxLogger };
}

export interface ProtocolDefinition {
  /** As in EVE `app_proto` and the configuration. */
  readonly name: string;
  /** Names that rules know it by, general ones included (`http` covers http1 and http2); the name without it. */
  readonly ruleNames?: readonly string[];
  /** Also found in rules and the configuration. */
  readonly summary: string;
  readonly transports: readonly Transport[];
  /** Used unless the configuration says otherwise. */
  readonly enabled?: 'yes' | 'no' | 'detection-only';
  /** Key below `app-layer.protocols`, the name without it; several are tried in order. */
  readonly configKey?: string;
  readonly patterns?: readonly ProtocolPattern[];
  readonly probes?: readonly ProtocolProbe[];
  /** The direction that must speak first, where the protocol has one. */
  readonly firstSpeaker?: 'client' | 'server';
  /** States without a parser: one of each end. */
  readonly states?: ProtocolStates;
  /**
   * Kinds of transactions (TxState.subState) that go through states of their own: those of `states`, or only its first and
   * its last under the names given.
   */
  readonly subStates?: Readonly<Record<string, ProtocolStates>>;
  /** Absent: detected only. `setting`: what stands below the protocol in the configuration. */
  readonly createParser?: (app: AppFlow, setting: ProtocolSettings) => AppParser;
  /**
   * Stands in for the parser where neither rules nor outputs look at the protocol's transactions, for the sake of
   * speed: it counts them and follows changes of protocol as the parser does, and keeps nothing. Null: this
   * configuration needs the parser all the same.
   */
  readonly createFollower?: (app: AppFlow, setting: ProtocolSettings) => AppParser | null;
  /** Name of a protocol that takes a transaction over: where that one is looked at, this one is. */
  readonly handsOverTo?: string;
  /** Reads the configuration once per worker; the value comes as ProtocolSettings.value. */
  readonly readSettings?: (node: ConfigNode | undefined) => unknown;
  readonly keywords?: readonly KeywordDefinition[];
  /** Names of frames (`frame:http1.request`), without the protocol. */
  readonly frames?: readonly string[];
  readonly eve?: readonly EveDeclaration[];
  /** EVE has the names of its anomalies in capitals. */
  readonly hasUpperCaseEvents?: boolean;
  /** Bytes that a transaction keeps: statistics tell them (`ftp.memuse`). */
  readonly memory?: (tx: never) => number;
  /** The value of a header of a transaction's request, by its name in lower case; null without. */
  readonly requestHeader?: (tx: never, name: string) => Uint8Array | null;
}

export interface ProtocolSettings {
  readonly node: ConfigNode | undefined;
  readonly value: unknown;
}

/** A protocol of a worker: its definition, its number, its settings. */
export interface AppProtocol {
  /** 0 for the unknown protocol. */
  readonly id: number;
  readonly name: string;
  readonly definition: ProtocolDefinition;
  readonly settings: ProtocolSettings;
  /** By transport, as the configuration has it. */
  readonly parses: Readonly<Record<Transport, boolean>>;
  /** Known is enough (`enabled: detection-only`): nothing more of its flows is looked at. */
  readonly detectsOnly: boolean;
  /** Progress of a finished direction. */
  readonly complete: readonly [toServer: number, toClient: number];
  /** As declared (ProtocolDefinition), in one shape for all protocols. */
  readonly firstSpeaker: 'client' | 'server' | null;
  /** Progress by direction from which the record of a transaction is due. */
  readonly recordDue: readonly [toServer: number, toClient: number];
  /** Asked in its place where progress alone does not tell. */
  readonly isRecordDue: ((tx: Transaction) => boolean) | null;
  /** Counters of transactions over TCP and UDP. */
  readonly txCounters: readonly [tcp: number, udp: number];
}

/** Where nothing else is said. */
export const DEFAULT_STATES: ProtocolStates = {
  toServer: ['request_started', 'request_complete'],
  toClient: ['response_started', 'response_complete'],
};

/** Declares a protocol (the default export of a folder of `app/`). */
export function defineProtocol(definition: ProtocolDefinition): ProtocolDefinition {
  return definition;
}

/** `http1`, where rules know a protocol by a wider name (`http`) too. */
export function narrowestName({ name, ruleNames = [] }: Pick<ProtocolDefinition, 'name' | 'ruleNames'>): string {
  return ruleNames.find((one) => one.startsWith(name) && one !== name) ?? name;
}
