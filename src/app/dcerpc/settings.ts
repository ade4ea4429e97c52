// Settings of DCE/RPC: `app-layer.protocols.dcerpc`.

import type { ConfigNode } from '../../config/index.ts';

export interface DcerpcSettings {
  /** Bytes of stub data of one side of a call that are kept. */
  readonly maxStub: number;
}

const MAX_STUB = 1 << 20;

export function readSettings(node: ConfigNode | undefined): DcerpcSettings {
  return { maxStub: node?.size('max-stub-size', MAX_STUB) ?? MAX_STUB };
}
