// JournalKind: who writes which entries of the journal that workers share (`base/journal.ts`).

export const JournalKind = {
  /** A match was counted by a threshold. */
  threshold: 1,
  /** A mark of a host or a pair of hosts was set or taken away. */
  hostBit: 2,
  /** An entry of a data set was added or taken away. */
  dataset: 3,
  /** A host was tagged, or a packet of a tagged host was counted. */
  hostTag: 4,
  /** A connection was announced, met, or does not come any more. */
  expectation: 5,
} as const;
