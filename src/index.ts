// Tayra as a library: check rules, replay captures, get events.

import { log } from './base/log.ts';
import { formatDiagnostic, renderDiagnostic } from './base/diagnostic.ts';
import type { Diagnostic, Severity, Span } from './base/diagnostic.ts';
import { openConfig } from './config/index.ts';
import type { ConfigNode } from './config/index.ts';
import { loadRules } from './engine/load-rules.ts';
import type { LoadedRules } from './engine/load-rules.ts';
import { replay } from './engine/replay.ts';
import { ruleFiles } from './engine/rule-files.ts';

export { formatDiagnostic, renderDiagnostic };
export type { Diagnostic, Severity, Span };

/** Where rules and settings come from. */
export interface RuleSources {
  /** Rule files, folders of `*.rules`, or patterns (`*.rules`). Without them those that the configuration names. */
  readonly rules?: readonly string[];
  /** A configuration file in Suricata's form; the one that ships with Tayra without it. */
  readonly config?: string;
  /** Settings over the file's, by dotted path, as `--set` takes them: `{ 'vars.address-groups.HOME_NET': '10.0.0.0/8' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Treat the capture as inline traffic: `drop` rules drop, packets carry a verdict. */
  readonly inline?: boolean;
}

/** What became of the rules. */
export interface RuleReport {
  /** Rules that are in force. */
  readonly loaded: number;
  /** Rules rejected as wrong; a diagnostic says why. */
  readonly failed: number;
  /** Rules left out because their application layer is not there yet. */
  readonly pending: number;
  /** Rules left out because their own `requires` is not met. */
  readonly skipped: number;
  /** What is wrong or worth knowing, in the order found. */
  readonly diagnostics: readonly Diagnostic[];
}

/** One EVE event: Suricata's JSON, parsed. */
export interface EveEvent {
  /** ISO 8601 with microseconds and offset. */
  readonly timestamp: string;
  /** `alert`, `flow`, `anomaly`, `stats` ... */
  readonly event_type: string;
  readonly [field: string]: unknown;
}

export interface ReplayRequest extends RuleSources {
  /** pcap and pcapng files (gzip too), read one after the other as one stretch of traffic. */
  readonly captures: readonly string[];
  /** Checksums of packets and streams: `none` takes wrong ones too (the default: captures often hold them). */
  readonly checksums?: 'all' | 'none' | 'auto';
  /** Called with each event, in order, during the replay. What it throws ends the delivery and is thrown at the end. */
  readonly onEvent?: (event: EveEvent) => void;
  /** Called with what the engine says about itself, e.g. that a capture is damaged. Unsaid without it. */
  readonly onLog?: (level: string, message: string) => void;
}

/** Sums over all captures. */
export interface ReplayReport {
  readonly packets: number;
  /** Bytes of those packets. */
  readonly bytes: number;
  readonly alerts: number;
  readonly flows: number;
  /** Captures that could not be opened. */
  readonly failed: number;
  readonly rules: RuleReport;
}

/**
 * Compiles rules as a replay would, without traffic.
 * @throws Error when the configuration cannot be read
 */
export function checkRules(sources: RuleSources): RuleReport {
  const config = configOf(sources);
  return reportOf(load(config, sources));
}

/**
 * Replays captures through the engine, on this thread, until all is read: the same captures, rules and settings give
 * the same events in the same order. No log file is written.
 * @throws Error when the configuration cannot be read
 */
export function replayCaptures(request: ReplayRequest): ReplayReport {
  const { onLog } = request;
  log.configure(onLog === undefined ? [] : [{ level: 'info', write: (record) => onLog(record.level, record.message) }]);
  const config = configOf(request);
  const rules = load(config, request);
  const delivery = new Delivery(request.onEvent);
  const result = replay({
    config,
    captures: request.captures,
    rules,
    logDirectory: '.',
    isInline: request.inline === true,
    checksums: request.checksums ?? 'none',
    takeRecords: (lines) => {
      delivery.take(lines);
    },
  });
  delivery.end();
  return { ...result, rules: reportOf(rules) };
}

function configOf(sources: RuleSources): ConfigNode {
  const settings = Object.entries(sources.settings ?? {}).map(([path, value]) => ({ path, value }));
  const opened = openConfig({ ...(sources.config === undefined ? {} : { file: sources.config }), settings });
  if (!opened.ok) throw new Error(opened.messages.map(({ message }) => message).join('; '));
  return opened.root;
}

function load(config: ConfigNode, { rules, inline }: RuleSources): LoadedRules {
  return loadRules(config, ruleFiles(config, rules === undefined ? {} : { exclusive: rules }), {
    isInline: inline === true,
  });
}

function reportOf({ ruleset, diagnostics }: LoadedRules): RuleReport {
  const { outlines, failed, pending, skipped } = ruleset;
  return { loaded: outlines.length, failed, pending, skipped, diagnostics };
}

/** Events to their receiver. Its errors must not pass through the engine, which takes them for its own. */
class Delivery {
  private problem: { readonly error: unknown } | undefined;
  private readonly receive: ((event: EveEvent) => void) | undefined;

  constructor(receive: ((event: EveEvent) => void) | undefined) {
    this.receive = receive;
  }

  /** @param lines whole lines of EVE JSON */
  take(lines: string): void {
    if (this.receive === undefined || this.problem !== undefined) return;
    try {
      for (const line of lines.trimEnd().split('\n')) this.receive(JSON.parse(line) as EveEvent);
    } catch (error) {
      this.problem = { error };
    }
  }

  /** @throws what the receiver threw */
  end(): void {
    if (this.problem !== undefined) throw this.problem.error;
  }
}
