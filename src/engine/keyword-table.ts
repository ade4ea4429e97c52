// Every keyword there is: those of keywords/ and those that application protocols bring.

import { PROTOCOLS } from '../app/registry.ts';
import type { KeywordDefinition } from '../framework/keyword.ts';
import { KEYWORDS } from '../keywords/registry.ts';

export const ALL_KEYWORDS: readonly KeywordDefinition[] = [
  ...KEYWORDS,
  ...PROTOCOLS.flatMap(({ keywords = [] }) => keywords),
];

const byName = new Map<string, KeywordDefinition>();
for (const keyword of ALL_KEYWORDS)
  for (const name of [keyword.name, ...(keyword.aliases ?? [])]) byName.set(name, keyword);

/** A keyword by name or alias, lower case. */
export function findKeyword(name: string): KeywordDefinition | undefined {
  return byName.get(name);
}
