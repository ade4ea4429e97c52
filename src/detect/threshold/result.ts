// What a threshold decides, and the layout of its entries.

export const ThresholdResult = {
  /** no alert and no action: the signature did not match enough yet */
  none: 0,
  alert: 1,
  /** no alert is written, but the actions of the rule apply */
  silent: 2,
  /** alert, with the action of a rate filter in place of the rule's */
  newAction: 3,
} as const;

/** Numbers of one entry of the table. Times are microseconds. */
export const ThresholdField = {
  /** when the window began */
  since: 0,
  count: 1,
  /** backoff: the count that alerts next */
  next: 2,
  /** rate filter: when the new action began, 0 when it does not hold */
  active: 3,
  /** number of its bitmap of ports plus one, 0 for none */
  bitmap: 4,
  /** may be dropped after this */
  expires: 5,
} as const;
export const VALUES = 6;
