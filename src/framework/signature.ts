// Signature: a loaded rule, ready to run. Built by detect/compile from the keywords' contributions.

import type { BufferDefinition, BufferEngine, TransformUse } from './buffer.ts';
import type { ChainMatch, ContentSpec } from './chain.ts';
import type { AddressSet, PortSet } from '../rules/index.ts';
import type { DetectContext } from './detect-context.ts';
import type { Packet } from './packet.ts';
import type { Transaction } from './transaction.ts';

/** What rules ask for that write into packets (`RulesetSetup.demands`). */
export const PACKET_WRITING = 'packet.writing';

/** Bits of `Signature.flags`: what a packet must have for the signature to be looked at, and how it behaves. */
export const SigFlag = {
  toServer: 1 << 0,
  toClient: 1 << 1,
  /** keywords about the packet itself (flags, dsize, ttl ...): inspected on every packet */
  requirePacket: 1 << 2,
  /** payload of TCP streams */
  requireStream: 1 << 3,
  requireFlow: 1 << 4,
  requirePayload: 1 << 5,
  noAlert: 1 << 6,
  /** dsize was given */
  dsize: 1 << 10,
  /** `=>` rule */
  transactional: 1 << 11,
  /** has state-changing keywords: must not be skipped by thresholds */
  bypass: 1 << 13,
  onlyStream: 1 << 15,
  noStream: 1 << 16,
} as const;

/** Rule types of Suricata's engine analysis. */
export type RuleType =
  'ip_only' | 'like_ip_only' | 'pd_only' | 'de_only' | 'pkt' | 'pkt_stream' | 'stream' | 'app_layer' | 'app_tx';

/** A condition on the packet; pure but for the state keywords. */
export type PacketMatch = (p: Packet, ctx: DetectContext) => boolean;
/** What happens once all conditions held (flowbits set, tag, replace ...). */
export type PostMatch = (p: Packet, ctx: DetectContext, signature: Signature) => void;

/** One buffer (with its transforms) and the chain of conditions on it. */
export interface BufferInspection {
  readonly buffer: BufferDefinition;
  readonly transforms: readonly TransformUse[];
  readonly contents: readonly ContentSpec[];
  readonly match: ChainMatch;
  /** True when the chain holds on a buffer that does not exist (absent). */
  readonly matchesAbsent: boolean;
}

/** A condition on a transaction that is no buffer: a code, a state, an anomaly. */
export type TxMatch<Tx = Transaction> = (tx: Tx, p: Packet, ctx: DetectContext) => boolean;

/** One condition of a rule on transactions, in the order of the rule. */
export interface TxStep {
  readonly keyword: string;
  /** Where (protocol, direction) and from which progress on it can be looked at. */
  readonly engines: readonly BufferEngine[];
  /** Exactly one of the two is there. */
  readonly buffer: BufferInspection | null;
  readonly match: TxMatch | null;
  /** When it does not hold it may still do so while the transaction lasts (growing buffers, anomalies). */
  readonly isRepeated: boolean;
  /** Of those: no longer than the transaction is in the state from which on it can be looked at. */
  readonly isBrief: boolean;
  /** The rule matches again each time it is looked at while it holds. */
  readonly isLasting: boolean;
}

/** Chains on one type of frame, in the order of the rule. */
export interface FrameInspection {
  readonly protocol: string;
  readonly type: string;
  readonly chains: readonly BufferInspection[];
}

/** Which packets the protocol word of a rule covers. Other values above 0: the IP protocol of that number. */
export const ProtocolTest = { any: -1, ip: -2, ip4: -3, ip6: -4, icmp: -5, ether: -6, arp: -7 } as const;

/** The header of a rule: what a packet's addresses, ports and protocol must be. */
export interface SignatureHeader {
  /** A value of ProtocolTest, or an IP protocol number. */
  readonly protocol: number;
  readonly source: AddressSet;
  readonly sourcePort: PortSet;
  readonly destination: AddressSet;
  readonly destinationPort: PortSet;
  /** `<>`: the sets hold in one of the two readings. */
  readonly isEitherWay: boolean;
}

export interface Reference {
  readonly type: string;
  readonly id: string;
  /** With the prefix of reference.config. */
  readonly url: string;
}

export interface PayloadConditions {
  readonly match: ChainMatch;
  readonly contents: readonly ContentSpec[];
  /** The one that stands for the signature where payloads are looked through; null for none. */
  readonly chosen: ContentSpec | null;
}

export interface Signature {
  /** Position in evaluation order. */
  iid: number;
  readonly sid: number;
  readonly gid: number;
  readonly rev: number;
  readonly msg: string;
  /** `short` of classification.config, '' without. */
  readonly classtype: string;
  /** Its description (EVE category). */
  readonly category: string;
  readonly priority: number;
  readonly references: readonly Reference[];
  /** In the order of the rule. */
  readonly metadata: readonly (readonly [string, string])[];
  readonly target: 'none' | 'src_ip' | 'dest_ip';
  /** Bits of `Action`. */
  readonly action: number;
  /** `packet`, `flow` ... for scoped actions, '' otherwise. */
  readonly actionScope: string;
  /** The rule's text as read. */
  readonly text: string;
  readonly file: string;
  readonly line: number;
  readonly flags: number;
  readonly type: RuleType;
  /** Rule's protocol as written. */
  readonly protocol: string;
  readonly header: SignatureHeader;
  /** Only packets with an anomaly can match: a decode-event or stream-event is asked for. */
  readonly needsAnomaly: boolean;
  /** Conditions on the packet, in the order of the rule. */
  readonly packetMatches: readonly PacketMatch[];
  /** Conditions on the payload/stream, null without. */
  readonly payload: PayloadConditions | null;
  readonly buffers: readonly BufferInspection[];
  /** Conditions on transactions; empty for rules that know none. */
  readonly txSteps: readonly TxStep[];
  /** Conditions on frames: all on the same frame; null for rules without. */
  readonly frame: FrameInspection | null;
  /** Numbers of the application protocols that the rule's header names; null: none is named. */
  readonly appProtocols: readonly number[] | null;
  readonly postMatches: readonly PostMatch[];
  /** Done with what thresholds let through. */
  readonly alertActions: readonly PostMatch[];
  /** threshold / detection_filter of the rule. */
  readonly threshold: ThresholdSpec | null;
}

/** `threshold`, `detection_filter` and the lines of threshold.config in one form. */
export interface ThresholdSpec {
  readonly type: 'threshold' | 'limit' | 'both' | 'backoff' | 'detection_filter' | 'rate_filter' | 'suppress';
  readonly track: 'by_src' | 'by_dst' | 'by_both' | 'by_rule' | 'by_flow' | 'by_either' | 'none';
  readonly count: number;
  readonly seconds: number;
  readonly multiplier: number;
  readonly uniqueOn: 'none' | 'src_port' | 'dst_port';
  /** rate_filter: bits of `Action` and how long they hold, seconds. */
  readonly newAction: number;
  readonly timeout: number;
  /** suppress: whether an address (four words, version) is covered. */
  readonly covers: ((version: number, a0: number, a1: number, a2: number, a3: number) => boolean) | null;
}
