// Settings of SMTP: `app-layer.protocols.smtp`.

import type { ConfigNode } from '../../config/index.ts';
import type { BodyLimits } from '../../framework/body-buffer.ts';
import { FILE_LIMITS } from '../../framework/file.ts';

export interface MimeSettings {
  readonly decodesBase64: boolean;
  readonly decodesQuotedPrintable: boolean;
  /** Longest line of a header's value that is not remarkable. */
  readonly headerValueDepth: number;
  readonly extractsUrls: boolean;
  /** `http://` and so on, in lower case. */
  readonly urlSchemes: readonly Uint8Array[];
  readonly logsUrlScheme: boolean;
  readonly hasBodyMd5: boolean;
}

export interface SmtpSettings {
  readonly decodesMime: boolean;
  /** The whole message as one file, where it is not taken apart. */
  readonly extractsRaw: boolean;
  /** Unfinished transactions that are kept at most. */
  readonly maxTransactions: number;
  readonly mime: MimeSettings;
  /** How rules see attachments. */
  readonly inspection: BodyLimits;
}

const MAX_TX = 256;
const CONTENT_LIMIT = 100_000;
const HEADER_VALUE_DEPTH = 2000;

export function readSettings(node: ConfigNode | undefined): SmtpSettings {
  const mime = node?.get('mime');
  const flag = (name: string, fallback: boolean): boolean => mime?.bool(name, fallback) ?? fallback;
  const schemes = mime?.get('extract-urls-schemes') === undefined ? ['http'] : mime.strings('extract-urls-schemes');
  return {
    decodesMime: flag('decode-mime', true),
    extractsRaw: node?.bool('raw-extraction', false) ?? false,
    maxTransactions: node?.int('max-tx', MAX_TX, { min: 1 }) ?? MAX_TX,
    inspection: inspectionOf(node?.get('inspected-tracker')),
    mime: {
      decodesBase64: flag('decode-base64', true),
      decodesQuotedPrintable: flag('decode-quoted-printable', true),
      headerValueDepth: mime?.int('header-value-depth', HEADER_VALUE_DEPTH, { min: 0 }) ?? HEADER_VALUE_DEPTH,
      // without the section nobody asked for them
      extractsUrls: mime !== undefined && flag('extract-urls', true),
      urlSchemes: schemes.map((scheme) => Buffer.from(`${scheme.toLowerCase()}${scheme === 'mailto' ? ':' : '://'}`)),
      logsUrlScheme: flag('log-url-scheme', false),
      hasBodyMd5: mime?.string('body-md5', 'auto') === 'auto' || flag('body-md5', false),
    },
  };
}

/** What is longer than the limit is looked at once that much is there, though it is less than the least. */
function inspectionOf(node: ConfigNode | undefined): BodyLimits {
  if (node === undefined) return FILE_LIMITS;
  const limit = node.size('content-limit', CONTENT_LIMIT);
  const least = node.size('content-inspect-min-size', FILE_LIMITS.minimum);
  return {
    limit: 0,
    minimum: limit > 0 ? Math.min(least, limit + 1) : least,
    window: 0,
    overlap: node.size('content-inspect-window', FILE_LIMITS.overlap),
    whole: 0,
  };
}
