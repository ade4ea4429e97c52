// What rules remember beyond a flow: the same for all workers of a team, and handed to one that comes later.

import type { Journal } from '../../base/journal.ts';
import type { WordTableContent } from '../../base/word-table.ts';
import type { Ruleset } from '../../detect/compile/ruleset.ts';
import type { DatasetsContent } from '../../detect/dataset/datasets.ts';
import type { TagsContent } from '../../detect/tag/tags.ts';
import type { ThresholdContent } from '../../detect/threshold/index.ts';
import type { Signature } from '../../framework/signature.ts';
import { datasetsOf } from '../../keywords/dataset.ts';
import { tagsOf } from '../../keywords/tag.ts';
import { hostBitsOf } from '../../keywords/xbits.ts';
import type { LoadedRules } from '../load-rules.ts';
import type { Worker } from '../worker.ts';

/** Plain data, as of one place in the journal. */
export interface RuleState {
  readonly thresholds: ThresholdContent;
  readonly datasets: DatasetsContent;
  readonly hostBits: WordTableContent;
  readonly tags: TagsContent;
}

/** From now on it is the same for all who share the journal. */
export function shareRuleState(
  { ruleset, setup, thresholds }: LoadedRules,
  journal: Journal,
  { counters, flows }: Pick<Worker, 'counters' | 'flows'>,
): void {
  thresholds.share(journal, signatureFinder(ruleset), { counters, flows });
  datasetsOf(setup).share(journal);
  hostBitsOf(setup).share(journal);
  tagsOf(setup).share(journal);
}

/** Call it between `begin` and `end` of the journal: then it is up to date, and nobody changes it. */
export function ruleStateOf({ setup, thresholds }: LoadedRules): RuleState {
  return {
    thresholds: thresholds.content(),
    datasets: datasetsOf(setup).content(),
    hostBits: hostBitsOf(setup).content(),
    tags: tagsOf(setup).content(),
  };
}

/** Call it once the state is shared, and before packets come. */
export function restoreRuleState({ setup, thresholds }: LoadedRules, state: RuleState): void {
  thresholds.restore(state.thresholds);
  datasetsOf(setup).restore(state.datasets);
  hostBitsOf(setup).restore(state.hostBits);
  tagsOf(setup).restore(state.tags);
}

/** By gid and sid: workers go over to other rules one after the other, and numbers differ. */
function signatureFinder(ruleset: Ruleset): (gid: number, sid: number) => Signature | undefined {
  let numbers: Map<number, number> | undefined;
  const key = (gid: number, sid: number): number => gid * 0x100000000 + sid;
  return (gid, sid) => {
    numbers ??= new Map(ruleset.outlines.map((outline) => [key(outline.gid, outline.sid), outline.iid]));
    const iid = numbers.get(key(gid, sid));
    return iid === undefined ? undefined : ruleset.signature(iid);
  };
}
