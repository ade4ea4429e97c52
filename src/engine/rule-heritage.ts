// What a rule set takes over from the one before, so that flows and hosts keep their marks.

import type { RulesetSetup } from '../framework/keyword.ts';
import { inheritDatasets } from '../keywords/dataset.ts';
import { inheritFlowbits } from '../keywords/flowbits.ts';
import { inheritFlowints } from '../keywords/flowint.ts';
import { inheritTags } from '../keywords/tag.ts';
import { inheritHostBits } from '../keywords/xbits.ts';

/** To be called before the first rule of the new set is compiled. */
export function inheritState(setup: RulesetSetup, former: RulesetSetup): void {
  inheritFlowbits(setup, former);
  inheritFlowints(setup, former);
  inheritHostBits(setup, former);
  inheritTags(setup, former);
  inheritDatasets(setup, former);
}
