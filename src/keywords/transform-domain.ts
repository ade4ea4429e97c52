// `domain` and `tld`: the registrable domain and the public suffix of a host name.

import { createRequire } from 'node:module';
import { sameView, transformKeyword } from '../detect/content/transform.ts';
import type { BufferView } from '../framework/buffer.ts';

type Suffixes = Pick<typeof import('tldts'), 'getPublicSuffix'>;
type SuffixStart = (view: BufferView) => number;

/** Names as they are, private suffixes (github.io) included; an address is a name like any other. */
const OPTIONS = {
  allowPrivateDomains: true,
  detectIp: false,
  extractHostname: false,
  validateHostname: false,
} as const;
const DOT = 46;

let loaded: SuffixStart | undefined;

/** The list takes its time to load: only rules that need it pay. */
function suffixes(): SuffixStart {
  return (loaded ??= finder(createRequire(import.meta.url)('tldts') as Suffixes));
}

/** Offset where the public suffix begins, the end where there is nothing before it. A dot at the end belongs to it. */
function finder({ getPublicSuffix }: Suffixes): SuffixStart {
  return (view) => {
    const end = view.end > view.start && view.data[view.end - 1] === DOT ? view.end - 1 : view.end;
    const text = Buffer.from(view.data.buffer, view.data.byteOffset + view.start, end - view.start).toString('latin1');
    const suffix = getPublicSuffix(text.toLowerCase(), OPTIONS) ?? '';
    const start = end - suffix.length;
    return suffix === '' || start <= view.start + 1 ? view.end : start;
  };
}

/** Start of the label that ends before `end`. */
function labelStart(view: BufferView, end: number): number {
  let i = end;
  while (i > view.start && view.data[i - 1] !== DOT) i--;
  return i;
}

const tld = transformKeyword({
  name: 'tld',
  summary: 'The public suffix of a host name.',
  create: () => {
    const suffixStart = suffixes();
    return (from, to) => sameView(from, to, suffixStart(from));
  },
});

const domain = transformKeyword({
  name: 'domain',
  summary: 'The registrable domain of a host name.',
  create: () => {
    const suffixStart = suffixes();
    return (from, to) => {
      const suffix = suffixStart(from);
      return sameView(from, to, suffix === from.end ? suffix : labelStart(from, suffix - 1));
    };
  },
});

export default [domain, tld];
