// --list-keywords: the rule keywords by name, as a table for programs, or described one by one.
import { compatibleVersion } from '../engine/version.ts';
import type { KeywordDefinition } from '../framework/keyword.ts';
import { ALL_KEYWORDS as KEYWORDS, findKeyword } from '../engine/keyword-table.ts';

const MANUAL = 'https://docs.suricata.io/en/suricata-';

/** @param what '' for the names, `csv`, `all`, or one keyword */
export function keywordList(what: string): string {
  if (what === 'csv') return `name;description;app layer;features;documentation\n${KEYWORDS.map(row).join('')}`;
  if (what === 'all') return KEYWORDS.map((keyword) => `${keyword.name}:\n${described(keyword, '\t')}`).join('');
  if (what !== '') return one(what);
  const names = KEYWORDS.map((keyword) => keyword.name).sort();
  return `=====Supported keywords=====\n${names.map((name) => `- ${name}\n`).join('')}`;
}

function one(name: string): string {
  const keyword = findKeyword(name.toLowerCase());
  return keyword === undefined ? 'Non existing keyword\n' : `= ${keyword.name} =\n${described(keyword, '')}`;
}

function described(keyword: KeywordDefinition, indent: string): string {
  const features = featuresOf(keyword).join(',');
  return (
    `${indent}Description: ${keyword.summary}\n` +
    `${indent}Features: ${features === '' ? 'none' : features}\n` +
    `${indent}Documentation: ${pageOf(keyword)}\n`
  );
}

/** `Unset`: no application layer of its own, as all keywords that are not a protocol's. */
function row(keyword: KeywordDefinition): string {
  const features = featuresOf(keyword).join(':');
  return `${keyword.name};${keyword.summary};Unset;${features === '' ? 'none' : features};${pageOf(keyword)};\n`;
}

function featuresOf(keyword: KeywordDefinition): string[] {
  return [
    ...(keyword.argument === 'none' ? ['No option'] : []),
    ...(keyword.kind === 'buffer' ? ['sticky buffer'] : []),
    ...(keyword.kind === 'modifier' ? ['content modifier'] : []),
    ...(keyword.kind === 'transform' ? ['transform'] : []),
    ...(keyword.supportsPrefilter === true ? ['prefilter'] : []),
  ];
}

function pageOf(keyword: KeywordDefinition): string {
  return `${MANUAL}${compatibleVersion().join('.')}/${keyword.page}`;
}
