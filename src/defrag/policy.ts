// Who wins where IP fragments overlap: the answer depends on the system that reassembles them (Novak, Shankar: target-based fragmentation reassembly).

export const DEFRAG_POLICIES = ['first', 'last', 'bsd', 'bsd-right', 'linux', 'windows', 'solaris'] as const;

export const DefragPolicyId = { first: 0, last: 1, bsd: 2, bsdRight: 3, linux: 4, windows: 5, solaris: 6 } as const;
export const DEFAULT_DEFRAG_POLICY = DefragPolicyId.bsd;

/** The systems of `host-os-policy` and how they reassemble. */
const SYSTEMS: Readonly<Record<string, number>> = {
  first: DefragPolicyId.first,
  last: DefragPolicyId.last,
  bsd: DefragPolicyId.bsd,
  'bsd-right': DefragPolicyId.bsdRight,
  linux: DefragPolicyId.linux,
  'old-linux': DefragPolicyId.linux,
  solaris: DefragPolicyId.solaris,
  'old-solaris': DefragPolicyId.first,
  hpux10: DefragPolicyId.bsd,
  hpux11: DefragPolicyId.first,
  irix: DefragPolicyId.bsd,
  macos: DefragPolicyId.first,
  windows: DefragPolicyId.windows,
  vista: DefragPolicyId.windows,
  windows2k3: DefragPolicyId.windows,
};

/** The policy of a system named in `host-os-policy`; the default for a name nobody knows. */
export function defragPolicyOf(system: string): number {
  return SYSTEMS[system.toLowerCase()] ?? DEFAULT_DEFRAG_POLICY;
}

/**
 * Whether the bytes of a fragment [newStart, newEnd) replace those of an earlier one [oldStart, oldEnd) where they
 * overlap. Offsets and ends are the fragments' own, before any trimming.
 */
export function newFragmentWins(
  policy: number,
  oldStart: number,
  oldEnd: number,
  newStart: number,
  newEnd: number,
): boolean {
  switch (policy) {
    case DefragPolicyId.first:
      return false;
    case DefragPolicyId.last:
      return true;
    case DefragPolicyId.bsdRight:
      return newStart >= oldStart;
    case DefragPolicyId.linux:
      return newStart <= oldStart;
    case DefragPolicyId.windows:
      return newStart < oldStart && newEnd > oldEnd;
    case DefragPolicyId.solaris:
      return newStart < oldStart && newEnd >= oldEnd;
    default: // bsd
      return newStart < oldStart;
  }
}
