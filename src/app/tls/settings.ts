// Settings of TLS: `app-layer.protocols.tls`.

import type { ConfigNode } from '../../config/index.ts';

export type Handling = 'track-only' | 'bypass' | 'full';

export interface TlsSettings {
  /** What becomes of the encrypted part. */
  readonly handling: Handling;
  readonly ja3: 'yes' | 'no' | 'auto';
  readonly ja4: 'yes' | 'no' | 'auto';
}

/** Name by which rules demand to be told of every state of the handshake, whoever speaks. */
export const STATES = 'ssl_state';
/** Name by which rules and outputs demand JA3. */
export const JA3 = 'ja3';

export function readSettings(node: ConfigNode | undefined): TlsSettings {
  const handling = node?.string('encryption-handling') ?? 'track-only';
  return {
    handling: handling === 'bypass' || handling === 'full' ? handling : 'track-only',
    ja3: choice(node?.string('ja3-fingerprints')),
    ja4: choice(node?.string('ja4-fingerprints')),
  };
}

/** Without a setting fingerprints are made when somebody asks for them. */
export function choice(text: string | undefined): 'yes' | 'no' | 'auto' {
  if (text === undefined || text === 'auto') return 'auto';
  return /^(yes|true|1|on)$/i.test(text) ? 'yes' : 'no';
}
