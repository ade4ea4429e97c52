// What the configuration says of application protocols in two places that differ.

import { PROTOCOLS } from '../app/registry.ts';
import { ProtocolTable } from '../applayer/protocol-table.ts';
import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';

/** Reads all of them for what there is to say of them; a run reads them anyway. @param config the node `app-layer.protocols` */
export function checkProtocolSettings(config: ConfigNode | undefined): void {
  new ProtocolTable(PROTOCOLS, config);
}

/** Tells of `enabled` of a transport that differs from that of the protocol: the former counts. @param config the node `app-layer.protocols` */
export function tellInconsistentProtocols(config: ConfigNode | undefined): void {
  for (const { name, configKey = name, transports } of PROTOCOLS) {
    const node = config?.get(configKey);
    const general = switchOf(node);
    for (const transport of transports) {
      const own = switchOf(node?.get(transport));
      if (general === undefined || own === undefined || general === own) continue;
      const word = (isOn: boolean): string => (isOn ? 'TRUE' : 'FALSE');
      log.warning(
        'app-layer-detect-proto',
        `Inconsistent global (${word(general)}) and respective ipproto (${word(own)}) settings found for alproto ${name} and ipproto ${transport}`,
      );
    }
  }
}

function switchOf(node: ConfigNode | undefined): boolean | undefined {
  const text = node?.string('enabled');
  return text === undefined ? undefined : !/^(no|false|0|off)$/i.test(text);
}
