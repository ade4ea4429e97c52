// Settings of HTTP: `app-layer.protocols.http.libhtp.default-config`, and `server-config` for some addresses.

import type { ConfigNode } from '../../config/index.ts';
import type { BodyLimits } from '../../framework/body-buffer.ts';

export interface HttpSettings {
  readonly requestBody: BodyLimits;
  readonly responseBody: BodyLimits;
  readonly doubleDecodePath: boolean;
  readonly doubleDecodeQuery: boolean;
  /** Compressions undone one inside the other. */
  readonly layerLimit: number;
  readonly bombLimit: number;
  /** LZMA among them; 0: it is not undone. */
  readonly lzmaLayers: number;
  /** Memory that undoing LZMA may take. */
  readonly lzmaMemory: number;
  readonly convertsPlus: boolean;
  readonly includesQuery: boolean;
  /** Files that come in ranges: bytes that may wait for others, and seconds to wait. */
  readonly byterange: { readonly memcap: number; readonly timeout: number };
}

const KB = 1024;

export function readSettings(node: ConfigNode | undefined): HttpSettings {
  const own = node?.get('libhtp.default-config') ?? node?.get('default-config');
  const size = (key: string, fallback: number): number => own?.size(key, fallback) ?? fallback;
  const is = (key: string, fallback: boolean): boolean => own?.bool(key, fallback) ?? fallback;
  return {
    requestBody: {
      limit: size('request-body-limit', 4096),
      minimum: size('request-body-minimal-inspect-size', 32 * KB),
      window: size('request-body-inspect-window', 4 * KB),
    },
    responseBody: {
      limit: size('response-body-limit', 4096),
      minimum: size('response-body-minimal-inspect-size', 40 * KB),
      window: size('response-body-inspect-window', 16 * KB),
    },
    doubleDecodePath: is('double-decode-path', false),
    doubleDecodeQuery: is('double-decode-query', false),
    layerLimit: own?.int('response-body-decompress-layer-limit', 2) ?? 2,
    bombLimit: size('compression-bomb-limit', 1024 * KB),
    lzmaLayers: lzmaLayers(own?.string('lzma-enabled', 'yes') ?? 'yes'),
    lzmaMemory: size('lzma-memlimit', 1024 * KB),
    convertsPlus: is('query-plusspace-decode', false) || is('uri-plusspace-decode', false),
    includesQuery: is('uri-include-all', false),
    byterange: {
      memcap: node?.size('byterange.memcap', 100 * KB * KB) ?? 100 * KB * KB,
      timeout: node?.int('byterange.timeout', 60) ?? 60,
    },
  };
}

/** `yes`, `no`, or how many. */
function lzmaLayers(text: string): number {
  if (/^\d+$/.test(text) && text !== '1') return Number(text);
  return /^(yes|true|on|1)$/i.test(text) ? Infinity : 0;
}
