// stats: the counters as a table, appended at every interval.
import { counterNames } from '../base/counters.ts';
import type { Counters } from '../base/counters.ts';
import { defineOutput } from '../framework/output.ts';
import { hasStatistics, shownCounters } from './event-counters.ts';
import { statsTime } from './text/timestamp.ts';
import { openWriter } from './writer.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import type { RecordWriter } from './record-writer.ts';

const RULE = `${'-'.repeat(99)}\n`;
const row = (name: string, thread: string, value: string): string =>
  `${name.padEnd(60)} | ${thread.padEnd(25)} | ${value}\n`;

class StatsLog implements Output {
  private readonly writer: RecordWriter;
  private readonly context: OutputContext;
  private readonly isOn: boolean;
  private readonly hasTotals: boolean;
  private readonly hasThreads: boolean;
  private readonly hasZeros: boolean;
  private readonly shownName: (name: string) => string | undefined;

  constructor(writer: RecordWriter, context: OutputContext, node: ConfigNode) {
    this.writer = writer;
    this.context = context;
    this.shownName = shownCounters(node);
    this.isOn = hasStatistics(node);
    this.hasTotals = node.bool('totals', true);
    this.hasThreads = node.bool('threads', false);
    this.hasZeros = node.bool('null-values', false);
  }

  get lost(): number {
    return this.writer.failed;
  }

  stats(): void {
    if (!this.isOn) return;
    let text = `${RULE}Date: ${statsTime(Date.now() * 1000)} (uptime: ${uptimeText(this.context.uptime())})\n${RULE}`;
    text += row('Counter', 'TM Name', 'Value') + RULE;
    const { counters, totals = counters, threads = [{ name: 'W#01', counters }] } = this.context;
    if (this.hasTotals) text += this.rows('Total', totals);
    if (this.hasThreads) for (const thread of threads) text += this.rows(thread.name, thread.counters);
    this.writer.write(text);
    this.writer.flush();
  }

  flush(): void {
    this.writer.flush();
  }

  reopen(): void {
    this.writer.reopen();
  }

  close(): void {
    this.writer.close();
  }

  private rows(thread: string, { values }: Counters): string {
    let text = '';
    counterNames().forEach((name, id) => {
      const value = values[id] ?? 0;
      const shown = value !== 0 || this.hasZeros ? this.shownName(name) : undefined;
      if (shown !== undefined) text += row(shown, thread, String(value));
    });
    return text;
  }
}

function uptimeText(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor((whole % 86_400) / 3600);
  return `${String(Math.floor(whole / 86_400))}d, ${two(hours)}h ${two(Math.floor((whole % 3600) / 60))}m ${two(whole % 60)}s`;
}

export default defineOutput({
  name: 'stats',
  summary: 'Counters as a table (stats.log).',
  create(node: ConfigNode, context: OutputContext): Output {
    return new StatsLog(openWriter(node, context, 'stats.log'), context, node);
  },
});
