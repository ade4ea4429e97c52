// TxGroups: by protocol and direction, the signatures on transactions and the pattern tables of the buffers.

import type { BufferDefinition, TransformUse } from '../../framework/buffer.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { Steps } from '../../base/steps.ts';
import type { SignatureSource, TxOutline } from '../compile/outline.ts';
import { PAYLOAD_PLACE, planOf } from '../compile/tx-plan.ts';
import type { ProtocolIds, TxPlan } from '../compile/tx-plan.ts';
import type { Candidates } from './candidates.ts';
import type { PatternEntry, PatternTable, PatternTables } from './pattern-table.ts';

/** A buffer (with transforms) whose fast patterns are looked for. */
export interface TxPrefilter {
  readonly buffer: BufferDefinition;
  readonly transforms: readonly TransformUse[];
  readonly progress: number;
  readonly table: PatternTable;
}

/** One signature's place in a group. */
interface Member {
  readonly iid: number;
  readonly outline: TxOutline;
}

/** What the groups of a rule set share. */
interface Making {
  readonly source: SignatureSource;
  readonly ids: ProtocolIds;
  readonly tables: PatternTables;
}

export class TxGroup {
  readonly prefilters: readonly TxPrefilter[];
  /** One of their buffers shows more without a change of state. */
  readonly isGrowing: boolean;
  /** Signatures that nothing can be looked up for. */
  readonly always: Int32Array;
  /** Those whose pattern is looked for in the payload. */
  private readonly byPayload: ReadonlySet<number>;
  private readonly making: Making;
  private readonly protocol: number;
  private readonly direction: Direction;
  private readonly plans = new Map<number, TxPlan>();

  /** @param members of the same protocol and direction, one at least */
  constructor(members: readonly Member[], making: Making) {
    const { protocol, direction } = members[0]!.outline;
    this.making = making;
    this.protocol = protocol;
    this.direction = direction;
    this.always = Int32Array.from(members.filter(({ outline }) => outline.place === '').map(({ iid }) => iid));
    this.byPayload = new Set(members.filter(({ outline }) => outline.place === PAYLOAD_PLACE).map(({ iid }) => iid));
    this.prefilters = this.prefiltersOf(members);
    this.isGrowing = this.prefilters.some(({ buffer }) => buffer.isGrowing === true);
  }

  /** Adds those of this group whose pattern was found in the payload of the packet under way. */
  addByPayload({ onTx, txCount }: Candidates, candidates: Candidates): void {
    for (let i = 0; i < txCount; i++) if (this.byPayload.has(onTx[i]!)) candidates.add(onTx[i]!);
  }

  /** Of a signature in this group. */
  plan(iid: number): TxPlan {
    const known = this.plans.get(iid);
    if (known !== undefined) return known;
    const { source, ids } = this.making;
    const plan = planOf(source.signature(iid), this.protocol, this.direction, ids);
    if (plan === null) throw new Error(`signature ${String(iid)} was compiled into something else`);
    this.plans.set(iid, plan);
    return plan;
  }

  private prefiltersOf(members: readonly Member[]): TxPrefilter[] {
    const byPlace = new Map<string, PatternEntry[]>();
    for (const { iid, outline } of members) {
      const { place, pattern } = outline;
      if (pattern === null) continue;
      const known = byPlace.get(place);
      if (known === undefined) byPlace.set(place, [{ iid, pattern }]);
      else known.push({ iid, pattern });
    }
    const prefilters = [...byPlace.values()].map((entries): TxPrefilter => {
      const { buffer, transforms, progress } = this.plan(entries[0]!.iid).chosen!;
      return { buffer, transforms, progress, table: this.making.tables.ofEntries(entries) };
    });
    return prefilters.sort((a, b) => a.progress - b.progress);
  }
}

export class TxGroups {
  private readonly groups: (TxGroup | null)[] = [];

  static *of(source: SignatureSource, ids: ProtocolIds, tables: PatternTables): Steps<TxGroups> {
    const all = new TxGroups();
    const lists: Member[][] = [];
    for (const { iid, tx } of source.outlines) {
      for (const outline of tx ?? []) (lists[outline.protocol * 2 + outline.direction] ??= []).push({ iid, outline });
    }
    const making = { source, ids, tables };
    for (let i = 0; i < lists.length; i++) {
      all.groups[i] = lists[i] === undefined ? null : new TxGroup(lists[i]!, making);
      yield;
    }
    return all;
  }

  of(protocol: number, direction: Direction): TxGroup | null {
    return this.groups[protocol * 2 + direction] ?? null;
  }
}
