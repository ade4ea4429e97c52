// threshold and detection_filter: how often a matching rule alerts.

import { acceptUnsigned, unquoted } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { SignatureBuilder } from '../framework/keyword.ts';
import type { ThresholdSpec } from '../framework/signature.ts';
import type { RuleOption } from '../rules/index.ts';

const PAGE = 'rules/thresholding.html';
const MAX = 0xffffffff;
const TRACKS = ['by_src', 'by_dst', 'by_both', 'by_rule', 'by_flow'] as const;
const TYPES = ['limit', 'threshold', 'both', 'backoff'] as const;

/** `name value` pairs in any order, each once, all of them known. */
function readFields(option: RuleOption, known: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of unquoted(option).split(',')) {
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
  const found = allowed.find((a) => a === value.toLowerCase());
  if (found === undefined) throw new RuleError(`${option.key}: ${name} cannot be "${value}"`, allowed.join(', '));
  return found;
}

/** Two of a kind: the first counts. One of each is refused, as it could not be said which. */
function isRepeated(builder: SignatureBuilder, isFilter: boolean): boolean {
  const earlier = builder.meta.threshold;
  if (earlier === null) return false;
  if ((earlier.type === 'detection_filter') !== isFilter)
    throw new RuleError('a rule has either threshold or detection_filter');
  builder.warn('a second threshold is ignored');
  return true;
}

const NO_LIMITS = { newAction: 0, timeout: 0, covers: null };

function readThreshold(option: RuleOption): ThresholdSpec {
  const fields = readFields(option, ['type', 'track', 'count', 'seconds', 'multiplier']);
  const type = oneOf(option, 'type', need(option, fields, 'type'), TYPES);
  const track = oneOf(option, 'track', need(option, fields, 'track'), TRACKS);
  const count = acceptUnsigned(option, need(option, fields, 'count'), { min: 1, max: MAX });
  const isBackoff = type === 'backoff';
  if (isBackoff && track !== 'by_flow') throw new RuleError('threshold: backoff works with track by_flow only');
  if (isBackoff === fields.has('seconds') || isBackoff !== fields.has('multiplier'))
    throw new RuleError(`threshold: type ${type} needs ${isBackoff ? 'multiplier' : 'seconds'}, and only that`);
  const seconds = isBackoff ? 0 : acceptUnsigned(option, fields.get('seconds')!, { min: 1, max: MAX });
  const multiplier = isBackoff ? acceptUnsigned(option, fields.get('multiplier')!, { min: 2, max: MAX }) : 0;
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
    const fields = readFields(option, ['track', 'count', 'seconds', 'unique_on']);
    const track = oneOf(option, 'track', need(option, fields, 'track'), TRACKS);
    const unique = fields.get('unique_on');
    builder.meta.threshold = {
      type: 'detection_filter',
      track,
      count: acceptUnsigned(option, need(option, fields, 'count'), { min: 1, max: MAX }),
      seconds: acceptUnsigned(option, need(option, fields, 'seconds'), { min: 1, max: MAX }),
      multiplier: 0,
      uniqueOn: unique === undefined ? 'none' : oneOf(option, 'unique_on', unique, ['src_port', 'dst_port']),
      ...NO_LIMITS,
    };
    if (unique !== undefined && !['tcp', 'udp', 'sctp'].includes(builder.ast.protocol.text.toLowerCase()))
      throw new RuleError('unique_on needs a protocol with ports', 'tcp, udp or sctp');
  },
});

export default [threshold, detectionFilter];
