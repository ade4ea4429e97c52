// Keywords of HTTP, whatever its version: sticky buffers, the modifiers of older rules (HTTP/1 alone), and urilen.

import { contentModifier, growingBuffer, stickyBuffer, toClient, toServer } from '../../framework/app-keyword.ts';
import type { StickyBuffer } from '../../framework/app-keyword.ts';
import type { BufferDefinition, BufferEngine } from '../../framework/buffer.ts';
import type { ContentSpec } from '../../framework/chain.ts';
import { accept, integerTest, unquoted } from '../../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import { FILE_DEMAND, FILE_LIMITS } from '../../framework/file.ts';
import type { HttpPart, HttpParts } from '../../framework/http-parts.ts';
import type { Direction } from '../../framework/transaction.ts';
import { largestValue } from '../../detect/content/largest-value.ts';
import { boundedElement } from '../../detect/content/reach.ts';
import { parseInteger } from '../../rules/index.ts';
import { cookieOf, headerBuffer, headerLine, headerNames, rawHeaders, startBuffer } from './buffers.ts';
import { HeaderId, valueOf } from './headers.ts';
import { HttpTransaction, Progress } from './transaction.ts';

/** As engines name the protocol: `http` is any version of it. */
const HTTP1 = 'http1';
/** A transaction that rules on HTTP may look at. */
type AnyHttp = HttpTransaction | HttpParts;

const PAGE = 'rules/http-keywords.html';
const atServer = (progress: number): BufferEngine[] => [toServer(HTTP1, progress)];
const atClient = (progress: number): BufferEngine[] => [toClient(HTTP1, progress)];
const both = (progress: number): BufferEngine[] => [...atServer(progress), ...atClient(progress)];
const hasTrailers = (tx: AnyHttp, direction: Direction): boolean =>
  tx instanceof HttpTransaction && tx.message(direction).hasTrailers;
const orNull = (bytes: Uint8Array): Uint8Array | null => (bytes.length === 0 ? null : bytes);

/** The part of HTTP/2 messages that a keyword is about; null where they have none. */
function partOf(keyword: string): HttpPart | null {
  return keyword === 'http.start' ? null : (keyword.slice('http.'.length) as HttpPart);
}

/** In HTTP/2 all of a message's headers are there at once, and its data after them. */
function alsoOverHttp2(engines: readonly BufferEngine[], what: 'headers' | 'body'): BufferEngine[] {
  const others = engines.map(({ direction }) => ({
    direction,
    appProtocol: 'http2',
    progress: what === 'headers' ? 1 : 2,
    subState: 'stream',
  }));
  return [...others, ...engines];
}

interface Sticky extends Pick<
  StickyBuffer,
  'name' | 'aliases' | 'summary' | 'bufferName' | 'engines' | 'isMulti' | 'adapt' | 'needsDirection' | 'hasMore'
> {
  /** Of HTTP/1. */
  readonly bytes: (tx: HttpTransaction, direction: Direction, instance: number) => Uint8Array | null;
}

function example(name: string): string {
  return `alert http any any -> any any (msg:"m"; ${name}; content:"a"; sid:1;)`;
}

function sticky(one: Sticky): KeywordDefinition {
  const { name, engines, isMulti = false, bytes } = one;
  const part = partOf(name);
  return stickyBuffer('http', PAGE, {
    ...one,
    bufferName: one.bufferName ?? name.replaceAll('.', '_'),
    engines: part === null ? engines : alsoOverHttp2(engines, 'headers'),
    bytes: (tx: AnyHttp, direction, instance) => {
      if (tx instanceof HttpTransaction) return bytes(tx, direction, instance);
      return isMulti ? tx.httpHeader(direction, instance) : tx.httpPart(part!, direction);
    },
  });
}

const requestHeader = (keyword: string, id: number, summary: string, alias?: string): Sticky => ({
  name: keyword,
  ...(alias !== undefined && { aliases: [alias] }),
  summary,
  engines: atServer(Progress.headers),
  bytes: (tx) => valueOf(tx.request.headers, id),
});

const responseHeader = (keyword: string, id: number, summary: string): Sticky => ({
  name: keyword,
  summary,
  engines: atClient(Progress.headers),
  bytes: (tx) => valueOf(tx.response.headers, id),
});

const eitherHeader = (keyword: string, id: number, summary: string, alias: string): Sticky => ({
  name: keyword,
  aliases: [alias],
  summary,
  engines: both(Progress.headers),
  bytes: (tx, direction) => valueOf(tx.message(direction).headers, id),
});

/** Hosts are in lower case: a letter of the other kind is never found. */
function refuseUpperCase({ bytes, nocase }: ContentSpec): void {
  if (nocase) throw new RuleError('http.host: nocase says nothing', 'hosts are in lower case: leave it out');
  if (!bytes.some((byte) => byte >= 0x41 && byte <= 0x5a)) return;
  throw new RuleError('http.host: content with upper case letters', 'hosts are in lower case: write it so');
}

