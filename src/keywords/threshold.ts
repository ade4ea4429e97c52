// threshold and detection_filter: how often a matching rule alerts.

import { acceptUnsigned, requiredArgument } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { SignatureBuilder } from '../framework/keyword.ts';
import type { ThresholdSpec } from '../framework/signature.ts';
import type { RuleOption } from '../rules/index.ts';

const PAGE = 'rules/thresholding.html';
const MAX = 0xffffffff;
const TRACKS = ['by_src', 'by_dst', 'by_both', 'by_rule', 'by_flow'] as const;
const FILTER_TRACKS = ['by_src', 'by_dst', 'by_flow'] as const;
const TYPES = ['limit', 'threshold', 'both', 'backoff'] as const;

/** `name value` pairs in any order, each once, all of them known. */
function readFields(option: RuleOption, parts: readonly string[], known: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of parts) {
    const match = /^\s*(\S+)\s+(\S+)\s*$/.exec(part);
    if (match === null) throw new RuleError(`${option.key}: "${part.trim()}" is not a name and a value`);
    const [, name, value] = match as unknown as [string, string, string];
    if (!known.includes(name)) throw new RuleError(`${option.key} has no field "${name}"`, known.join(', '));
    if (fields.has(name)) throw new RuleError(`${option.key}: ${name} is given twice`);
    fields.set(name, value);
  }
  return fields;
}

function need(option: RuleOption, fields: Map<string, string>, name: string): string {
  const value = fields.get(name);
  if (value === undefined) throw new RuleError(`${option.key}: ${name} is missing`);
  return value;
}

function oneOf<T extends string>(option: RuleOption, name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((a) => a === value);
  if (found === undefined) throw new RuleError(`${option.key}: ${name} cannot be "${value}"`, allowed.join(', '));
  return found;
}

/**
 * A rule has one of either kind: it could not be said which of two counts. Behind a sticky buffer Suricata does not
 * notice the second, and rules in the field rely on it: there the first counts, with a warning.
 */
function isRepeated(builder: SignatureBuilder, isFilter: boolean): boolean {
  const { meta } = builder;
  if (meta.threshold === null) return false;
  if ((meta.threshold.type === 'detection_filter') !== isFilter)
    throw new RuleError('a rule has either threshold or detection_filter');
  if (builder.currentBuffer !== null) {
    builder.warn(`a second ${isFilter ? 'detection_filter' : 'threshold'} is ignored`);
    return true;
  }
  throw new RuleError(
    isFilter
      ? 'At most one "detection_filter" is allowed per rule'
      : 'multiple "threshold" options are not allowed in the same rule',
  );
}

const NO_LIMITS = { newAction: 0, timeout: 0, covers: null };

const FIELDS = ['type', 'track', 'count', 'seconds', 'multiplier'];

/** Four fields; what follows them means nothing, unless it names one of them again. */
function thresholdFields(option: RuleOption): Map<string, string> {
  const [a = '', b = '', c = '', d = '', ...more] = requiredArgument(option).split(',');
  const fields = readFields(option, [a, b, c, d.replace(/(\d)\D+$/, '$1')], FIELDS);
  for (const name of fields.keys())
    if (more.some((part) => part.includes(name))) throw new RuleError(`threshold: ${name} is given twice`);
  return fields;
}

function decimal(option: RuleOption, text: string, min: number): number {
  if (!/^\d+$/.test(text)) throw new RuleError(`${option.key}: "${text}" is not a decimal number`);
  return acceptUnsigned(option, text, { min, max: MAX });
}

/** No count at all: a limit still alerts once, the others never do. */
function countOf(option: RuleOption, type: string, text: string): number {
  const count = decimal(option, text, type === 'backoff' ? 1 : 0);
  if (count > 0) return count;
  return type === 'limit' ? 1 : Infinity;
}

function readThreshold(option: RuleOption): ThresholdSpec {
  const fields = thresholdFields(option);
  const type = oneOf(option, 'type', need(option, fields, 'type'), TYPES);
  const track = oneOf(option, 'track', need(option, fields, 'track'), TRACKS);
  const count = countOf(option, type, need(option, fields, 'count'));
  const isBackoff = type === 'backoff';
  if (isBackoff && track !== 'by_flow') throw new RuleError('threshold: backoff works with track by_flow only');
  if (isBackoff === fields.has('seconds') || isBackoff !== fields.has('multiplier'))
    throw new RuleError(`threshold: type ${type} needs ${isBackoff ? 'multiplier' : 'seconds'}, and only that`);
  const seconds = isBackoff ? 0 : decimal(option, fields.get('seconds')!, 0);
  const multiplier = isBackoff ? decimal(option, fields.get('multiplier')!, 2) : 0;
  return { type, track, count, seconds, multiplier, uniqueOn: 'none', ...NO_LIMITS };
}

const threshold = defineKeyword({
  name: 'threshold',
  argument: 'required',
  kind: 'meta',
  summary: 'Limits how often the rule alerts.',
  page: `${PAGE}#threshold`,
  examples: ['alert tcp any any -> any 22 (msg:"m"; threshold:type limit, track by_src, count 1, seconds 60; sid:1;)'],
  compile(builder, option) {
    const spec = readThreshold(option);
    if (!isRepeated(builder, false)) builder.meta.threshold = spec;
  },
});

const detectionFilter = defineKeyword({
  name: 'detection_filter',
  argument: 'required',
  kind: 'meta',
  summary: 'Alerts on every match once so many were seen in a time.',
  page: `${PAGE}#detection-filter`,
  examples: [
    'alert tcp any any -> any 22 (msg:"m"; flags:S; detection_filter:track by_src, count 15, seconds 2; sid:1;)',
  ],
  compile(builder, option) {
    if (isRepeated(builder, true)) return;
    const fields = readFields(option, requiredArgument(option).split(','), ['track', 'count', 'seconds', 'unique_on']);
    const track = oneOf(option, 'track', need(option, fields, 'track'), FILTER_TRACKS);
    const unique = fields.get('unique_on');
    builder.meta.threshold = {
      type: 'detection_filter',
      track,
      count: decimal(option, need(option, fields, 'count'), 1),
      seconds: decimal(option, need(option, fields, 'seconds'), 1),
      multiplier: 0,
      uniqueOn: unique === undefined ? 'none' : oneOf(option, 'unique_on', unique, ['src_port', 'dst_port']),
      ...NO_LIMITS,
    };
    if (unique !== undefined && !['tcp', 'udp', 'sctp'].includes(builder.ast.protocol.text.toLowerCase()))
      throw new RuleError('unique_on needs a protocol with ports', 'tcp, udp or sctp');
  },
});

export default [threshold, detectionFilter];
