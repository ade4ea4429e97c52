// Keywords about files: their arguments are read and judged; the rules wait for application layers that find files.

import { parseFilePattern, parseFileSize, parseFileStore } from '../detect/files/arguments.ts';
import { hashListPath, readHashList } from '../detect/files/hash-list.ts';
import type { HashName } from '../detect/files/hash-list.ts';
import { requiredArgument } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { KeywordDefinition, SignatureBuilder } from '../framework/keyword.ts';
import type { RuleOption } from '../rules/index.ts';

const PAGE = 'rules/file-keywords.html';
const rule = (options: string): string => `alert http any any -> any any (msg:"m"; ${options} sid:1;)`;
const WAITS = 'files need an application layer that is not supported yet';

/** filename, fileext, filemagic */
function patternKeyword(name: string, summary: string, quotes: 'optional' | 'required'): KeywordDefinition {
  return defineKeyword({
    name,
    argument: 'required',
    quotes,
    kind: 'match',
    summary,
    page: `${PAGE}#${name}`,
    examples: [rule(`${name}:"pdf";`)],
    compile(builder, option) {
      parseFilePattern(requiredArgument(option), name);
      builder.awaitAppLayer(WAITS);
    },
  });
}

const filesize = defineKeyword({
  name: 'filesize',
  argument: 'required',
  kind: 'match',
  summary: 'Size of the file, bytes.',
  page: `${PAGE}#filesize`,
  examples: [rule('filesize:>100;'), rule('filesize:10<>20;'), rule('filesize:to_client,<1mb;')],
  compile(builder, option) {
    parseFileSize(requiredArgument(option));
    builder.awaitAppLayer(WAITS);
  },
});

const filestore = defineKeyword({
  name: 'filestore',
  argument: 'optional',
  kind: 'post',
  summary: 'Keeps the file.',
  page: `${PAGE}#filestore`,
  examples: [rule('filestore;'), rule('fileext:"exe"; filestore:response,tx;')],
  compile(builder, option) {
    const { unknown } = parseFileStore(option.value ?? '');
    for (const word of unknown) builder.warn(`filestore: "${word}" means nothing`, 'filestore:response,tx');
    builder.awaitAppLayer(WAITS);
  },
});

function readHashes(builder: SignatureBuilder, option: RuleOption, name: HashName): void {
  const [, file] = /^!?(.*)$/s.exec(requiredArgument(option))!;
  if (file === '') throw new RuleError(`${option.key} needs the name of a file`, `${option.key}:hashes.list`);
  const path = hashListPath(file!, builder.setup.ruleFolder, builder.ast.file);
  const { badLines } = readHashList(path, name);
  for (const line of badLines) builder.warn(`${path}:${String(line)} holds no ${name} hash`);
}

function hashKeyword(name: HashName): KeywordDefinition {
  return defineKeyword({
    name: `file${name}`,
    argument: 'required',
    kind: 'match',
    summary: `The ${name.toUpperCase()} hash of the file is, or with "!" is not, in a list.`,
    page: `${PAGE}#file${name}`,
    examples: [rule(`file${name}:hashes.list;`)],
    compile(builder, option) {
      readHashes(builder, option, name);
      builder.awaitAppLayer(WAITS);
    },
  });
}

export default [
  patternKeyword('filename', 'Text that the name of the file holds.', 'optional'),
  patternKeyword('fileext', 'Extension of the name of the file.', 'optional'),
  patternKeyword('filemagic', 'Text that the description of the content of the file holds.', 'required'),
  filesize,
  filestore,
  hashKeyword('md5'),
  hashKeyword('sha1'),
  hashKeyword('sha256'),
];
