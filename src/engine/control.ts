// Control: what somebody outside may ask of a run, looked at between batches of packets.

export class RunControl {
  /** Log files were moved away: begin new ones. */
  wantsReopen = false;
  /** Rules may have changed: load them anew. */
  wantsReload = false;
  private readonly outer: RunControl | undefined;
  private isAskedToStop = false;

  /** @param outer when that ends, this one does too */
  constructor(outer?: RunControl) {
    this.outer = outer;
  }

  /** No more packets are read; what was read is brought to its end. */
  get isStopping(): boolean {
    return this.isAskedToStop || this.outer?.isStopping === true;
  }

  set isStopping(value: boolean) {
    this.isAskedToStop = value;
  }
}

/**
 * Lets SIGINT and SIGTERM end a run in order, SIGHUP reopen its logs and SIGUSR2 reload its rules; returns how to take
 * the handlers away again.
 */
export function obeySignals(control: RunControl): () => void {
  const stop = (): void => {
    control.isStopping = true;
  };
  const reopen = (): void => {
    control.wantsReopen = true;
  };
  const reload = (): void => {
    control.wantsReload = true;
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', reopen).on('SIGUSR2', reload);
  return () => {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', reopen).off('SIGUSR2', reload);
  };
}
