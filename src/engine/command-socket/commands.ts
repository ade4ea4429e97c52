// The commands of the socket, by Suricata's names, with its answers (manual, "Interacting via Unix Socket").

import type { ConfigNode } from '../../config/index.ts';
import type { RunControl } from '../control.ts';
import { compatibleVersion } from '../version.ts';
import { datasetCommands } from './dataset-commands.ts';
import { hostbitCommands } from './hostbit-commands.ts';
import { ruleCommands } from './rule-commands.ts';
import type { CommandedRules } from './rule-commands.ts';
import { runCommands } from './run-commands.ts';
import type { RunCommandParts } from './run-commands.ts';
import { ok, refused } from './server.ts';
import type { Answer, Command, Exclusively } from './server.ts';

export interface CommandTarget extends CommandedRules, Pick<RunCommandParts, 'run' | 'update'> {
  readonly config: ConfigNode;
  readonly control: RunControl;
  /** Milliseconds of the clock. */
  readonly started: number;
  /** In Suricata's words. */
  readonly captureMode: string;
  readonly runningMode: string;
  /** Where several workers share what rules remember: acts while none of them changes it. */
  readonly exclusively?: (<T>(act: () => T) => Promise<T>) | undefined;
  /** Commands of the source of packets. */
  readonly more: readonly (readonly [string, Command])[];
}

const TENANT_COMMANDS = [
  'register-tenant-handler',
  'unregister-tenant-handler',
  'register-tenant',
  'reload-tenant',
  'reload-tenants',
  'unregister-tenant',
] as const;

export function createCommands(target: CommandTarget): ReadonlyMap<string, Command> {
  const { captureMode, config, control, runningMode } = target;
  const uptime = (): number => Math.floor((Date.now() - target.started) / 1000);
  const { exclusively } = target;
  const alone: Exclusively = (act) => (exclusively === undefined ? act : (given) => exclusively(() => act(given)));
  const commands = new Map<string, Command>([
    [
      'shutdown',
      () => {
        control.isStopping = true;
        return ok('Closing Suricata');
      },
    ],
    ['version', () => ok(compatibleVersion().join('.'))],
    ['uptime', () => ok(uptime())],
    ['running-mode', () => ok(runningMode)],
    ['capture-mode', () => ok(captureMode)],
    ['conf-get', ({ variable }) => confGet(config, variable)],
    [
      'reopen-log-files',
      () => {
        control.wantsReopen = true;
        return ok('done');
      },
    ],
    ...ruleCommands(target),
    ...TENANT_COMMANDS.map((name) => [name, () => refused('multi-tenant support not enabled')] as const),
    ...hostbitCommands(
      () => target.rules(),
      alone,
      () => Date.now() * 1000,
    ),
    ...datasetCommands(() => target.rules(), alone),
    ...runCommands({ run: () => target.run(), uptime, update: () => target.update() }),
    ...target.more,
  ]);
  const list: Command = () => ok({ count: commands.size, commands: [...commands.keys()] });
  return commands.set('command-list', list).set('help', list);
}

function confGet(config: ConfigNode, variable: unknown): Answer {
  if (typeof variable !== 'string') return refused('variable is not a string');
  const value = config.get(variable)?.value;
  return value === undefined ? refused('Unable to get value') : ok(value);
}
