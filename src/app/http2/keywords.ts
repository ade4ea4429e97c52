// Keywords of HTTP/2: its frames and their numbers. Those of HTTP as such (http.*) see its messages too.

import { appBufferKeyword, toClient, toServer } from '../../framework/app-keyword.ts';
import { appIntegersKeyword } from '../../framework/app-integers.ts';
import type { AppIntegers } from '../../framework/app-integers.ts';
import type { BufferEngine } from '../../framework/buffer.ts';
import { accept, integerTest, unquoted } from '../../framework/keyword-argument.ts';
import type { IntegerTest } from '../../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import { parseInteger } from '../../rules/index.ts';
import { errorNumber, frameTypeNumber, settingNumber } from './frame-types.ts';
import { Progress, SubState } from './transaction.ts';
import type { Http2Message, Http2Transaction } from './transaction.ts';

const PAGE = 'rules/http2-keywords.html';
const FROM_START = [toServer('http2', Progress.started), toClient('http2', Progress.started)];
const WITH_HEADERS: readonly BufferEngine[] = [
  toServer('http2', Progress.headers),
  toClient('http2', Progress.headers),
].map((engine) => ({ ...engine, subState: SubState.stream }));

const pageOf = (name: string): string => `${PAGE}#${name.replaceAll(/[._]/g, '-')}`;

type Numbers = Pick<AppIntegers, 'name' | 'summary' | 'width' | 'names'> & {
  readonly arguments: readonly string[];
  readonly count: (message: Http2Message) => number;
  readonly at: (message: Http2Message, index: number) => number;
};

function numbersKeyword({ arguments: texts, count, at, ...described }: Numbers): KeywordDefinition {
  const { name } = described;
  return appIntegersKeyword({
    ...described,
    page: pageOf(name),
    examples: texts.map((text) => `alert http2 any any -> any any (msg:"m"; ${name}:${text}; sid:1;)`),
    engines: FROM_START,
    complete: Progress.complete,
    count: (tx: Http2Transaction, direction) => count(tx.message(direction)),
    at: (tx: Http2Transaction, direction, index) => at(tx.message(direction), index),
  });
}

const NUMBERS: readonly Numbers[] = [
  {
    name: 'http2.frametype',
    summary: 'Type of a frame, by name or number.',
    arguments: ['GOAWAY', '8', 'SETTINGS,all', 'count>10'],
    width: 'u8',
    names: frameTypeNumber,
    count: ({ frameCount }) => frameCount,
    at: ({ frames }, index) => frames[index]!,
  },
  {
    name: 'http2.errorcode',
    summary: 'Error of a GOAWAY or RST_STREAM frame, by name or number.',
    arguments: ['INTERNAL_ERROR', '!NO_ERROR', '8'],
    width: 'u32',
    names: errorNumber,
    count: ({ errors }) => errors?.length ?? 0,
    at: ({ errors }, index) => errors![index]!.code,
  },
  {
    name: 'http2.priority',
    summary: 'Weight in a PRIORITY or HEADERS frame.',
    arguments: ['>100'],
    width: 'u8',
    count: ({ priorities }) => priorities?.length ?? 0,
    at: ({ priorities }, index) => priorities![index]!,
  },
  {
    name: 'http2.window',
    summary: 'Increment of a WINDOW_UPDATE frame.',
    arguments: ['<100000'],
    width: 'u32',
    count: ({ windows }) => windows?.length ?? 0,
    at: ({ windows }, index) => windows![index]!,
  },
  {
    name: 'http2.size_update',
    summary: 'Size that a header block gives to the table of headers.',
    arguments: ['>1234'],
    width: 'u64',
    count: ({ sizeUpdates }) => sizeUpdates?.length ?? 0,
    at: ({ sizeUpdates }, index) => sizeUpdates![index]!.size,
  },
];

const SETTING = /^([A-Za-z0-9_]+)\s*(.*)$/;
const always: IntegerTest = () => true;

const settings = defineKeyword({
  name: 'http2.settings',
  argument: 'required',
  kind: 'match',
  summary: 'A setting of the connection, and its value.',
  page: pageOf('http2.settings'),
  examples: [
    'alert http2 any any -> any any (msg:"m"; http2.settings:SETTINGS_ENABLE_PUSH=0; sid:1;)',
    'alert http2 any any -> any any (msg:"m"; http2.settings:SETTINGS_HEADER_TABLE_SIZE >4096; sid:1;)',
    'alert http2 any any -> any any (msg:"m"; http2.settings:SETTINGS_MAX_FRAME_SIZE; sid:1;)',
  ],
  compile(builder, option) {
    const match = SETTING.exec(unquoted(option));
    const id = match === null ? undefined : settingNumber(match[1]!);
    if (match === null || id === undefined)
      throw new RuleError(
        `http2.settings: unknown setting "${match?.[1] ?? ''}"`,
        'for instance SETTINGS_ENABLE_PUSH=0',
      );
    const test = match[2] === '' ? always : integerTest(accept(option, parseInteger(match[2]!, 'u32')));
    builder.addTxMatch(
      (tx: Http2Transaction, _p, { txDirection }) =>
        tx.message(txDirection).settings?.some((one) => one.id === id && test(one.value)) === true,
      { keyword: 'http2.settings', engines: FROM_START, isRepeated: true },
    );
  },
});

export const HTTP2_KEYWORDS: readonly KeywordDefinition[] = [
  ...NUMBERS.map(numbersKeyword),
  settings,
  appBufferKeyword(
    {
      name: 'http2.header_name',
      summary: 'Name of a header, one at a time.',
      page: pageOf('http2.header_name'),
      examples: ['alert http2 any any -> any any (msg:"m"; http2.header_name; content:"x-evil"; sid:1;)'],
    },
    {
      engines: WITH_HEADERS,
      isMulti: true,
      bytes: (tx: Http2Transaction, direction, instance) => tx.message(direction).fields[instance]?.name ?? null,
    },
  ),
  appBufferKeyword(
    {
      name: 'http2.header',
      summary: 'A header as `name: value`, one at a time; older rule sets have it.',
      page: pageOf('http2.header'),
      examples: ['alert http2 any any -> any any (msg:"m"; http2.header; content:"x-evil: "; sid:1;)'],
    },
    {
      engines: WITH_HEADERS,
      isMulti: true,
      bytes: (tx: Http2Transaction, direction, instance) => tx.httpHeader(direction, instance),
    },
  ),
];
