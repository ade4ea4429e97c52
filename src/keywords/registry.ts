// Every keyword the compiler is given; generated from this folder (npm run gen).

import alertControlKeyword from './alert-control.ts';
import contentKeyword from './content.ts';
import depthKeyword from './depth.ts';
import distanceKeyword from './distance.ts';
import endswithKeyword from './endswith.ts';
import eventsKeyword from './events.ts';
import fastPatternKeyword from './fast-pattern.ts';
import flowKeyword from './flow.ts';
import flowbitsKeyword from './flowbits.ts';
import headerBuffersKeyword from './header-buffers.ts';
import icmpKeyword from './icmp.ts';
import ipKeyword from './ip.ts';
import metaKeyword from './meta.ts';
import nocaseKeyword from './nocase.ts';
import offsetKeyword from './offset.ts';
import rawbytesKeyword from './rawbytes.ts';
import replaceKeyword from './replace.ts';
import requiresKeyword from './requires.ts';
import startswithKeyword from './startswith.ts';
import tcpKeyword from './tcp.ts';
import withinKeyword from './within.ts';

import type { KeywordDefinition } from '../framework/keyword.ts';

const files: readonly (KeywordDefinition | readonly KeywordDefinition[])[] = [
  alertControlKeyword,
  contentKeyword,
  depthKeyword,
  distanceKeyword,
  endswithKeyword,
  eventsKeyword,
  fastPatternKeyword,
  flowKeyword,
  flowbitsKeyword,
  headerBuffersKeyword,
  icmpKeyword,
  ipKeyword,
  metaKeyword,
  nocaseKeyword,
  offsetKeyword,
  rawbytesKeyword,
  replaceKeyword,
  requiresKeyword,
  startswithKeyword,
  tcpKeyword,
  withinKeyword,
];

/** Keywords in the order of their files. */
export const KEYWORDS: readonly KeywordDefinition[] = files.flatMap(
  (file) => (Array.isArray(file) ? file : [file]) as KeywordDefinition[],
);

const byName = new Map<string, KeywordDefinition>();
for (const keyword of KEYWORDS)
  for (const name of [keyword.name, ...(keyword.aliases ?? [])]) byName.set(name, keyword);

/** A keyword by name or alias, lower case. */
export function findKeyword(name: string): KeywordDefinition | undefined {
  return byName.get(name);
}
