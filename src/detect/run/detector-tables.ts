// DetectorTables: what is looked up of a rule set for every packet, made step by step while packets may go on.

import { finish } from '../../base/steps.ts';
import type { Steps } from '../../base/steps.ts';
import type { SignatureSource } from '../compile/outline.ts';
import type { ProtocolIds } from '../compile/tx-plan.ts';
import type { Pattern } from '../mpm/index.ts';
import { frameGroups } from './frame-inspector.ts';
import type { FrameGroups } from './frame-inspector.ts';
import { SignatureGroups } from './groups.ts';
import type { GroupParts } from './groups.ts';
import { HeaderTable } from './header-table.ts';
import { PatternTables } from './pattern-table.ts';
import type { MakeMatcher } from './pattern-table.ts';
import { TxGroups } from './tx-groups.ts';

export interface TableOptions {
  readonly makeMatcher: MakeMatcher;
  /** Numbers of application protocols by the names that buffers use. */
  readonly protocolIds: ProtocolIds;
  /** The transports of an application protocol of that name; undefined where there is none. */
  readonly protocolTransports: GroupParts['transports'];
}

export class DetectorTables {
  readonly source: SignatureSource;
  readonly groups: SignatureGroups;
  readonly headers: HeaderTable;
  /** Null without rules on transactions. */
  readonly tx: TxGroups | null;
  /** Null without rules on frames. */
  readonly frames: FrameGroups | null;
  private readonly patterns: PatternTables;

  private constructor(
    parts: Pick<DetectorTables, 'source' | 'groups' | 'headers' | 'tx' | 'frames'>,
    patterns: PatternTables,
  ) {
    this.source = parts.source;
    this.groups = parts.groups;
    this.headers = parts.headers;
    this.tx = parts.tx;
    this.frames = parts.frames;
    this.patterns = patterns;
  }

  static *of(source: SignatureSource, options: TableOptions): Steps<DetectorTables> {
    const patterns = new PatternTables(options.makeMatcher);
    const found = yield* lookups(source, patterns, options);
    yield;
    yield* patterns.compileSteps();
    yield;
    const headers = new HeaderTable(source.outlines);
    yield;
    return new DetectorTables({ source, headers, ...found }, patterns);
  }

  /** Gives back what the garbage collector does not: nothing is found by them any more. */
  free(): void {
    this.patterns.free();
  }
}

/** What is looked up by patterns, which are yet to be compiled. */
function* lookups(
  source: SignatureSource,
  patterns: PatternTables,
  { protocolIds: ids, protocolTransports: transports }: Omit<TableOptions, 'makeMatcher'>,
): Steps<Pick<DetectorTables, 'groups' | 'tx' | 'frames'>> {
  const { outlines } = source;
  const groups = yield* SignatureGroups.of(outlines, { tables: patterns, ids, transports });
  const hasTx = outlines.some(({ tx }) => tx !== null);
  const tx = hasTx ? yield* TxGroups.of(source, ids, patterns) : null;
  return { groups, tx, frames: frameGroups(source, patterns) };
}

/** The patterns of each matcher that the tables of a rule set ask for. */
export function patternSets(
  source: SignatureSource,
  options: Omit<TableOptions, 'makeMatcher'>,
): readonly (readonly Pattern[])[] {
  const patterns = new PatternTables(() => {
    throw new Error('these tables are not for looking anything up');
  });
  finish(lookups(source, patterns, options));
  return patterns.sets();
}
