// What a rule says about itself: msg, sid, rev, gid, classtype, priority, reference, metadata, target.

import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { SignatureBuilder } from '../framework/keyword.ts';
import { accept, acceptUnsigned, requiredArgument, unquoted } from '../framework/keyword-argument.ts';
import { parseLeadingNumber, parseText, splitArgument, splitWord } from '../rules/index.ts';
import type { RuleOption } from '../rules/index.ts';

const PAGE = 'rules/meta.html';
/** `https://` and the like. */
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const MAX_ID = 0xffffffff;
/** What Suricata gives rules without a class. */
const DEFAULT_PRIORITY = 3;

function once(builder: SignatureBuilder, option: RuleOption): void {
  if (builder.seen.includes(option.key.toLowerCase())) throw new RuleError(`${option.key} is given twice`);
}

/** `--strict-rule-keywords` makes an error of a warning. */
function refuseStrictly(builder: SignatureBuilder, keyword: string, message: string): void {
  if (builder.setup.strictKeywords.has(keyword)) throw new RuleError(message);
}

const msg = defineKeyword({
  name: 'msg',
  quotes: 'required',
  argument: 'required',
  kind: 'meta',
  summary: 'Text of the alert.',
  page: `${PAGE}#msg-message`,
  examples: ['alert tcp any any -> any any (msg:"Any TCP segment"; sid:1;)'],
  compile(builder, option) {
    const text = requiredArgument(option);
    if (text === '""' || text.startsWith('!'))
      throw new RuleError('msg needs a text between double quotes', 'msg:"..."');
    builder.meta.msg = accept(option, parseText(text));
  },
});

function idKeyword(name: 'sid' | 'rev' | 'gid', summary: string, min: number) {
  return defineKeyword({
    name,
    argument: 'required',
    kind: 'meta',
    summary,
    page: `${PAGE}#${name}`,
    examples: [`alert ip any any -> any any (msg:"m"; ${name === 'sid' ? '' : `${name}:2; `}sid:1;)`],
    compile(builder, option) {
      once(builder, option);
      const value = parseLeadingNumber(requiredArgument(option), MAX_ID);
      if (value === undefined || value < min)
        throw new RuleError(`${name} must be a number from ${String(min)} to ${String(MAX_ID)}`);
      builder.meta[name] = value;
    },
  });
}

const classtype = defineKeyword({
  name: 'classtype',
  argument: 'required',
  kind: 'meta',
  summary: 'Class of the rule, which gives category and priority.',
  page: `${PAGE}#classtype`,
  examples: ['alert tcp any any -> any any (msg:"m"; classtype:trojan-activity; sid:1;)'],
  compile(builder, option) {
    const short = requiredArgument(option);
    if (!/^[A-Za-z][\w-]*$/.test(short)) throw new RuleError(`invalid value for classtype keyword: "${short}"`);
    const { meta } = builder;
    const found = builder.setup.classification(short) ?? builder.setup.classification(short.toLowerCase());
    meta.classtype = short;
    if (found === undefined) {
      refuseStrictly(builder, 'classtype', `unknown classtype: "${short}"`);
      builder.warn(`unknown classtype: "${short}", using default priority 3`, 'add it to classification.config');
      if (meta.priority < 0) meta.priority = DEFAULT_PRIORITY;
      return;
    }
    meta.category = found.description;
    // an explicit priority wins wherever it stands
    if (!builder.seen.includes('priority')) meta.priority = found.priority;
  },
});

const priority = defineKeyword({
  name: 'priority',
  argument: 'required',
  kind: 'meta',
  summary: 'Priority of the alert, 1 the highest; overrides that of the class.',
  page: `${PAGE}#priority`,
  examples: ['alert tcp any any -> any any (msg:"m"; priority:1; sid:1;)'],
  compile(builder, option) {
    const text = requiredArgument(option);
    if (!/^\d+$/.test(text)) throw new RuleError(`priority: "${text}" is not a number`);
    builder.meta.priority = acceptUnsigned(option, text, { min: 0, max: MAX_ID });
  },
});

const reference = defineKeyword({
  name: 'reference',
  argument: 'required',
  kind: 'meta',
  summary: 'Where to read about what the rule finds.',
  page: `${PAGE}#reference`,
  examples: ['alert tcp any any -> any any (msg:"m"; reference:cve,2021-44228; sid:1;)'],
  compile(builder, option) {
    const text = requiredArgument(option);
    const comma = text.indexOf(',');
    if (comma <= 0 || comma === text.length - 1)
      throw new RuleError('reference needs a type and an id', 'reference:cve,2021-44228');
    const type = text.slice(0, comma).trim();
    const id = text.slice(comma + 1).trim();
    const prefix = builder.setup.reference(type) ?? builder.setup.reference(type.toLowerCase());
    if (prefix === undefined) {
      refuseStrictly(builder, 'reference', `unknown reference key "${type}"`);
      builder.warn(`unknown reference key "${type}"`, 'add it to reference.config');
    }
    // an address that is whole needs nothing before it
    const isWhole = SCHEME.test(id);
    builder.meta.references.push({ type, id, url: isWhole ? id : (prefix ?? '') + id });
  },
});

const metadata = defineKeyword({
  name: 'metadata',
  argument: 'required',
  kind: 'meta',
  summary: 'Keys and values handed on to the alert.',
  page: `${PAGE}#metadata`,
  examples: [
    'alert tcp any any -> any any (msg:"m"; metadata:attack_target Client_Endpoint, created_at 2026_01_01; sid:1;)',
  ],
  compile(builder, option) {
    for (const part of splitArgument(requiredArgument(option))) {
      if (part.text === '') continue;
      const [key, value] = splitWord(part);
      builder.meta.metadata.push([key.text, value.text]);
    }
  },
});

const target = defineKeyword({
  name: 'target',
  argument: 'required',
  kind: 'meta',
  summary: 'Which side is the victim.',
  page: `${PAGE}#target`,
  examples: ['alert tcp any any -> any any (msg:"m"; target:dest_ip; sid:1;)'],
  compile(builder, option) {
    if (builder.seen.includes('target')) builder.warn('target is given twice: the last counts');
    const side = unquoted(option);
    if (side !== 'src_ip' && side !== 'dest_ip') throw new RuleError(`target cannot be "${side}"`, 'src_ip or dest_ip');
    builder.meta.target = side;
  },
});

export default [
  msg,
  idKeyword('sid', 'Number of the rule, unique in its generator.', 1),
  idKeyword('rev', 'Revision of the rule.', 1),
  idKeyword('gid', 'Generator the rule belongs to.', 0),
  classtype,
  priority,
  reference,
  metadata,
  target,
];
