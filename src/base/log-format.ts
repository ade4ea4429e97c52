// How an engine log record is written: Suricata's format strings and its JSON engine event.

/** Levels, most urgent first; the number orders them. `notice` is the least that is shown by default. */
export const LOG_LEVELS = ['none', 'error', 'warning', 'notice', 'info', 'perf', 'config', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LogPriority = {
  none: 0,
  error: 1,
  warning: 2,
  notice: 3,
  info: 4,
  perf: 5,
  config: 6,
  debug: 7,
} as const satisfies Record<LogLevel, number>;

export interface LogRecord {
  readonly level: LogLevel;
  /** Part of the program that speaks: `detect`, `suricata`, `conf-yaml-loader` ... */
  readonly module: string;
  readonly message: string;
  /** Microseconds since the epoch. */
  readonly time: number;
  readonly thread: string;
  readonly threadId: number;
  /** Stable name of the error, where there is one. */
  readonly error?: string;
}

const SHORT_NAMES: Record<LogLevel, string> = {
  none: '-',
  error: 'E',
  warning: 'W',
  notice: 'i',
  info: 'i',
  perf: 'P',
  config: 'C',
  debug: 'D',
};

/** The format that fits a level when the configuration names none: the more is shown, the more is said about it. */
export function defaultFormat(level: LogLevel): string {
  const priority = LogPriority[level];
  if (priority <= LogPriority.notice) return '%D: %S: %M';
  return priority === LogPriority.info || priority === LogPriority.debug ? '%d: %S: %M' : '[%i] %d: %S: %M';
}

/** Format of log files. */
export const FILE_FORMAT = '[%i - %m] %z %d: %S: %M';

/** Fills a format string (`%M` message, `%S` module, `%d` level, `%D` its letter, `%z %t` time, `%p %i %m` process and thread). */
export function formatText(format: string, record: LogRecord): string {
  return format.replace(/%([a-zA-Z])/g, (whole, letter: string) => FIELDS[letter]?.(record) ?? whole);
}

const FIELDS: Record<string, (record: LogRecord) => string> = {
  M: (record) => record.message,
  S: (record) => record.module,
  d: (record) => levelName(record.level),
  D: (record) => SHORT_NAMES[record.level],
  z: (record) => isoTime(record.time, ' ').slice(0, 19),
  t: (record) => dayFirst(record.time),
  p: () => String(process.pid),
  i: (record) => String(record.threadId),
  m: (record) => record.thread,
  T: (record) => record.thread,
  // Where in the source: not kept.
  f: () => '',
  l: () => '',
  n: () => '',
};

/** One line of JSON, without the line end. */
export function formatJson(record: LogRecord): string {
  const engine: Record<string, string> = { message: record.message, thread_name: record.thread, module: record.module };
  if (record.error !== undefined) engine['error'] = record.error;
  const timestamp = `${isoTime(record.time, 'T')}${zone(record.time)}`;
  return JSON.stringify({ timestamp, log_level: levelName(record.level), event_type: 'engine', engine });
}

function levelName(level: LogLevel): string {
  return level.charAt(0).toUpperCase() + level.slice(1);
}

/** Local time with microseconds. */
function isoTime(time: number, separator: string): string {
  const date = localDate(time);
  const micros = String(Math.floor(time % 1e6)).padStart(6, '0');
  return date.toISOString().slice(0, 19).replace('T', separator) + `.${micros}`;
}

function dayFirst(time: number): string {
  const [day = '', clock = ''] = isoTime(time, ' ').slice(0, 19).split(' ');
  return `${day.split('-').reverse().join('/')} -- ${clock}`;
}

/** A date whose UTC fields are the local ones. */
function localDate(time: number): Date {
  const ms = Math.floor(time / 1000);
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
}

function zone(time: number): string {
  const minutes = -new Date(Math.floor(time / 1000)).getTimezoneOffset();
  const size = Math.abs(minutes);
  const digits = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${digits(Math.floor(size / 60))}${digits(size % 60)}`;
}
