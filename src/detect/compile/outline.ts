// SignatureOutline: what of a signature decides whether it is looked at at all. It is known of every rule from the start;
// the rest of a rule is compiled when it first becomes a candidate, which most never do.

import type { Signature, RuleType, SignatureHeader } from '../../framework/signature.ts';
import { SigFlag } from '../../framework/signature.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { RuleAst, RulePlace } from '../../rules/index.ts';
import { chosenContent, fastPattern, patternOf } from './fast-pattern.ts';
import type { FastPattern } from './fast-pattern.ts';
import { PAYLOAD_PLACE, placeOf, planOf, protocolsOf } from './tx-plan.ts';
import type { ProtocolIds } from './tx-plan.ts';

/** What is looked for in one protocol and direction. */
export interface TxOutline {
  /** Number of the application protocol. */
  readonly protocol: number;
  readonly direction: Direction;
  readonly progress: number;
  /** See `placeOf`; '' with no pattern: the signature is a candidate of every transaction. PAYLOAD_PLACE: see there. */
  readonly place: string;
  readonly pattern: FastPattern | null;
}

export interface FrameOutline {
  /** `protocol.type` */
  readonly place: string;
  readonly pattern: FastPattern | null;
}

/** Source, its port, destination, its port, as the rule has them. */
export type HeaderTexts = readonly [string, string, string, string];

export interface SignatureOutline {
  /** Position in evaluation order. */
  iid: number;
  readonly sid: number;
  readonly gid: number;
  readonly rev: number;
  readonly action: number;
  readonly priority: number;
  /** Place by the state it changes and reads, smaller first. */
  readonly rank: number;
  readonly flags: number;
  readonly type: RuleType;
  /** Rule's protocol as written. */
  readonly protocol: string;
  readonly header: SignatureHeader;
  readonly texts: HeaderTexts;
  readonly needsAnomaly: boolean;
  /** It looks into application layers. */
  readonly isOnApp: boolean;
  /** It is looked at when a flow ends, too. */
  readonly isDueAtEnd: boolean;
  /** What is looked for in payloads and streams. */
  readonly pattern: FastPattern | null;
  /** Null for signatures that know no transactions. */
  readonly tx: readonly TxOutline[] | null;
  readonly frame: FrameOutline | null;
  /** Compiling it reads files (data sets, hash lists): it is compiled at start, so that what is wrong shows there. */
  readonly readsFiles: boolean;
  readonly place: RulePlace;
}

/** Where signatures come from while packets are inspected. */
export interface SignatureSource {
  /** In evaluation order: `outlines[i].iid === i`. */
  readonly outlines: readonly SignatureOutline[];
  /** The whole of one. */
  signature(iid: number): Signature;
}

export interface OutlineContext {
  readonly rank: number;
  readonly readsFiles: boolean;
  readonly ids: ProtocolIds;
}

/** @param ast what the signature was compiled from */
export function outlineOf(
  signature: Signature,
  ast: RuleAst,
  { rank, readsFiles, ids }: OutlineContext,
): SignatureOutline {
  const { iid, sid, gid, rev, action, priority, flags, type, protocol, header, needsAnomaly } = signature;
  const { txSteps, frame, appProtocols } = signature;
  return {
    iid,
    sid,
    gid,
    rev,
    action,
    priority,
    rank,
    flags,
    type,
    protocol: word(protocol),
    header,
    texts: textsOf(ast),
    needsAnomaly,
    isOnApp: txSteps.length > 0 || frame !== null || appProtocols !== null,
    isDueAtEnd: isDueAtEnd(signature),
    pattern: kept(fastPattern(signature)),
    tx: txSteps.length === 0 ? null : txOutlines(signature, ids),
    frame: frame === null ? null : frameOutline(frame),
    readsFiles,
    place: ast.place,
  };
}

const words = new Map<string, string>();

/** The same text as one string that keeps no rule alive: pieces of a text otherwise hold on to the whole of it. */
function word(text: string): string {
  const known = words.get(text);
  if (known !== undefined) return known;
  const own = Buffer.from(text, 'utf8').toString('utf8');
  words.set(own, own);
  return own;
}

function textsOf({ source, sourcePort, destination, destinationPort }: RuleAst): HeaderTexts {
  return [word(source.text), word(sourcePort.text), word(destination.text), word(destinationPort.text)];
}

/** Bytes of its own: a view keeps all of what it was cut from. */
function kept(pattern: FastPattern | null): FastPattern | null {
  return pattern === null ? null : { ...pattern, bytes: pattern.bytes.slice() };
}

/** What is left of the stream, or the application layer as such. */
function isDueAtEnd({ type, flags, packetMatches, payload }: Signature): boolean {
  if (payload !== null) return (flags & SigFlag.requireStream) !== 0;
  return type === 'app_layer' && packetMatches.length === 1; // that the flow speaks the protocol, and no more
}

function txOutlines(signature: Signature, ids: ProtocolIds): TxOutline[] {
  const outlines: TxOutline[] = [];
  for (const protocol of protocolsOf(signature, ids)) {
    for (const direction of [0, 1] as const) {
      const plan = planOf(signature, protocol, direction, ids);
      if (plan === null) continue;
      const { chosen, isByPayload } = plan;
      outlines.push({
        protocol,
        direction,
        progress: chosen?.progress ?? 0,
        place: chosen === null ? (isByPayload ? PAYLOAD_PLACE : '') : word(placeOf(chosen)),
        pattern: kept(chosen?.pattern ?? null),
      });
    }
  }
  return outlines;
}

function frameOutline({ protocol, type, chains }: NonNullable<Signature['frame']>): FrameOutline {
  const chain = chains.find(({ buffer, transforms }) => buffer.source === 'frame' && transforms.length === 0);
  const content = chain === undefined || chain.matchesAbsent ? null : chosenContent(chain.contents);
  return { place: word(`${protocol}.${type}`), pattern: content === null ? null : kept(patternOf(content)) };
}
