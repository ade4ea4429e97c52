// Attendant: what a command of ours does around a live run.

export interface Attendant {
  /** Everything is open, packets come in. @returns why the run must not go on */
  ready(): string | undefined;
  /** The end was asked for; also called when the run ends otherwise. */
  ending(): void;
  /** It needs its privileges to the end. */
  readonly keepsPrivileges: boolean;
}
