// FrameInspector: looks at the frames of a flow as they fill; each signature matches a frame once, inline each time.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { DetectContext } from '../../framework/detect-context.ts';
import type { Frame } from '../../framework/frame.ts';
import type { Packet } from '../../framework/packet.ts';
import { PacketFlag } from '../../framework/packet.ts';
import type { BufferInspection, Signature } from '../../framework/signature.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { SignatureOutline, SignatureSource } from '../compile/outline.ts';
import { BufferInspector } from './buffers.ts';
import type { Candidates } from './candidates.ts';
import type { PatternEntry, PatternTable, PatternTables } from './pattern-table.ts';
import type { Renumbering, RenumberingHost } from './renumbering.ts';

/** So much of a frame that is not whole must be new before it is looked at. */
const STEP = 2500;
/** Inline, packets do not wait: each time so much of what was looked at before is looked at again. */
const WINDOW = 2500;

/** Where it hands over: the checks that packets and frames share, and the alert queue. */
export interface FrameHost {
  admits(s: Signature, p: Packet): boolean;
  payloadHolds(s: Signature, p: Packet): boolean;
  frameMatched(s: Signature, p: Packet, frame: Frame): void;
}

interface FrameGroup {
  readonly table: PatternTable | null;
  /** Signatures that nothing can be looked up for. */
  readonly always: Int32Array;
}

/** By `protocol.type`. */
export type FrameGroups = ReadonlyMap<string, FrameGroup>;

export class FrameInspector {
  private readonly groups: FrameGroups;
  private readonly source: SignatureSource;
  private readonly ctx: DetectContext;
  private readonly candidates: Candidates;
  private readonly host: FrameHost;
  private readonly renumbering: Renumbering;
  private readonly buffers = new BufferInspector();

  /** @param candidates to work with, for nothing else */
  constructor(
    source: SignatureSource,
    groups: FrameGroups,
    ctx: DetectContext,
    candidates: Candidates,
    host: FrameHost & RenumberingHost,
  ) {
    this.source = source;
    this.groups = groups;
    this.ctx = ctx;
    this.candidates = candidates;
    this.host = host;
    this.renumbering = host.renumbering;
  }

  /** The frames of the packet's direction. */
  inspect(p: Packet, app: AppFlow): void {
    const { frames } = app;
    const direction = (p.flags & PacketFlag.toServer) !== 0 ? TO_SERVER : TO_CLIENT;
    if (frames === null || !frames.isDirty[direction]) return;
    const list = frames.lists[direction];
    for (let i = 0; i < list.length; i++) this.frame(p, app, list[i]!);
  }

  private frame(p: Packet, app: AppFlow, frame: Frame): void {
    if (!(this.ctx.isInline ? isDueInline(frame) : isDue(frame))) return;
    const from = this.ctx.isInline ? Math.max(0, frame.inspectedTo - WINDOW) : 0;
    const group = this.groups.get(`${app.protocol.name}.${frame.type}`);
    if (frame.generation !== this.renumbering.generation) this.renumbering.frame(frame);
    frame.inspectedTo = frame.kept;
    frame.isEndInspected = frame.isOver;
    if (group === undefined) return;
    const { candidates } = this;
    candidates.clear();
    group.table?.scan(frame.data, -1, from, frame.kept - from, from, candidates);
    candidates.addAll(group.always);
    for (let i = 0; i < candidates.count; i++)
      this.candidate(p, frame, from, this.source.signature(candidates.iids[i]!));
  }

  private candidate(p: Packet, frame: Frame, from: number, s: Signature): void {
    if ((frame.matched?.has(s.iid) === true && !this.ctx.isInline) || !this.host.admits(s, p)) return;
    const { chains } = s.frame!;
    for (let i = 0; i < chains.length; i++) if (!this.holds(chains[i]!, p, frame, from)) return;
    if (s.payload !== null && !this.host.payloadHolds(s, p)) return;
    (frame.matched ??= new Set()).add(s.iid);
    this.host.frameMatched(s, p, frame);
  }

  /** @param from bytes before it were looked at often enough */
  private holds(one: BufferInspection, p: Packet, frame: Frame, from: number): boolean {
    if (one.buffer.source === 'base64') return this.buffers.matches(one, p, this.ctx);
    return this.buffers.matchesBytes(one, this.ctx.inspection, frame.data, from, frame.kept, frame.isOver);
  }
}

function isDue({ isOver, kept, inspectedTo }: Frame): boolean {
  return isOver ? inspectedTo < kept : kept - Math.max(0, inspectedTo) >= STEP;
}

/** With all that is new, and once more when nothing follows. */
function isDueInline({ isOver, isEndInspected, kept, inspectedTo }: Frame): boolean {
  return kept > 0 && (kept > inspectedTo || (isOver && !isEndInspected));
}

/** The signatures on frames; null without any. */
export function frameGroups({ outlines }: SignatureSource, tables: PatternTables): FrameGroups | null {
  const lists = new Map<string, SignatureOutline[]>();
  for (const outline of outlines) {
    if (outline.frame === null) continue;
    const { place } = outline.frame;
    const list = lists.get(place);
    if (list === undefined) lists.set(place, [outline]);
    else list.push(outline);
  }
  if (lists.size === 0) return null;
  return new Map([...lists].map(([key, list]) => [key, groupOf(list, tables)]));
}

function groupOf(list: readonly SignatureOutline[], tables: PatternTables): FrameGroup {
  const always: number[] = [];
  const entries: PatternEntry[] = [];
  for (const { iid, frame } of list) {
    const { pattern } = frame!;
    if (pattern === null) always.push(iid);
    else entries.push({ iid, pattern });
  }
  return { table: entries.length === 0 ? null : tables.ofEntries(entries), always: Int32Array.from(always) };
}
