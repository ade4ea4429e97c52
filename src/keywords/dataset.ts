// dataset and datarep: the whole buffer is looked up in, or added to, a named set.

import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { DATASET_TYPES, Dataset } from '../detect/dataset/dataset.ts';
import type { DatasetType } from '../detect/dataset/dataset.ts';
import type { Entry } from '../detect/dataset/byte-map.ts';
import { Datasets } from '../detect/dataset/datasets.ts';
import { DatasetError, loadDataset, resolvePath } from '../detect/dataset/load.ts';
import type { DatasetFormat } from '../detect/dataset/load.ts';
import type { Inspection } from '../framework/chain.ts';
import { acceptInteger, acceptUnsigned, requiredArgument } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { RulesetSetup, SignatureBuilder } from '../framework/keyword.ts';
import type { RuleOption } from '../rules/index.ts';

const PAGE = 'rules/datasets.html';
const FORMATS = ['csv', 'json', 'ndjson'];
const FIELDS = [
  'type',
  'load',
  'save',
  'state',
  'memcap',
  'hashsize',
  'format',
  'context_key',
  'value_key',
  'array_key',
  'match',
];

/** The data sets of a rule set: the engine saves them at its end. */
export function datasetsOf(setup: RulesetSetup): Datasets {
  return setup.shared('datasets', () => new Datasets());
}

/** Sets that rules or a state file fill go on with what is in them; those that are loaded are loaded anew. */
export function inheritDatasets(setup: RulesetSetup, former: RulesetSetup): void {
  setup.shared('datasets', () => new Datasets(datasetsOf(former)));
}

function readFields(option: RuleOption, parts: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of parts) {
    const [, name = '', value = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(part) ?? [];
    if (name === 'remove_key' && value === '') fields.set(name, 'yes');
    else if (name === '') continue;
    else if (!FIELDS.includes(name) || value === '')
      throw new RuleError(`${option.key}: "${part.trim()}" is no field`, `${FIELDS.join(', ')} or remove_key`);
    else if (fields.has(name)) throw new RuleError(`${option.key}: ${name} is given twice`);
    else fields.set(name, value);
  }
  if (fields.has('state') && (fields.has('load') || fields.has('save')))
    throw new RuleError(`${option.key}: state stands for load and save`);
  return fields;
}

interface Wanted {
  readonly name: string;
  readonly fields: Map<string, string>;
  readonly hasValues: boolean;
}

/** Rules come from others: where they may write is the configuration's matter. */
function checkPath({ setup }: SignatureBuilder, path: string | undefined): void {
  if (path === undefined || !isAbsolute(path)) return;
  if (/^(?:yes|true|on|1)$/i.test(setup.setting('datasets.rules.allow-absolute-filenames') ?? '')) return;
  throw new RuleError(`Absolute paths not allowed: ${path}`, 'datasets.rules.allow-absolute-filenames');
}

function openSet(builder: SignatureBuilder, option: RuleOption, { name, fields, hasValues }: Wanted): Dataset {
  const sets = datasetsOf(builder.setup);
  const field = (key: string): string | undefined =>
    fields.get(key) ?? builder.setup.setting(`datasets.${name}.${key}`);
  const known = sets.get(name);
  checkPath(builder, fields.get('state') ?? fields.get('save'));
  const typeName = field('type');
  if (typeName !== undefined && !(DATASET_TYPES as readonly string[]).includes(typeName))
    throw new RuleError(`${option.key}: unknown type "${typeName}"`, DATASET_TYPES.join(', '));
  if (known !== undefined) {
    if (typeName !== undefined && known.type !== typeName)
      throw new RuleError(`data set ${name} already exists with type ${known.type}`);
    return known;
  }
  if (typeName === undefined) throw new RuleError(`data set ${name} needs a type`, DATASET_TYPES.join(', '));
  for (const key of ['memcap', 'hashsize'])
    if (fields.has(key)) acceptUnsigned(option, fields.get(key)!, { min: 1, units: true });
  if (sets.broken.has(name)) throw new RuleError(`data set ${name} is not loaded`, 'its file was refused before');
  const isFilledByRules = field('load') === undefined || (field('state') ?? field('save')) !== undefined;
  const inherited = isFilledByRules ? sets.inherit(name, typeName as DatasetType) : undefined;
  if (inherited !== undefined) return inherited;
  const set = new Dataset(name, typeName as DatasetType);
  sets.broken.add(name);
  fill(builder, set, field, hasValues);
  sets.broken.delete(name);
  sets.put(set);
  return set;
}

