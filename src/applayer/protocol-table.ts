// ProtocolTable: the protocols of a run by number and name, with what the configuration says of each.

import { defineCounter } from '../base/counters.ts';
import type { ConfigNode } from '../config/index.ts';
import { NOT_COUNTED } from '../framework/anomaly.ts';
import { DEFAULT_STATES, defineProtocol } from '../framework/app-protocol.ts';
import type { AppProtocol, ProtocolDefinition, Transport } from '../framework/app-protocol.ts';

const UNKNOWN = defineProtocol({ name: 'unknown', summary: 'Not known yet.', transports: [] });
const FAILED = defineProtocol({ name: 'failed', summary: 'Looked for and not found.', transports: [] });

/** Numbers that are no protocol of a plug-in. */
export const UNKNOWN_PROTOCOL = 0;
export const FAILED_PROTOCOL = 1;

export class ProtocolTable {
  /** By number. */
  readonly all: readonly AppProtocol[];
  private readonly byName = new Map<string, AppProtocol>();

  /** @param config the node `app-layer.protocols` */
  constructor(definitions: readonly ProtocolDefinition[], config: ConfigNode | undefined) {
    this.all = [UNKNOWN, FAILED, ...definitions].map((definition, id) => entry(definition, id, config));
    for (const one of this.all) this.byName.set(one.name, one);
  }

  find(name: string): AppProtocol | undefined {
    return this.byName.get(name);
  }

  name(id: number): string {
    return this.all[id]!.name;
  }

  /** Whether a protocol is looked for over a transport. */
  isDetected(protocol: AppProtocol, transport: Transport): boolean {
    return (
      protocol.definition.transports.includes(transport) &&
      modeOf(protocol.definition, protocol.settings.node, transport) !== 'no'
    );
  }
}

function entry(definition: ProtocolDefinition, id: number, config: ConfigNode | undefined): AppProtocol {
  const node = config?.get(definition.configKey ?? definition.name);
  const states = definition.states ?? DEFAULT_STATES;
  const complete = [states.toServer.length - 1, states.toClient.length - 1] as const;
  return {
    id,
    name: definition.name,
    definition,
    settings: { node, value: definition.readSettings?.(node) },
    parses: {
      tcp: definition.createParser !== undefined && modeOf(definition, node, 'tcp') === 'yes',
      udp: definition.createParser !== undefined && modeOf(definition, node, 'udp') === 'yes',
    },
    detectsOnly: modeOf(definition, node, undefined) === 'detection-only',
    complete,
    firstSpeaker: definition.firstSpeaker ?? null,
    recordDue: definition.eve?.[0]?.due ?? complete,
    isRecordDue: (definition.eve?.[0]?.isDue as AppProtocol['isRecordDue'] | undefined) ?? null,
    txCounters: [txCounter(definition, id, node, 'tcp'), txCounter(definition, id, node, 'udp')],
  };
}

/** Where nothing of a protocol is parsed, no transactions are counted. */
function txCounter(
  definition: ProtocolDefinition,
  id: number,
  node: ConfigNode | undefined,
  transport: Transport,
): number {
  const isParsed = id > FAILED_PROTOCOL && definition.transports.includes(transport);
  return isParsed && modeOf(definition, node, transport) === 'yes'
    ? protocolCounter(definition, 'tx', transport)
    : NOT_COUNTED;
}

/** A counter `app_layer.<kind>.<protocol>`; statistics tell the transports apart where a protocol has both. */
export function protocolCounter(
  { name, transports }: ProtocolDefinition,
  kind: string,
  transport: Transport,
  detail = '',
): number {
  const suffix = transports.length > 1 ? `_${transport}` : '';
  return defineCounter(`app_layer.${kind}.${name.replaceAll('-', '_')}${suffix}${detail}`);
}

function modeOf(
  definition: ProtocolDefinition,
  node: ConfigNode | undefined,
  transport: Transport | undefined,
): 'yes' | 'no' | 'detection-only' {
  const own = transport === undefined ? undefined : node?.get(transport)?.string('enabled');
  const text = own ?? node?.string('enabled');
  if (text === undefined) return definition.enabled ?? 'yes';
  if (text === 'detection-only') return text;
  return /^(yes|true|1|on)$/i.test(text) ? 'yes' : 'no';
}
