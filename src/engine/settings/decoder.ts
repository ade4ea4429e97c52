// Decoder settings: `decoder:` of the configuration, ports as lists or variables.

import type { ConfigNode } from '../../config/index.ts';
import { DEFAULT_DECODER_OPTIONS } from '../../decode/options.ts';
import type { DecoderOptions, UdpLayerOptions } from '../../decode/options.ts';
import type { Variables } from '../../rules/index.ts';

const UDP_LAYERS = ['vxlan', 'geneve', 'teredo'] as const;
const PORTS = 65_536;

export function decoderOptions(config: ConfigNode, variables: Variables): DecoderOptions {
  const udpLayers: Record<string, UdpLayerOptions> = {};
  for (const name of UDP_LAYERS) {
    const node = config.get(`decoder.${name}`);
    if (node !== undefined) udpLayers[name] = udpLayer(node, variables);
  }
  return {
    maxLayers: config.int('decoder.max-layers', DEFAULT_DECODER_OPTIONS.maxLayers, { min: 1, max: 255 }),
    udpLayers,
    checksReservedBits:
      config.choice('decoder.vxlan.reserved-bits-check', ['strict', 'permissive'], 'strict') === 'strict',
  };
}

function udpLayer(node: ConfigNode, variables: Variables): UdpLayerOptions {
  const enabled = node.bool('enabled', true);
  const texts = node.strings('ports');
  if (texts.length === 0) return { enabled };
  const text = texts.length === 1 ? texts[0]! : `[${texts.join(',')}]`;
  const resolved = variables.ports(text);
  if (!resolved.ok) {
    node.report('config/ports', `${node.path}.ports: ${resolved.error.message}`, 'ports', resolved.error.hint);
    return { enabled };
  }
  if (resolved.value.isAny) return { enabled, ports: 'any' };
  const ports: number[] = [];
  for (let port = 0; port < PORTS; port++) if (resolved.value.contains(port)) ports.push(port);
  return { enabled, ports };
}
