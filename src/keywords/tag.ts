// tag: logs the packets that follow a match, of the session or of a host.

import { Tags } from '../detect/tag/tags.ts';
import { TAG_METRICS } from '../detect/tag/tag-list.ts';
import type { TagMetric, TagSpec } from '../detect/tag/tag-list.ts';
import { acceptUnsigned, requiredArgument } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import type { RuleOption } from '../rules/index.ts';

const HINT = 'tag:session,10,packets or tag:host,100,packets,src';

/** The tags of a rule set: the engine asks them which packets to log. */
export function tagsOf(setup: RulesetSetup): Tags {
  return setup.shared('tags', () => new Tags());
}

/** What is tagged stays so from one rule set to the next. */
export function inheritTags(setup: RulesetSetup, former: RulesetSetup): void {
  setup.shared('tags', () => tagsOf(former));
}

function readTag(option: RuleOption): TagSpec {
  const [scope, count, metric, side, ...rest] = requiredArgument(option)
    .split(',')
    .map((part) => part.trim());
  if ((scope !== 'session' && scope !== 'host') || rest.length > 0) throw new RuleError('tag cannot be read', HINT);
  if (side !== undefined && side !== 'src' && side !== 'dst') throw new RuleError(`tag: unknown side "${side}"`, HINT);
  if (count === undefined) return { scope, count: 0, metric: 'packets', side: 'src' };
  if (metric === undefined || !(TAG_METRICS as readonly string[]).includes(metric))
    throw new RuleError('tag: the metric is missing', TAG_METRICS.join(', '));
  return {
    scope,
    count: acceptUnsigned(option, count, { min: 0, max: 0xffffffff }),
    metric: metric as TagMetric,
    side: side ?? 'src',
  };
}

export default defineKeyword({
  name: 'tag',
  argument: 'required',
  kind: 'post',
  summary: 'Logs the packets that follow a match.',
  page: 'rules/tag.html',
  examples: ['alert tcp any any -> any any (msg:"m"; content:"x"; tag:session,10,packets; sid:1;)'],
  compile(builder, option) {
    const spec = readTag(option);
    const tags = tagsOf(builder.setup);
    builder.addAlertAction(
      (p, ctx, signature) => {
        tags.add(spec, signature, p, ctx);
      },
      { keyword: 'tag' },
    );
  },
});
