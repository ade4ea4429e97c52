// `domain` and `tld`: the registrable domain and the public suffix of a host name.

import { sameView, transformKeyword } from '../detect/content/transform.ts';
import type { BufferView } from '../framework/buffer.ts';

/** Second labels under which country domains register names (the common ones of the Public Suffix List). */
const SECOND_LEVEL = 'ac co com edu go gob gov gouv mil ne net nom or org sch ltd plc me nhs police'.split(' ');
const COUNTRIES =
  'ae ar at au bd bn bo br cn co cr cy do ec eg fj gh gt hk id il in jm jp ke kr kw lb ly ma mx my ng ni np nz pa pe ph pk pl pr py qa sa sg sv th tn tr tt tw tz ua ug uk uy ve vn za zm zw';
const SUFFIXES = new Set(COUNTRIES.split(' ').flatMap((tld) => SECOND_LEVEL.map((label) => `${label}.${tld}`)));

/** Offset where the public suffix begins. */
function suffixStart(view: BufferView): number {
  const last = labelStart(view, view.end);
  if (last === view.start) return last;
  const second = labelStart(view, last - 1);
  const text = Buffer.from(view.data.buffer, view.data.byteOffset + second, view.end - second).toString('latin1');
  return SUFFIXES.has(text.toLowerCase()) ? second : last;
}

/** Start of the label that ends before `end`. */
function labelStart(view: BufferView, end: number): number {
  let i = end;
  while (i > view.start && view.data[i - 1] !== 46) i--;
  return i;
}

const tld = transformKeyword({
  name: 'tld',
  summary: 'The public suffix of a host name.',
  create: () => (from, to) => sameView(from, to, suffixStart(from)),
});

const domain = transformKeyword({
  name: 'domain',
  summary: 'The registrable domain of a host name.',
  create: () => (from, to) => {
    const suffix = suffixStart(from);
    // a name that is only a suffix has no domain: it stays
    return suffix === from.start ? sameView(from, to) : sameView(from, to, labelStart(from, suffix - 1));
  },
});

export default [domain, tld];
