// Settings of HTTP: `app-layer.protocols.http.libhtp.default-config`, and `server-config` for some addresses.

import type { ConfigNode } from '../../config/index.ts';
import type { BodyLimits } from '../../framework/body-buffer.ts';
import { readFlash } from './flash.ts';
import type { FlashSettings } from './flash.ts';
import { HEADERS_LIMIT } from './headers.ts';
import { MINIMAL, PERSONALITY_NAMES, personalityOf } from './personality.ts';
import type { Personality } from './personality.ts';
import { readServers } from './servers.ts';
import type { ServerSettings } from './servers.ts';

export interface HttpSettings {
  readonly personality: Personality;
  readonly requestBody: BodyLimits;
  readonly responseBody: BodyLimits;
  /** The same for files that requests bring. */
  readonly requestFile: BodyLimits;
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
  readonly includesAll: boolean;
  /** Files that come in ranges: bytes that may wait for others, and seconds to wait. */
  readonly byterange: { readonly memcap: number; readonly timeout: number };
  /** A message with more headers than this and one has an event; the rest of them is not read. */
  readonly headersLimit: number;
  /** Live transactions of a flow. */
  readonly maxTransactions: number;
  /** Bodies are looked at as they come, however little is there: of what was passed on nothing can be taken back. */
  readonly bodiesAtOnce: 'auto' | 'yes' | 'no';
  /** Compressed films are undone for rules; null: not. */
  readonly flash: FlashSettings | null;
  /** Settings for some servers in place of these. */
  readonly servers: readonly ServerSettings<HttpSettings>[];
}

const KB = 1024;
/** Without `max-tx`. */
export const MAX_TRANSACTIONS = 512;

export function readSettings(node: ConfigNode | undefined): HttpSettings {
  const own = node?.get('libhtp.default-config') ?? node?.get('default-config');
  const servers = node?.get('libhtp.server-config') ?? node?.get('server-config');
  return { ...settingsAt(own, node), servers: readServers(servers, (server) => settingsAt(server, node)) };
}

/** @param own what is set for all servers, or for some; nothing of one goes for the other */
function settingsAt(own: ConfigNode | undefined, node: ConfigNode | undefined): HttpSettings {
  const size = (key: string, fallback: number): number => own?.size(key, fallback) ?? fallback;
  const is = (key: string, fallback: boolean): boolean => own?.bool(key, fallback) ?? fallback;
  const bodies = (which: 'request' | 'response'): BodyLimits => {
    const minimum = size(`${which}-body-minimal-inspect-size`, 32 * KB);
    const window = size(`${which}-body-inspect-window`, 4 * KB);
    return { limit: size(`${which}-body-limit`, 4096), minimum, window, overlap: 0, whole: minimum };
  };
  const requestBody = bodies('request');
  return {
    personality: readPersonality(own),
    requestBody,
    responseBody: bodies('response'),
    requestFile: { ...requestBody, limit: 0 },
    doubleDecodePath: is('double-decode-path', false),
    doubleDecodeQuery: is('double-decode-query', false),
    layerLimit: own?.int('response-body-decompress-layer-limit', 2) ?? 2,
    bombLimit: size('compression-bomb-limit', 1024 * KB),
    lzmaLayers: lzmaLayers(own?.string('lzma-enabled', 'yes') ?? 'yes'),
    lzmaMemory: size('lzma-memlimit', 1024 * KB),
    convertsPlus: is('query-plusspace-decode', false) || is('uri-plusspace-decode', false),
    includesAll: is('uri-include-all', false),
    byterange: {
      memcap: node?.size('byterange.memcap', 100 * KB * KB) ?? 100 * KB * KB,
      timeout: node?.int('byterange.timeout', 60) ?? 60,
    },
    headersLimit: own?.int('headers-limit', HEADERS_LIMIT, { min: 1 }) ?? HEADERS_LIMIT,
    maxTransactions: own?.int('max-tx', MAX_TRANSACTIONS, { min: 1 }) ?? MAX_TRANSACTIONS,
    bodiesAtOnce: readAtOnce(own),
    flash: readFlash(own?.get('swf-decompression')),
    servers: [],
  };
}

const atOnce = new WeakMap<HttpSettings, HttpSettings>();

/** Those that hold where packets wait for their inspection, or where they do not. */
export function settingsInForce(settings: HttpSettings, isInline: boolean): HttpSettings {
  const { bodiesAtOnce, requestBody, responseBody, requestFile } = settings;
  if (bodiesAtOnce === 'no' || (bodiesAtOnce === 'auto' && !isInline)) return settings;
  let made = atOnce.get(settings);
  if (made === undefined) {
    made = {
      ...settings,
      requestBody: { ...requestBody, minimum: 0 },
      responseBody: { ...responseBody, minimum: 0 },
      requestFile: { ...requestFile, minimum: 0 },
    };
    atOnce.set(settings, made);
  }
  return made;
}

function readAtOnce(node: ConfigNode | undefined): HttpSettings['bodiesAtOnce'] {
  const text = node?.string('http-body-inline', 'no') ?? 'no';
  if (text === 'auto') return 'auto';
  return node?.bool('http-body-inline', false) === true ? 'yes' : 'no';
}

function readPersonality(node: ConfigNode | undefined): Personality {
  const name = node?.string('personality');
  if (node === undefined || name === undefined) return MINIMAL;
  const known = personalityOf(name);
  if (known === undefined)
    node.report('config/personality', `unknown personality "${name}"`, 'personality', PERSONALITY_NAMES.join(', '));
  return known ?? MINIMAL;
}

/** `yes`, `no`, or how many. */
function lzmaLayers(text: string): number {
  if (/^\d+$/.test(text) && text !== '1') return Number(text);
  return /^(yes|true|on|1)$/i.test(text) ? Infinity : 0;
}
