// User and group to run as (`--user`, `--group`, `run-as`): looked up before anything starts, taken on before the work.
import { accessSync, constants, readFileSync } from 'node:fs';
import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import { lastValue } from './arguments.ts';
import type { Arguments } from './arguments.ts';

export interface RunAs {
  readonly userId: number | undefined;
  readonly groupId: number | undefined;
}

const MISSING_USER =
  'no user name was provided - ensure it is specified either in the configuration file (run-as.user) or in command-line arguments (--user)';
const MISSING_GROUP =
  'no group name was provided - ensure it is specified either in the configuration file (run-as.group) or in command-line arguments (--group)';

/** The ids asked for, undefined when none are; or the message of the error that must stop the start. */
export function findRunAs(args: Arguments, config: ConfigNode): RunAs | string | undefined {
  const user = named(args, config, 'user');
  const group = named(args, config, 'group');
  if (user === undefined && group === undefined) return undefined;
  if (user === '') return MISSING_USER;
  if (group === '') return MISSING_GROUP;
  const account = user === undefined ? undefined : find('/etc/passwd', user);
  if (user !== undefined && account === undefined) return 'unable to get the user ID, check if user exist!!';
  const entry = group === undefined ? undefined : find('/etc/group', group);
  if (group !== undefined && entry === undefined) return 'unable to get the group ID, check if group exist!!';
  const groupId = entry?.[2] ?? account?.[3];
  return {
    userId: account === undefined ? undefined : Number(account[2]),
    groupId: groupId === undefined ? undefined : Number(groupId),
  };
}

/** '' when the key is there without a value; undefined when nobody asked. The command line decides for both. */
function named(args: Arguments, config: ConfigNode, what: 'user' | 'group'): string | undefined {
  if (args.values.has('user') || args.values.has('group')) return lastValue(args, what);
  const node = config.get(`run-as.${what}`);
  return node === undefined ? undefined : (node.value ?? '');
}

/** The fields of the entry with this name or number. */
function find(file: string, name: string): string[] | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined; // systems without the file know no names
  }
  const entries = text.split('\n').map((line) => line.split(':'));
  return entries.find((fields) => fields[0] === name) ?? entries.find((fields) => fields[2] === name);
}

/** Says so where the user that the program works as now could not begin new logs after SIGHUP. */
export function warnOfLogs(directory: string): void {
  try {
    accessSync(directory, constants.W_OK);
  } catch {
    log.warning(
      'privs',
      `${directory} is not this user's to write in: logs cannot begin anew there (SIGHUP); chown it`,
    );
  }
}

/** Gives up privileges for good; the message of the error, if any. Without privileges to give up: nothing to do. */
export function becomeUser(as: RunAs): string | undefined {
  if (process.getuid?.() !== 0)
    return as.userId === process.getuid?.() ? undefined : 'only root can run as another user';
  try {
    if (as.groupId !== undefined) {
      process.setgroups?.([as.groupId]);
      process.setgid?.(as.groupId);
    }
    if (as.userId !== undefined) process.setuid?.(as.userId);
  } catch (error) {
    return `unable to change user or group: ${(error as Error).message}`;
  }
  return undefined;
}
