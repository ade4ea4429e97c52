// TagList: the tags of one session or host; each belongs to the rule that set it, and counts packets, bytes or time.

export const TAG_METRICS = ['packets', 'bytes', 'seconds'] as const;
export type TagMetric = (typeof TAG_METRICS)[number];

export interface TagSpec {
  readonly scope: 'session' | 'host';
  /** 0: without end (session only) */
  readonly count: number;
  readonly metric: TagMetric;
  readonly side: 'src' | 'dst';
}

const MAX_TAGS = 50;
/** Matches of its rule with which a tag begins to count anew. */
const MAX_RENEWALS = 9;

export interface Tag {
  /** The rule, by gid and sid: rule sets change. */
  readonly rule: number;
  readonly metric: TagMetric;
  readonly count: number;
  used: number;
  since: number;
  renewals: number;
  /** The packet that it was set with is not logged again. */
  isFirst: boolean;
}

export class TagList {
  private readonly tags: Tag[];

  /** @param tags that it begins with */
  constructor(tags: readonly Tag[] = []) {
    this.tags = [...tags];
  }

  get all(): readonly Tag[] {
    return this.tags;
  }

  get length(): number {
    return this.tags.length;
  }

  /** The rule matched: its tag is set, or counts anew. */
  set({ count, metric }: Pick<TagSpec, 'count' | 'metric'>, rule: number, now: number): void {
    const known = this.tags.find((tag) => tag.rule === rule);
    if (known === undefined) {
      if (this.tags.length < MAX_TAGS)
        this.tags.push({ rule, metric, count, used: 0, since: now, renewals: 0, isFirst: true });
      return;
    }
    if (known.renewals === MAX_RENEWALS) return;
    known.renewals++;
    known.used = 0;
    known.since = now;
  }

  /** Whether a packet of so many bytes is to be logged; counts it. */
  takes(bytes: number, now: number): boolean {
    const { tags } = this;
    let isTaken = false;
    for (let i = tags.length - 1; i >= 0; i--) {
      const tag = tags[i]!;
      tag.used += tag.metric === 'bytes' ? bytes : 1;
      if (tag.isFirst) tag.isFirst = false;
      else if (isOver(tag, now)) tags.splice(i, 1);
      else isTaken = true;
    }
    return isTaken;
  }

  /** Whether none of them will take another packet. */
  isOver(now: number): boolean {
    return this.tags.every((tag) => isOver(tag, now));
  }
}

function isOver({ count, metric, since, used }: Tag, now: number): boolean {
  if (count === 0) return false;
  return metric === 'seconds' ? now - since > count * 1e6 : used > count;
}