/** Methods end where a blank begins. */
function refuseBlanksAround({ bytes }: ContentSpec): void {
  const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09;
  if (isBlank(bytes[0])) throw new RuleError('http_method pattern with leading space or tab');
  if (isBlank(bytes.at(-1))) throw new RuleError('http_method pattern with trailing space or tab');
}

/** There is none in them. */
function refuseSpace({ bytes }: ContentSpec): void {
  if (bytes.includes(0x20)) throw new RuleError('http.protocol: content with a space', 'it ends before one');
}

const BUFFERS: readonly Sticky[] = [
  {
    name: 'http.uri',
    aliases: ['http.uri.normalized'],
    summary: 'Path and query asked for, normalised.',
    engines: atServer(Progress.line),
    bytes: (tx) => orNull(tx.uri),
  },
  {
    name: 'http.uri.raw',
    bufferName: 'http_raw_uri',
    summary: 'The URI as it came.',
    engines: atServer(Progress.line),
    bytes: (tx) => orNull(tx.rawUri),
  },
  {
    name: 'http.method',
    summary: 'Method of the request.',
    engines: atServer(Progress.line),
    adapt: refuseBlanksAround,
    bytes: (tx) => orNull(tx.method),
  },
  {
    name: 'http.host',
    summary: 'Host asked for, in lower case, without the port.',
    engines: atServer(Progress.headers),
    adapt: refuseUpperCase,
    bytes: (tx) => tx.host,
  },
  {
    name: 'http.host.raw',
    bufferName: 'http_raw_host',
    summary: 'Host as it came, with the port.',
    engines: atServer(Progress.headers),
    bytes: (tx) => tx.rawHost,
  },
  requestHeader('http.user_agent', HeaderId['user-agent'], 'User-Agent of the request.'),
  requestHeader('http.referer', HeaderId.referer, 'Referer of the request.', 'http_referer'),
  requestHeader('http.accept', HeaderId.accept, 'Accept of the request.', 'http_accept'),
  requestHeader('http.accept_enc', HeaderId['accept-encoding'], 'Accept-Encoding of the request.', 'http_accept_enc'),
  requestHeader('http.accept_lang', HeaderId['accept-language'], 'Accept-Language of the request.', 'http_accept_lang'),
  responseHeader('http.location', HeaderId.location, 'Location of the response.'),
  responseHeader('http.server', HeaderId.server, 'Server of the response.'),
  eitherHeader('http.connection', HeaderId.connection, 'Connection of the message.', 'http_connection'),
  eitherHeader('http.content_len', HeaderId['content-length'], 'Content-Length of the message.', 'http_content_len'),
  eitherHeader('http.content_type', HeaderId['content-type'], 'Content-Type of the message.', 'http_content_type'),
  {
    name: 'http.request_line',
    aliases: ['http_request_line'],
    summary: 'First line of the request.',
    engines: atServer(Progress.line),
    bytes: (tx) => orNull(tx.request.line),
  },
  {
    name: 'http.response_line',
    aliases: ['http_response_line'],
    summary: 'First line of the response.',
    engines: atClient(Progress.line),
    bytes: (tx) => orNull(tx.response.line),
  },
  {
    name: 'http.protocol',
    aliases: ['http_protocol'],
    summary: 'Protocol and version of the message.',
    engines: both(Progress.line),
    adapt: refuseSpace,
    bytes: (tx, direction) => orNull(tx.message(direction).protocol),
  },
  {
    name: 'http.stat_code',
    summary: 'Status code of the response.',
    engines: atClient(Progress.line),
    bytes: (tx) => orNull(tx.status),
  },
  {
    name: 'http.stat_msg',
    summary: 'Words beside the status code.',
    engines: atClient(Progress.line),
    bytes: (tx) => (tx.status.length === 0 ? orNull(tx.statusMessage) : tx.statusMessage),
  },
  {
    name: 'http.header',
    summary: 'Headers of the message, one a line, without cookies.',
    engines: both(Progress.headers),
    hasMore: hasTrailers,
    bytes: (tx, direction) => headerBuffer(tx.message(direction)),
  },
  {
    name: 'http.header.raw',
    bufferName: 'http_raw_header',
    summary: 'Headers as they came.',
    engines: both(Progress.body),
    needsDirection: true,
    hasMore: hasTrailers,
    bytes: (tx, direction) => rawHeaders(tx.message(direction)),
  },
  { name: 'http.cookie', summary: 'Cookies of the message.', engines: both(Progress.headers), bytes: cookieOf },
  {
    name: 'http.header_names',
    aliases: ['http_header_names'],
    summary: 'Names of the headers, between line ends.',
    engines: both(Progress.headers),
    bytes: (tx, direction) => headerNames(tx.message(direction)),
  },
  {
    name: 'http.start',
    aliases: ['http_start'],
    summary: 'First line and headers of the message.',
    engines: both(Progress.headers),
    bytes: (tx, direction) => startBuffer(tx.message(direction)),
  },
  {
    name: 'http.request_header',
    summary: 'Headers of the request, one at a time.',
    engines: atServer(Progress.headers),
    isMulti: true,
    bytes: (tx, _direction, instance) => headerLine(tx.request, instance),
  },
  {
    name: 'http.response_header',
    summary: 'Headers of the response, one at a time.',
    engines: atClient(Progress.headers),
    isMulti: true,
    bytes: (tx, _direction, instance) => headerLine(tx.response, instance),
  },
];

