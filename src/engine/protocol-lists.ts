// What the application layer offers under a configuration: protocols, hooks of rules, frames.

import { PROTOCOLS } from '../app/registry.ts';
import { FAILED_PROTOCOL, ProtocolTable } from '../applayer/protocol-table.ts';
import type { ConfigNode } from '../config/index.ts';
import { STREAM_FRAME } from '../framework/frame.ts';
import { DEFAULT_STATES, narrowestName } from '../framework/app-protocol.ts';
import type { ProtocolDefinition } from '../framework/app-protocol.ts';

/** Protocols that are looked for; @param config the node `app-layer.protocols` */
function detected(config: ConfigNode | undefined): readonly ProtocolDefinition[] {
  const table = new ProtocolTable(PROTOCOLS, config);
  return table.all
    .filter((one) => one.id > FAILED_PROTOCOL && one.definition.transports.some((t) => table.isDetected(one, t)))
    .map(({ definition }) => definition);
}

export function protocolNames(config: ConfigNode | undefined): string[] {
  return detected(config).map(({ name }) => name);
}

/** Under the name that hooks have, which is the narrowest that rules know: `http1:request_line`. */
export function hookNames(config: ConfigNode | undefined): string[] {
  return detected(config).flatMap((definition) => {
    const { states = DEFAULT_STATES, subStates } = definition;
    const own = narrowestName(definition);
    const kinds = Object.entries(subStates ?? { '': states });
    return kinds.flatMap(([kind, { toServer, toClient }]) =>
      [...toServer, ...toClient].map((state) => [own, kind, state].filter((part) => part !== '').join(':')),
    );
  });
}

export function frameNames(config: ConfigNode | undefined): string[] {
  return detected(config).flatMap((definition) => {
    const { transports, frames } = definition;
    return transports.flatMap((transport) => {
      if (frames === undefined) return [];
      const all = transport === 'tcp' ? [STREAM_FRAME, ...frames] : frames;
      return all.map((frame) => `${transport}: ${narrowestName(definition)}.${frame}`);
    });
  });
}
