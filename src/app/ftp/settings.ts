// Settings of FTP: `app-layer.protocols.ftp`.

import { log } from '../../base/log.ts';
import { parseSize } from '../../config/index.ts';
import type { ConfigNode } from '../../config/index.ts';

export interface FtpSettings {
  /** Transactions without an answer at a time. */
  readonly maxTx: number;
  /** Bytes of a line; what is longer is cut. */
  readonly maxLineLength: number;
}

const DEFAULT: FtpSettings = { maxTx: 1024, maxLineLength: 4096 };

export function readSettings(node: ConfigNode | undefined): FtpSettings {
  numberOf(node, 'memcap', 0); // what a flow holds is bounded by the other two
  return {
    maxTx: numberOf(node, 'max-tx', DEFAULT.maxTx),
    maxLineLength: numberOf(node, 'max-line-length', DEFAULT.maxLineLength),
  };
}

function numberOf(node: ConfigNode | undefined, key: string, byDefault: number): number {
  const text = node?.string(key);
  if (text === undefined) return byDefault;
  const size = parseSize(text);
  if (size !== undefined && size > 0) return size;
  log.warning('ftp', `Invalid value "${text}" for ftp.${key}: ${String(byDefault)} is used`);
  return byDefault;
}