function bodyBuffer(name: string, description: string, direction: Direction): BufferDefinition {
  const engines = alsoOverHttp2(direction === 0 ? atServer(Progress.body) : atClient(Progress.body), 'body');
  return growingBuffer({ name, description, engines }, (tx: AnyHttp, view) => {
    if (!(tx instanceof HttpTransaction)) return tx.httpBody(direction)?.view(view, FILE_LIMITS) === true;
    const { settings } = tx;
    if (direction === 0) return tx.request.body.view(view, settings.requestBody);
    if (!tx.response.body.view(view, settings.responseBody)) return false;
    tx.unpack(view);
    return true;
  });
}

const REQUEST_BODY = bodyBuffer('http_client_body', 'Body of the request.', 0);
const RESPONSE_BODY = bodyBuffer('http_response_body', 'Body of the response, its compression undone.', 1);

function bodyKeyword(name: string, buffer: BufferDefinition): KeywordDefinition {
  return defineKeyword({
    name,
    argument: 'none',
    kind: 'buffer',
    summary: buffer.description,
    page: `${PAGE}#${name.replaceAll(/[._]/g, '-')}`,
    examples: [example(name)],
    supportsFastPattern: true,
    buffer,
    compile(builder) {
      builder.setup.demands.add(FILE_DEMAND.data); // bodies of HTTP/2 are there as files
      builder.setBuffer(buffer);
    },
  });
}

const STICKY = BUFFERS.map(sticky);
const byName = new Map(STICKY.map((keyword) => [keyword.name, keyword.buffer!]));

/** Older rules write the content first and then where it belongs; they are about HTTP/1 alone. */
const MODIFIERS: Readonly<Record<string, BufferDefinition>> = {
  http_uri: byName.get('http.uri')!,
  http_raw_uri: byName.get('http.uri.raw')!,
  http_method: byName.get('http.method')!,
  http_header: byName.get('http.header')!,
  http_raw_header: byName.get('http.header.raw')!,
  http_cookie: byName.get('http.cookie')!,
  http_client_body: REQUEST_BODY,
  http_server_body: RESPONSE_BODY,
  http_stat_code: byName.get('http.stat_code')!,
  http_stat_msg: byName.get('http.stat_msg')!,
  http_user_agent: byName.get('http.user_agent')!,
  http_host: byName.get('http.host')!,
  http_raw_host: byName.get('http.host.raw')!,
};

const modifiers = Object.entries(MODIFIERS).map(([name, buffer]) =>
  contentModifier(
    {
      name,
      summary: `The content before it is looked for here: ${buffer.description}`,
      page: `${PAGE}#${name.replaceAll('_', '-')}`,
      examples: [`alert http any any -> any any (msg:"m"; content:"abc"; ${name}; sid:1;)`],
    },
    buffer,
    { within: HTTP1 },
  ),
);

const urilen = defineKeyword({
  name: 'urilen',
  argument: 'required',
  kind: 'match',
  summary: 'Length of the URI, bytes; of the raw one with `,raw`.',
  page: `${PAGE}#urilen`,
  examples: [
    'alert http any any -> any any (msg:"m"; urilen:>100; sid:1;)',
    'alert http any any -> any any (msg:"m"; urilen:5<>20,raw; sid:1;)',
  ],
  compile(builder, option) {
    const [length = '', kind = 'norm'] = unquoted(option)
      .split(',')
      .map((part) => part.trim());
    const match = accept(option, parseInteger(length, 'u16'));
    const test = integerTest(match);
    builder.inBuffer(byName.get(kind === 'raw' ? 'http.uri.raw' : 'http.uri')!, () => {
      builder.addElement(
        boundedElement('urilen', largestValue(match), (next) => (inspection) => {
          return --inspection.budget >= 0 && test(inspection.end - inspection.start) && next(inspection);
        }),
      );
    });
  },
});

const uricontent = defineKeyword({
  name: 'uricontent',
  argument: 'required',
  quotes: 'required',
  kind: 'content',
  summary: 'Bytes to be found in the normalised URI.',
  page: `${PAGE}#uricontent`,
  examples: ['alert http any any -> any any (msg:"m"; uricontent:"/admin"; sid:1;)'],
  supportsFastPattern: true,
  compile(builder, option) {
    builder.compileOther('content', option);
    builder.moveLastContent(byName.get('http.uri')!, { within: HTTP1 });
  },
});

export const HTTP_KEYWORDS: readonly KeywordDefinition[] = [
  ...STICKY,
  bodyKeyword('http.request_body', REQUEST_BODY),
  bodyKeyword('http.response_body', RESPONSE_BODY),
  ...modifiers,
  urilen,
  uricontent,
];
