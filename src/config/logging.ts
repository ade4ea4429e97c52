// Sets up the engine log from the `logging` section, the -v count and the SC_LOG_* environment, as Suricata does.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { ConsoleSink, log } from '../base/log.ts';
import type { LogSink } from '../base/log.ts';
import { FILE_FORMAT, LOG_LEVELS, LogPriority, defaultFormat, formatJson, formatText } from '../base/log-format.ts';
import type { LogLevel, LogRecord } from '../base/log-format.ts';
import type { ConfigNode } from './node.ts';

export interface LoggingOptions {
  /** How often -v was given. */
  readonly verbosity?: number;
  /** Folder of log files that have no absolute name. */
  readonly logDirectory: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Applies the section to the log of this thread; the message of the error that must stop the start, if any. */
export function configureLogging(root: ConfigNode, options: LoggingOptions): string | undefined {
  const settings = new LoggingSettings(root.get('logging'), options);
  if (settings.error !== undefined) return settings.error;
  log.configure(settings.sinks(), settings.filter === undefined ? {} : { filter: settings.filter });
  for (const warning of settings.warnings) log.warning('logging', warning);
  return undefined;
}

type Line = (record: LogRecord) => string;

class LoggingSettings {
  error: string | undefined;
  readonly warnings: string[] = [];
  filter: RegExp | undefined;
  private readonly section: ConfigNode | undefined;
  private readonly options: LoggingOptions;
  private readonly environment: Readonly<Record<string, string | undefined>>;
  /** What -v asks at least; 0 without it. */
  private readonly verbosePriority: number;
  private readonly level: LogLevel;

  constructor(section: ConfigNode | undefined, options: LoggingOptions) {
    this.section = section;
    this.options = options;
    this.environment = options.environment ?? process.env;
    const verbosity = options.verbosity ?? 0;
    this.verbosePriority = verbosity === 0 ? 0 : Math.min(LogPriority.notice + verbosity, LogPriority.debug);
    this.level = this.defaultLevel();
    this.filter = this.readFilter();
  }

  sinks(): LogSink[] {
    const outputs = this.section?.get('outputs');
    if (outputs === undefined) return [this.consoleSink(undefined)];
    const sinks = outputs
      .entries()
      .flatMap(({ name, body }) => (body === undefined || !body.bool('enabled', false) ? [] : this.sink(name, body)));
    if (sinks.length > 0) return sinks;
    return [this.consoleSink(undefined)];
  }

  /** Without outputs Suricata keeps the level it starts with, whatever the section says. */
  private defaultLevel(): LogLevel {
    const fromEnvironment = this.environment['SC_LOG_LEVEL'];
    const environmentLevel = fromEnvironment === undefined ? undefined : parseLevel(fromEnvironment);
    if (environmentLevel !== undefined) return this.atLeastVerbose(environmentLevel);
    const text = this.section?.string('default-log-level');
    const level = text === undefined ? undefined : parseLevel(text);
    if (text !== undefined && level === undefined) this.error = `Invalid default log level: ${text}`;
    if (this.section?.get('outputs') === undefined) return this.atLeastVerbose('info');
    return this.atLeastVerbose(level ?? 'notice');
  }

  private atLeastVerbose(level: LogLevel): LogLevel {
    return LOG_LEVELS[Math.max(LogPriority[level], this.verbosePriority)]!;
  }

  private readFilter(): RegExp | undefined {
    const text = this.environment['SC_LOG_OP_FILTER'] ?? this.section?.string('default-output-filter');
    if (text === undefined || text === '') return undefined;
    try {
      return new RegExp(text);
    } catch {
      this.error = `Invalid default-output-filter: ${text}`;
      return undefined;
    }
  }

  private sink(name: string, body: ConfigNode): LogSink[] {
    if (name === 'console') return [this.consoleSink(body)];
    if (name === 'file') return this.fileSink(body);
    this.warnings.push(
      name === 'syslog'
        ? 'logging to syslog is not available; use the console under systemd'
        : `unknown logging output ${name}`,
    );
    return [];
  }

  private levelOf(body: ConfigNode | undefined): LogLevel {
    const text = body?.string('level');
    const level = text === undefined ? undefined : parseLevel(text);
    if (text !== undefined && level === undefined) this.warnings.push(`invalid log level ${text}, using ${this.level}`);
    return level === undefined ? this.level : this.atLeastVerbose(level);
  }

  private consoleSink(body: ConfigNode | undefined): LogSink {
    const level = this.levelOf(body);
    const format =
      this.environment['SC_LOG_FORMAT'] ??
      body?.string('format') ??
      this.section?.string('default-log-format') ??
      defaultFormat(level);
    return new ConsoleSink(level, lineOf(body, format));
  }

  private fileSink(body: ConfigNode): LogSink[] {
    const name = body.string('filename', 'suricata.log');
    const path = isAbsolute(name) ? name : join(this.options.logDirectory, name);
    const format = body.string('format') ?? FILE_FORMAT;
    try {
      return [new FileSink(this.levelOf(body), path, lineOf(body, format))];
    } catch (error) {
      this.warnings.push(`cannot open log file: ${(error as Error).message}`);
      return [];
    }
  }
}

function lineOf(body: ConfigNode | undefined, format: string): Line {
  return body?.string('type') === 'json' ? formatJson : (record) => formatText(format, record);
}

function parseLevel(text: string): LogLevel | undefined {
  const lower = text.toLowerCase();
  return LOG_LEVELS.find((level) => level === lower);
}

/** Appends lines to a file, each in one write, so that threads and the EVE output may share it. */
class FileSink implements LogSink {
  readonly level: LogLevel;
  private readonly path: string;
  private readonly line: Line;
  private fd: number;

  /** Throws the system's error when the file cannot be opened. */
  constructor(level: LogLevel, path: string, line: Line) {
    this.level = level;
    this.path = path;
    this.line = line;
    this.fd = openSync(path, 'a');
  }

  write(record: LogRecord): void {
    try {
      writeSync(this.fd, `${this.line(record)}\n`);
    } catch {
      // A full disk must not stop the engine; the console still says what happens.
    }
  }

  reopen(): void {
    let fd: number;
    try {
      mkdirSync(dirname(this.path), { recursive: true }); // as outputs do
      fd = openSync(this.path, 'a');
    } catch {
      return; // the old one serves; outputs in the same folder tell why
    }
    closeSync(this.fd);
    this.fd = fd;
  }

  close(): void {
    closeSync(this.fd);
  }
}
