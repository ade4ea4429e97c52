// Outputs: those that the configuration enables, opened.

import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import { OUTPUTS } from '../output/registry.ts';

/**
 * Opens the enabled entries of `outputs:`, in order; one that cannot open is reported and left out.
 * Where EVE records go to a function, files are not written.
 */
export function openOutputs(config: ConfigNode, context: OutputContext): Output[] {
  const result: Output[] = [];
  for (const { name, body } of config.get('outputs')?.entries() ?? []) {
    const definition = OUTPUTS.find((output) => output.name === name);
    if (body?.bool('enabled', true) !== true) continue;
    if (context.takeRecords !== undefined && name !== 'eve-log') continue;
    if (definition === undefined) log.warning('output', `output "${name}" is not supported: ${known()}`);
    else tryOpen(() => definition.create(body, context), result, name);
  }
  return result;
}

function known(): string {
  return `there are ${OUTPUTS.map(({ name }) => name).join(', ')}`;
}

function tryOpen(create: () => Output, into: Output[], name: string): void {
  try {
    into.push(create());
  } catch (error) {
    log.error('output', `output "${name}": ${error instanceof Error ? error.message : String(error)}`);
  }
}