function fill(
  builder: SignatureBuilder,
  set: Dataset,
  field: (key: string) => string | undefined,
  hasValues: boolean,
): void {
  const { ruleFolder, dataFolder } = builder.setup;
  const state = field('state');
  const saved = state ?? field('save');
  if (saved !== undefined) set.savePath = isAbsolute(saved) ? saved : join(dataFolder, saved);
  const format = field('format') ?? 'csv';
  if (!FORMATS.includes(format)) throw new RuleError(`unknown format "${format}"`, FORMATS.join(', '));
  const valueKey = field('value_key') ?? '';
  if (format !== 'csv' && valueKey === '') throw new RuleError('value_key is missing');
  const load = field('load');
  const path = load === undefined ? set.savePath : resolvePath(load, builder.ast.file, ruleFolder, dataFolder);
  // a state that is not there yet is an empty one
  if (load === undefined && (state === undefined || !existsSync(path))) return;
  try {
    const arrayKey = field('array_key') ?? '';
    const removesKey = field('remove_key') === 'yes';
    loadDataset(set, { path, format: format as DatasetFormat, valueKey, arrayKey, hasValues, removesKey });
  } catch (error) {
    // what is in the file is judged by another module than the keyword, in the log of Suricata 8 as well
    const module = error instanceof DatasetError ? 'debug' : undefined;
    throw new RuleError((error as Error).message, undefined, 'rule/dataset', module);
  }
}

function addTest(builder: SignatureBuilder, keyword: string, test: (i: Inspection) => boolean): void {
  if (builder.currentBuffer === null)
    throw new RuleError(`${keyword} needs a sticky buffer before it`, `dns.query; ${keyword}:...`);
  builder.addElement({
    keyword,
    isRelative: false,
    content: null,
    link: (next) => (i) => {
      const known = i.ctx?.captures.length ?? 0;
      if (test(i) && next(i)) return true;
      if (i.ctx !== null && i.ctx.captures.length > known) i.ctx.captures.length = known;
      return false;
    },
  });
}

interface SetTest {
  readonly command: string;
  readonly isDomain: boolean;
  /** Name under which the alert shows what is known of the entry, '' for nowhere. */
  readonly contextKey: string;
}

function setTest(set: Dataset, { command, isDomain, contextKey }: SetTest): (i: Inspection) => boolean {
  const find = (i: Inspection): Entry | null =>
    isDomain ? set.findDomain(i.data, i.start, i.end) : set.find(i.data, i.start, i.end);
  switch (command) {
    case 'set':
      return (i) => set.add(i.data, i.start, i.end);
    case 'unset':
      return (i) => set.remove(i.data, i.start, i.end);
    case 'isnotset':
      return (i) => find(i) === null;
    default:
      return (i) => {
        const found = find(i);
        if (found === null) return false;
        if (contextKey !== '' && found.context !== '')
          i.ctx?.captures.push({ scope: 'alert', name: contextKey, value: found.context });
        return true;
      };
  }
}

const dataset = defineKeyword({
  name: 'dataset',
  readsFiles: true,
  argument: 'required',
  kind: 'match',
  summary: 'The buffer is in a set, or is put into it.',
  page: `${PAGE}#dataset`,
  examples: ['alert ip any any -> any any (msg:"m"; ip.src; dataset:set,seen,type ip; sid:1;)'],
  compile(builder, option) {
    const [command = '', name = '', ...rest] = requiredArgument(option)
      .split(',')
      .map((part) => part.trim());
    if (!['set', 'unset', 'isset', 'isnotset'].includes(command))
      throw new RuleError(`unknown dataset command "${command}"`, 'set, unset, isset or isnotset');
    if (name === '' || /\s/.test(name)) throw new RuleError(`"${name}" is no name of a data set`);
    const fields = readFields(option, rest);
    const match = fields.get('match');
    if (match !== undefined && match !== 'subdomain')
      throw new RuleError(`dataset: unknown match "${match}"`, 'subdomain');
    const set = openSet(builder, option, { name, fields, hasValues: false });
    if (match !== undefined && set.type !== 'string') throw new RuleError('match subdomain needs type string');
    const contextKey = fields.get('context_key') ?? '';
    addTest(builder, 'dataset', setTest(set, { command, isDomain: match !== undefined, contextKey }));
  },
});

const datarep = defineKeyword({
  name: 'datarep',
  readsFiles: true,
  argument: 'required',
  kind: 'match',
  summary: 'The buffer has a reputation value in a set.',
  page: `${PAGE}#datarep`,
  examples: [],
  compile(builder, option) {
    const [name = '', operator = '', value = '', ...rest] = requiredArgument(option)
      .split(',')
      .map((part) => part.trim());
    if (!['<', '>', '==', '=', '!='].includes(operator))
      throw new RuleError(`datarep: unknown operator "${operator}"`, '<, >, == or !=');
    const limit = acceptUnsigned(option, value, { max: 0xffff });
    const isImpossible = (operator === '<' && limit === 0) || (operator === '>' && limit === 0xffff);
    const test = isImpossible ? () => false : acceptInteger(option, operator.replace('==', '=') + String(limit), 'u16');
    const set = openSet(builder, option, { name, fields: readFields(option, rest), hasValues: true });
    addTest(builder, 'datarep', (i) => {
      const found = set.find(i.data, i.start, i.end);
      return found !== null && test(found.value);
    });
  },
});

export default [dataset, datarep];
