// Ports: the interfaces of a source. All are there when it begins; one that goes away is tried again and again.

/** What a source takes packets from. */
export interface CapturePort {
  /** Of the interface. */
  readonly name: string;
  readonly isOpen: boolean;
  /** Opens it; nothing comes in before `bind`. @returns the problem */
  open(): string | undefined;
  /** From now on packets come in. @returns the problem */
  bind(): string | undefined;
  /** Of one that is open: whether nothing has gone wrong since. */
  isSound(): boolean;
  close(): void;
}

/** Told when an interface goes away and comes back. */
export type OnChange = (message: string) => void;

/** Milliseconds between two tries to open an interface that went away. */
const RETRY = 500;

export class Ports<P extends CapturePort> {
  readonly all: readonly P[];
  private readonly onChange: OnChange;
  /** Clock of the next try of each, milliseconds. */
  private readonly retryAt: Float64Array;

  constructor(all: readonly P[], onChange: OnChange) {
    this.all = all;
    this.onChange = onChange;
    this.retryAt = new Float64Array(all.length);
  }

  /** Opens all, or none. @returns the reason why one of them cannot be opened */
  open(): string | undefined {
    const problem = first(this.all, (port) => port.open());
    if (problem !== undefined) this.close();
    return problem;
  }

  /** Packets come in from now on. @returns the reason when they cannot */
  bind(): string | undefined {
    return first(this.all, (port) => port.bind());
  }

  named(name: string): P | undefined {
    return this.all.find((port) => port.name === name);
  }

  /** One of them is of no use any more. */
  lose(port: P, why: string): void {
    this.onChange(`${port.name}: ${why}; waiting for it to come back`);
    port.close();
    this.retryAt[this.all.indexOf(port)] = Date.now() + RETRY;
  }

  /**
   * Tries those that are away and whose time has come.
   * @param onProblem told why one of them cannot be opened, undefined when it could
   * @returns whether there were any
   */
  retry(onProblem?: (port: P, problem: string | undefined) => void): boolean {
    const now = Date.now();
    let isTried = false;
    for (const [i, port] of this.all.entries()) {
      if (port.isOpen || now < this.retryAt[i]!) continue;
      this.retryAt[i] = now + RETRY;
      isTried = true;
      const problem = port.open() ?? port.bind();
      if (problem === undefined && port.isSound()) this.onChange(`${port.name}: the interface is back`);
      else port.close();
      onProblem?.(port, problem);
    }
    return isTried;
  }

  close(): void {
    for (const port of this.all) port.close();
  }
}

function first<P>(ports: readonly P[], act: (port: P) => string | undefined): string | undefined {
  for (const port of ports) {
    const problem = act(port);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
