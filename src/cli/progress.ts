// Progress: a bar on the terminal while captures are read.
import type { ReplayObserver } from '../engine/replay.ts';

const WIDTH = 30;
const REDRAW_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

/** Nothing is shown without a place to draw on. */
export class Progress implements ReplayObserver {
  private readonly files: number;
  private readonly screen: { write(text: string): unknown } | undefined;
  private readonly clock: () => number;
  private done = 0;
  private drawnAt = -Infinity;

  constructor(
    files: number,
    screen: { write(text: string): unknown } | undefined,
    clock: () => number = () => performance.now(),
  ) {
    this.files = files;
    this.screen = screen;
    this.clock = clock;
  }

  /** `part` of this file is read: 0 to 1, undefined when its size is not known. */
  progress(path: string, part: number | undefined): void {
    const now = this.clock();
    if (this.screen === undefined || now - this.drawnAt < REDRAW_MS) return;
    this.drawnAt = now;
    const whole = (this.done + (part ?? 0)) / this.files;
    const filled = Math.round(whole * WIDTH);
    const bar = '#'.repeat(filled) + '-'.repeat(WIDTH - filled);
    const percent = String(Math.floor(whole * 100)).padStart(3);
    this.screen.write(`${CLEAR_LINE}[${bar}] ${percent} %  ${String(this.done + 1)}/${String(this.files)} ${path}`);
  }

  end(): void {
    this.done++;
  }

  /** Takes the bar away. */
  finish(): void {
    if (this.drawnAt !== -Infinity) this.screen?.write(CLEAR_LINE);
  }
}
