// TxPlan: a signature on transactions in one protocol and direction: its steps in the order of the states, and what is
// looked for to make it a candidate.

import type { BufferDefinition, TransformUse } from '../../framework/buffer.ts';
import type { ContentSpec } from '../../framework/chain.ts';
import { SigFlag } from '../../framework/signature.ts';
import type { Signature, TxStep } from '../../framework/signature.ts';
import type { Direction } from '../../framework/transaction.ts';
import { chosenContent, informationOf, patternOf } from './fast-pattern.ts';
import type { FastPattern } from './fast-pattern.ts';

/** Name of the condition that a rule's hook becomes. */
export const HOOK = 'hook';

/** Numbers of protocols by the names that engines use. */
export type ProtocolIds = (name: string) => readonly number[] | undefined;

/** A step of one signature in one protocol and direction. */
export interface PlannedStep {
  readonly progress: number;
  /** The only kind of transactions (TxState.subState) it can be looked at in; null: any. */
  readonly subState: string | null;
  readonly step: TxStep;
}

export interface TxPlan {
  readonly signature: Signature;
  /** In the order of the states, then of the rule. */
  readonly steps: readonly PlannedStep[];
  /** `=>`: the other direction has conditions as well; a match counts when both hold. */
  readonly isHalf: boolean;
  /** It matches again each time it is looked at while it holds. */
  readonly isLasting: boolean;
  /** Content on the payload that must hold as well. */
  readonly wantsPayload: boolean;
  /** What is looked for to make it a candidate; null: it is one from the start, or `isByPayload`. */
  readonly chosen: Chosen | null;
  /** It is a candidate with packets in whose payload its fast pattern is found. */
  readonly isByPayload: boolean;
  /** The state, but for the first, that is all the rule asks of a transaction: it matches as long as that lasts; else -1. */
  readonly lasting: number;
}

/** What is looked for, and where. */
export interface Chosen {
  readonly buffer: BufferDefinition;
  readonly transforms: readonly TransformUse[];
  readonly progress: number;
  readonly pattern: FastPattern;
  /** Marked fast_pattern in the rule. */
  readonly isMarked: boolean;
  /** How much it tells. */
  readonly worth: number;
}

/** The protocols whose transactions a signature looks at. */
export function protocolsOf(signature: Signature, ids: ProtocolIds): Set<number> {
  const all = signature.txSteps.flatMap(({ engines }) => engines.flatMap(({ appProtocol }) => ids(appProtocol) ?? []));
  return new Set(signature.appProtocols === null ? all : all.filter((id) => signature.appProtocols!.includes(id)));
}

/** Null where the signature cannot hold in that protocol and direction. */
export function planOf(signature: Signature, protocol: number, direction: Direction, ids: ProtocolIds): TxPlan | null {
  const wanted = direction === 0 ? SigFlag.toServer : SigFlag.toClient;
  const asked = signature.flags & (SigFlag.toServer | SigFlag.toClient);
  const isTransactional = (signature.flags & SigFlag.transactional) !== 0;
  if (asked !== 0 && (asked & wanted) === 0 && !isTransactional) return null;
  const steps: PlannedStep[] = [];
  let missing = 0;
  for (const step of signature.txSteps) {
    const engine = step.engines.find(
      (one) =>
        one.direction === (direction === 0 ? 'toserver' : 'toclient') &&
        ids(one.appProtocol)?.includes(protocol) === true,
    );
    if (engine === undefined) missing++;
    else steps.push({ progress: engine.progress, subState: engine.subState ?? null, step });
  }
  if (steps.length === 0 || (missing > 0 && !isTransactional)) return null;
  steps.sort((a, b) => a.progress - b.progress);
  const best = choose(steps);
  const isByPayload = isPayloadBetter(signature, best);
  const chosen = isByPayload ? null : best;
  const isLasting = steps.some(({ step }) => step.isLasting);
  const isHalf = missing > 0;
  const wantsPayload = signature.payload !== null;
  return { signature, steps, isHalf, isLasting, wantsPayload, chosen, isByPayload, lasting: lastingOf(steps) };
}

function lastingOf(steps: readonly PlannedStep[]): number {
  return steps.length === 1 && steps[0]!.step.keyword === HOOK && steps[0]!.progress > 0 ? steps[0]!.progress : -1;
}

/** Place of what is looked for in the payload, see `placeOf`. */
export const PAYLOAD_PLACE = 'payload';

/** Whether the payload's content tells more than the best one of the buffers, or is the one that is marked. */
function isPayloadBetter({ payload, needsAnomaly }: Signature, best: Chosen | null): boolean {
  const content = payload === null || needsAnomaly ? null : payload.chosen;
  if (content === null) return false;
  if (best === null || content.fastPattern) return true;
  return !best.isMarked && Math.min(informationOf(content), ENOUGH_BITS) > best.worth;
}

/** Names a buffer with its transforms and the state from which it is there: equal texts are looked into once. */
export function placeOf({ buffer, progress, transforms }: Chosen): string {
  return [buffer.name, progress, ...transforms.map(({ identity }) => identity)].join('\n');
}

/** The content that is looked for: the one marked so, else the one that says most. */
function choose(steps: readonly PlannedStep[]): Chosen | null {
  let best: Chosen | null = null;
  let most = 0;
  for (const { progress, step } of steps) {
    const { buffer } = step;
    if (buffer === null || buffer.buffer.source !== 'app' || buffer.matchesAbsent) continue;
    const content = chosenContent(buffer.contents);
    if (content === null) continue;
    const worth = worthOf(content, buffer.buffer);
    const chosen = {
      buffer: buffer.buffer,
      transforms: buffer.transforms,
      progress,
      pattern: patternOf(content),
      isMarked: content.fastPattern,
      worth,
    };
    if (content.fastPattern) return chosen;
    if (worth <= most) continue;
    best = chosen;
    most = worth;
  }
  return best;
}

/** More tells traffic apart no better. */
const ENOUGH_BITS = 60;

/** Nearly every message has one of the same few methods and codes: what is in them tells least. */
function worthOf(content: ContentSpec, { name }: BufferDefinition): number {
  const worth = Math.min(informationOf(content), ENOUGH_BITS);
  return /method|stat_code|stat_msg|protocol|proto$/.test(name) ? worth / 8 : worth;
}
