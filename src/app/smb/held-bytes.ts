// HeldBytes: what a connection keeps for later (parts of files that wait, data of calls), so much of it in all.

export class HeldBytes {
  private readonly most: number;
  private used = 0;

  /** @param most bytes; 0: any number */
  constructor(most: number) {
    this.most = most === 0 ? Infinity : most;
  }

  /** How many more may be kept. */
  get room(): number {
    return Math.max(0, this.most - this.used);
  }

  take(count: number): void {
    this.used += count;
  }

  free(count: number): void {
    this.used -= count;
  }
}
