// Keywords that judge a file as a whole (name, extension, kind, size, hash), and filestore, which keeps it.

import { parseFilePattern, parseFileSize, parseFileStore } from '../detect/files/arguments.ts';
import type { FileStore } from '../detect/files/arguments.ts';
import { newContent } from '../detect/content/content-element.ts';
import { addFileTest, filesOf } from '../detect/files/file-tests.ts';
import { hashListPath, readHashList } from '../detect/files/hash-list.ts';
import { keepFiles } from '../detect/files/keep-files.ts';
import { FILE_DEMAND, FileState, HASH_NAMES } from '../framework/file.ts';
import type { HashName, TrackedFile } from '../framework/file.ts';
import { integerTest, requiredArgument } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { KeywordDefinition, RulesetSetup, SignatureBuilder } from '../framework/keyword.ts';
import type { RuleOption } from '../rules/index.ts';

const PAGE = 'rules/file-keywords.html';
const rule = (options: string): string => `alert http any any -> any any (msg:"m"; ${options} sid:1;)`;

interface PatternKeyword {
  readonly name: 'filename' | 'fileext' | 'filemagic';
  readonly summary: string;
  readonly quotes: 'optional' | 'required';
  /** The keyword that selects the buffer with what is searched. */
  readonly buffer: 'file.name' | 'file.magic';
  /** The same of one file; null: not known yet. */
  readonly read: (file: TrackedFile) => Buffer | null;
  readonly isAtEnd?: boolean;
}

/** Bytes of a file's name as they are; what is searched in them knows no case. */
const nameOf = (file: TrackedFile): Buffer => Buffer.from(file.name);

function patternKeyword({ name, summary, quotes, buffer, read, isAtEnd = false }: PatternKeyword): KeywordDefinition {
  return defineKeyword({
    name,
    argument: 'required',
    quotes,
    kind: 'match',
    summary,
    page: `${PAGE}#${name}`,
    examples: [rule(`${name}:"pdf";`)],
    compile(builder, option) {
      const { bytes, isNegated } = parseFilePattern(requiredArgument(option), name);
      const pattern = Buffer.concat([Buffer.from(isAtEnd ? '.' : ''), bytes]);
      const wanted = pattern.toString('latin1').toLowerCase();
      if (name === 'filemagic') builder.setup.demands.add(FILE_DEMAND.magic);
      // looked for in the buffer first; of files whose buffer is empty only the test knows that nothing is there yet
      const content = { ...newContent(pattern, isNegated), nocase: true, endsWith: isAtEnd };
      builder.inBuffer(builder.setup.bufferOf(buffer)!, () => {
        builder.addContent(content);
      });
      const test = (file: TrackedFile): boolean => {
        const text = read(file)?.toString('latin1').toLowerCase();
        if (text === undefined) return false;
        return (isAtEnd ? text.endsWith(wanted) : text.includes(wanted)) !== isNegated;
      };
      addFileTest(builder, name, test, { isOfBuffer: !isNegated });
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
    const { direction, size } = parseFileSize(requiredArgument(option));
    const holds = integerTest(size);
    const wanted = direction === null ? -1 : direction === 'to_server' ? 0 : 1;
    addFileTest(builder, 'filesize', (file) => {
      if (file.state <= FileState.opened || (wanted >= 0 && file.direction !== wanted)) return false;
      // of a file that broke off only the least size is known
      return (file.state === FileState.closed || size.op === 'gt') && holds(file.size);
    });
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
    const store = parseFileStore(option.value ?? '');
    for (const word of store.unknown) builder.warn(`filestore: "${word}" means nothing`, 'filestore:response,tx');
    builder.setup.demands.add(FILE_DEMAND.store);
    if (!hasStore(builder.setup))
      builder.note('Warning: Rule requires file-store but the output file-store is not enabled.');
    addFileTest(builder, 'filestore', () => true);
    addKeeping(builder, store);
  },
});

function addKeeping(builder: SignatureBuilder, store: FileStore): void {
  builder.addPostMatch((_p, ctx, { sid }) => {
    if (ctx.tx !== null) keepFiles(store, sid, ctx, filesOf(builder, ctx.tx, ctx.txDirection));
  });
}

const MOST_OUTPUTS = 64;

function hasStore(setup: RulesetSetup): boolean {
  for (let i = 0; i < MOST_OUTPUTS; i++)
    if (/^(?:yes|true|on|1)$/i.test(setup.setting(`outputs.${String(i)}.file-store.enabled`) ?? '')) return true;
  return false;
}

function readHashes(builder: SignatureBuilder, option: RuleOption, name: HashName): ReadonlySet<string> {
  const [, file] = /^!?(.*)$/s.exec(requiredArgument(option))!;
  if (file === '') throw new RuleError(`${option.key} needs the name of a file`, `${option.key}:hashes.list`);
  const path = hashListPath(file!, builder.setup.ruleFolder, builder.ast.file);
  const { badLines, hashes } = readHashList(path, name);
  for (const line of badLines) builder.warn(`${path}:${String(line)} holds no ${name} hash`);
  return hashes;
}

function hashKeyword(name: HashName): KeywordDefinition {
  return defineKeyword({
    name: `file${name}`,
    readsFiles: true,
    argument: 'required',
    kind: 'match',
    summary: `The ${name.toUpperCase()} hash of the file is, or with "!" is not, in a list.`,
    page: `${PAGE}#file${name}`,
    examples: [rule(`file${name}:hashes.list;`)],
    compile(builder, option) {
      const hashes = readHashes(builder, option, name);
      const isNegated = requiredArgument(option).startsWith('!');
      builder.setup.demands.add(`file.${name}`);
      addFileTest(builder, `file${name}`, (file) => {
        const hash = file[name];
        return hash !== null && hashes.has(hash) !== isNegated;
      });
    },
  });
}

export default [
  patternKeyword({
    name: 'filename',
    summary: 'Text that the name of the file holds.',
    quotes: 'optional',
    buffer: 'file.name',
    read: nameOf,
  }),
  patternKeyword({
    name: 'fileext',
    summary: 'Extension of the name of the file.',
    quotes: 'optional',
    buffer: 'file.name',
    read: nameOf,
    isAtEnd: true,
  }),
  patternKeyword({
    name: 'filemagic',
    summary: 'Text that the description of the content of the file holds.',
    quotes: 'required',
    buffer: 'file.magic',
    read: ({ magic }) => (magic === null ? null : Buffer.from(magic)),
  }),
  filesize,
  filestore,
  ...HASH_NAMES.map(hashKeyword),
];
