// Settings of SSH: `app-layer.protocols.ssh`.

import type { ConfigNode } from '../../config/index.ts';

export interface SshSettings {
  /** Whether fingerprints are made; auto: when rules look at them. */
  readonly hassh: 'yes' | 'no' | 'auto';
  /** What becomes of a flow once both sides encrypt. */
  readonly encryption: 'track-only' | 'bypass' | 'full';
}

/** Name by which rules demand fingerprints. */
export const HASSH = 'hassh';

export function readSettings(node: ConfigNode | undefined): SshSettings {
  const encryption = node?.string('encryption-handling');
  return {
    hassh: hasshSetting(node?.string('hassh')),
    encryption: encryption === 'bypass' || encryption === 'full' ? encryption : 'track-only',
  };
}

/** @param text undefined where the configuration says nothing */
export function hasshSetting(text: string | undefined): SshSettings['hassh'] {
  if (text === undefined || text === 'auto') return 'auto';
  return /^(yes|true|1|on)$/i.test(text) ? 'yes' : 'no';
}
