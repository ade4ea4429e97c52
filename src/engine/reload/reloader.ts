// RuleReloader: other rules in the place of those in force, while packets go on.
//
// A thread reads and compiles them (seconds); this thread takes them over in slices of some milliseconds between
// batches of packets, and puts them in force between two batches. Until then, and when anything fails, the rules
// before stay.

import { setImmediate } from 'node:timers/promises';
import { formatDiagnostic } from '../../base/diagnostic.ts';
import { collectGarbage } from '../../base/garbage.ts';
import { log } from '../../base/log.ts';
import type { Steps } from '../../base/steps.ts';
import { openConfig } from '../../config/index.ts';
import { takeOverRules } from '../load-rules.ts';
import type { LoadedRules } from '../load-rules.ts';
import { logRuleSteps } from '../rule-log.ts';
import type { Run } from '../run.ts';
import type { MpmSettings } from '../settings/index.ts';
import { trimAfterCompiling } from '../../detect/mpm/index.ts';
import { attaching } from './attach.ts';
import type { CompileOrder, CompiledOrder, OrderAnswer } from './order.ts';

/** Milliseconds of a slice, unless one step alone takes longer. */
const SLICE = 4;

/** Reads and compiles rules without keeping this thread. */
export interface RuleCompiler {
  compile(order: CompileOrder): Promise<OrderAnswer>;
  /** What is under way is given up. */
  close(): Promise<void>;
}

export interface ReloaderParts {
  readonly order: CompileOrder;
  readonly run: Pick<Run, 'rules' | 'replaceRules'>;
  readonly mpm: MpmSettings;
  readonly compiler: RuleCompiler;
  /** Has workers in other threads take the rules over. @returns why one of them did not */
  readonly deliver?: (compiled: CompiledOrder) => Promise<string | undefined>;
  /** Another thread tells how the reload goes. */
  readonly isQuiet?: boolean;
  /** A rule that does not load makes the reload fail (`--init-errors-fatal`). */
  readonly areErrorsFatal: boolean;
}

export class RuleReloader {
  /** Slices wait for their turn: packets should not be waited for long. */
  wantsTurns = false;
  private readonly parts: ReloaderParts;
  private isUnderWay = false;
  private isClosed = false;
  /** Milliseconds that packets waited for the reload under way, at a time. */
  private longestPause = 0;

  constructor(parts: ReloaderParts) {
    this.parts = parts;
  }

  get isBusy(): boolean {
    return this.isUnderWay;
  }

  /** @returns why the rules before stay in force; undefined when others are */
  async reload(): Promise<string | undefined> {
    if (this.isUnderWay) return 'Reload already in progress';
    this.isUnderWay = true;
    this.longestPause = 0;
    if (this.parts.isQuiet !== true) log.notice('detect', 'rule reload starting');
    const problem = await this.exchange().catch((error: unknown) => (error as Error).message);
    this.isUnderWay = false;
    this.wantsTurns = false;
    if (this.parts.isQuiet === true) return problem;
    if (problem === undefined) {
      log.notice('detect', 'rule reload complete');
      log.info('detect', `packets waited for it ${this.longestPause.toFixed(0)} ms at a time at most`);
    } else if (!this.isClosed) log.error('detect', `rule reload failed, the rules before stay in force: ${problem}`);
    return problem;
  }

  /** The run is over: what is under way is given up. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.parts.compiler.close();
  }

  private async exchange(): Promise<string | undefined> {
    const { deliver, isQuiet, mpm, order, run } = this.parts;
    const former = run.rules;
    if (former === null) return 'detection is disabled';
    // what this thread does not need, compiling will
    if (isQuiet !== true) await this.inSlices(collect());
    const answer = await this.parts.compiler.compile(order);
    if (typeof answer === 'string') return answer;
    this.wantsTurns = true;
    // as it was when they were compiled
    const { root } = openConfig({ ...order.config, texts: answer.texts });
    const rules = await this.inSlices(takeOverRules(root, answer.rules, order.load, former));
    if (rules === undefined) return 'a file that rules read changed meanwhile';
    const problem = this.refusal(rules) ?? (await deliver?.(answer));
    if (problem !== undefined) return problem;
    await this.inSlices(run.replaceRules(rules, attaching(answer, mpm)));
    // they are in force, whatever becomes of the rest
    await this.inSlices(afterwards(rules, { isQuiet: isQuiet === true })).catch((error: unknown) => {
      if (!this.isClosed) log.warning('detect', `after the rule reload: ${(error as Error).message}`);
    });
    return undefined;
  }

  private refusal({ diagnostics, ruleset }: LoadedRules): string | undefined {
    if (!this.parts.areErrorsFatal || ruleset.failed === 0) return undefined;
    for (const one of diagnostics) if (one.severity === 'error') log.error('detect', formatDiagnostic(one));
    return `${String(ruleset.failed)} rules failed to load`;
  }

  /** One slice a turn of the event loop. */
  private async inSlices<T>(steps: Steps<T>): Promise<T> {
    for (;;) {
      const start = performance.now();
      let passed = 0;
      while (passed < SLICE) {
        const step = steps.next();
        passed = performance.now() - start;
        this.longestPause = Math.max(this.longestPause, passed);
        if (step.done === true) return step.value;
      }
      await setImmediate();
      if (this.isClosed) throw new Error('the run is over');
    }
  }
}

function* collect(): Steps {
  collectGarbage();
  yield;
}

/**
 * The rules before are garbage now, and lie where the next ones would find room. Compiling needed much memory for a while,
 * in a thread that is gone: without the trimming, which is one for all threads, the program keeps a hundred MB of it.
 */
function* cleanUp({ trims }: { readonly trims: boolean }): Steps {
  yield* collect();
  if (trims) trimAfterCompiling();
}

function* afterwards(rules: LoadedRules, { isQuiet }: { readonly isQuiet: boolean }): Steps {
  if (!isQuiet) yield* logRuleSteps(rules);
  yield* cleanUp({ trims: !isQuiet });
}
