// Lines for the system log (RFC 3164), as the C library sends them to /dev/log.
import { OutputError } from './output-error.ts';
import type { ConfigNode } from '../config/index.ts';

export const SYSLOG_SOCKET = '/dev/log';

const FACILITIES: Readonly<Record<string, number>> = {
  kern: 0,
  user: 1,
  mail: 2,
  daemon: 3,
  auth: 4,
  syslog: 5,
  lpr: 6,
  news: 7,
  uucp: 8,
  cron: 9,
  authpriv: 10,
  ftp: 11,
  security: 4,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
};
const LEVELS: Readonly<Record<string, number>> = {
  emergency: 0,
  emerg: 0,
  alert: 1,
  critical: 2,
  crit: 2,
  error: 3,
  err: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SEVERITIES = 8;

/** Reads `identity`, `facility` and `level`; makes a line of each record. */
export function syslogLines(node: ConfigNode, now: () => Date = () => new Date()): (record: string) => string {
  const identity = node.string('identity', 'suricata');
  const facility = choose(node, 'facility', 'local5', FACILITIES);
  const priority = SEVERITIES * facility + choose(node, 'level', 'info', LEVELS);
  const sender = `${identity}[${String(process.pid)}]: `;
  return (record) =>
    `<${String(priority)}>${timeOf(now())} ${sender}${record.endsWith('\n') ? record.slice(0, -1) : record}`;
}

function choose(node: ConfigNode, key: string, fallback: string, values: Readonly<Record<string, number>>): number {
  const name = node.string(key, fallback).toLowerCase();
  const value = values[name];
  if (value === undefined)
    throw new OutputError('bad_setting', `${node.path}.${key}: "${name}" is none of ${Object.keys(values).join(', ')}`);
  return value;
}

function timeOf(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = String(date.getDate()).padStart(2, ' ');
  return `${MONTHS[date.getMonth()]!} ${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
