// What is wrong with a message, and under which name it is told.
import assert from 'node:assert/strict';
import http from '../../../src/app/http/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { OK, talk, transactions } from './support.ts';
import type { Turn } from './support.ts';

const get = (...lines: readonly string[]): string => [...lines, '', ''].join('\r\n');
const host = (value: string): string => get('GET /x HTTP/1.1', `Host: ${value}`);
const header = (line: string): string => get('GET /x HTTP/1.1', 'Host: a', line);
const answer = (line: string): string => get('HTTP/1.1 200 OK', line, 'Content-Length: 0');
const range = (value: string): string => answer(`Content-Range: ${value}`);
const LABEL = 'l'.repeat(63);

function form(body: string): string {
  const type = 'Content-Type: multipart/form-data; boundary=xx';
  return get('POST /form HTTP/1.1', 'Host: a', type, `Content-Length: ${String(body.length)}`) + body;
}

const FILE = 'Content-Disposition: form-data; name="f"; filename="f"\r\n';

type Case = readonly [what: string, request: string, response: string, ...anomalies: string[]];

const GET = host('a');
const NO = get('HTTP/1.1 403 No', 'Content-Length: 0');
const CASES: readonly Case[] = [
  ['a name of 63 letters', host(`${LABEL}.b`), OK],
  ['a name of 64 letters', host(`${LABEL}l.b`), OK, 'request_header_host_invalid'],
  ['a name of more than 255', host(Array(5).fill(LABEL).join('.')), OK, 'request_header_host_invalid'],
  ['a dot at the end', host('a.b.'), OK],
  ['a dot at the beginning', host('.a'), OK, 'request_header_host_invalid'],
  ['two dots', host('a..b'), OK, 'request_header_host_invalid'],
  ['other letters', host('a!b'), OK, 'request_header_host_invalid'],
  ['underlines and hyphens', host('-a_b'), OK],
  ['an address', host('[2001:db8::1]:80'), OK],
  ['no address', host('[2001:db8::g]'), OK, 'request_header_host_invalid'],
  ['an address without its bracket', host('[2001:db8::1'), OK, 'request_header_host_invalid'],
  ['a port with spaces', host('a : 80'), OK],
  ['no port', host('a:'), OK, 'request_header_host_invalid'],
  ['port 0', host('a:0'), OK, 'request_header_host_invalid'],
  ['port 65536', host('a:65536'), OK, 'request_header_host_invalid'],
  ['a port of letters', host('a:http'), OK, 'request_header_host_invalid'],
  ['nothing', host(''), OK],
  [
    'a name in the URI',
    get('GET http://a!/ HTTP/1.1', 'Host: a!'),
    OK,
    'request_uri_host_invalid',
    'request_header_host_invalid',
  ],
  ['no port in the URI', get('GET http://a:/ HTTP/1.1', 'Host: a'), OK],
  ['no name in the URI', get('GET http:///x HTTP/1.1', 'Host: a'), OK],
  ['a port of a tunnel', get('CONNECT a:99999 HTTP/1.1', 'Host: a'), NO, 'request_uri_host_invalid'],
  [
    'another version and an unknown method',
    get('FOO /x HTTP/9.9', 'Host: a'),
    OK,
    'request_line_unknown_method_invalid_protocol',
  ],
  ['an unknown method', get('FOO /x HTTP/1.1', 'Host: a'), OK],
  ['a header without a name', header(': x'), OK, 'request_field_missing_colon'],
  ['an answer with one', GET, answer(': x'), 'response_field_missing_colon'],
  ['a space in a name', header('A B: x'), OK, 'request_header_invalid'],
  ['an answer with one', GET, answer('A B: x'), 'response_header_name_not_token'],
  ['an empty line with a CR too many', header('A: b\r\n\r\r\nB: c'), OK, 'request_field_missing_colon'],
  ['an answer with one', GET, answer('A: b\r\n\r\r\nB: c'), 'deformed_eol'],
  ['an answer with a line of CR alone', GET, answer('A: b\r\n\r\rB: c'), 'deformed_eol'],
  ['an answer with CR, space, CR', GET, answer('A: b\r\n\r \rB: c'), 'deformed_eol'],
  ['two lines without a colon', header('a\r\nb'), OK, 'request_field_missing_colon', 'request_header_repetition'],
  ['an answer with them', GET, answer('a\r\n: b'), 'response_field_missing_colon', 'response_header_repetition'],
  ['a status of HTTP/0.9', GET, get('HTTP/0.9 200 OK', 'Content-Length: 0'), 'protocol_contains_extra_data'],
  ['a status with a zero before it', GET, get('HTTP/1.1 0200 OK', 'Content-Length: 0')],
  [
    'zeros alone before a status',
    GET,
    get('HTTP/1.1 020 OK', 'Content-Length: 0'),
    'response_line_invalid_response_status',
  ],
  ['the same length twice', GET, answer('Content-Length: 0'), 'response_header_repetition'],
  [
    'two lengths',
    GET,
    answer('Content-Length: 1'),
    'response_header_repetition',
    'duplicate_content_length_field_in_response',
  ],
  [
    'chunks with a zero byte in their header',
    GET,
    get('HTTP/1.1 200 OK', 'Transfer\0-Encoding: chunked') + '0\r\n\r\n',
    'response_header_name_not_token',
  ],
  [
    'chunks with a zero byte in their name',
    GET,
    get('HTTP/1.1 200 OK', 'Transfer-Encoding: chu\0nked') + '0\r\n\r\n',
    'response_abnormal_transfer_encoding',
  ],
  [
    'chunks among other codings of a request',
    get('POST /x HTTP/1.1', 'Host: a', 'Transfer-Encoding: ,chunked,') + '0\r\n\r\n',
    OK,
  ],
  ['a range', GET, range('bytes 0-1/2')],
  ['a range of a whole that nobody knows', GET, range('bytes 0-1/*')],
  ['no range of a whole', GET, range('bytes */9')],
  ['nothing of nothing', GET, range('bytes */*'), 'range_invalid'],
  ['a range beyond the whole', GET, range('bytes 0-2/2'), 'range_invalid'],
  ['a range backwards', GET, range('bytes 5-1/9'), 'range_invalid'],
  ['a range of letters', GET, range('bytes a-b/c'), 'range_invalid'],
  ['a range of too many digits', GET, range(`bytes 0-${'9'.repeat(30)}/2`), 'range_invalid'],
  ['a range without its unit', GET, range('0-1/2'), 'range_invalid'],
  ['a long name of a file', get(`GET /${'n'.repeat(4096)} HTTP/1.1`, 'Host: a'), OK, 'file_name_too_long'],
  ['a name of a file that may be', get(`GET /${'n'.repeat(4095)} HTTP/1.1`, 'Host: a'), OK],
  ['a part', form(`--xx\r\n${FILE}\r\ndata\r\n--xx--\r\n`), OK],
  ['a part without headers', form('--xx\r\n\r\ndata\r\n--xx--\r\n'), OK],
  [
    'a part with a line that is no header',
    form(`--xx\r\n${FILE}none\r\n\r\ndata\r\n--xx--\r\n`),
    OK,
    'multipart_invalid_header',
  ],
  ['headers of a part that do not end', form(`--xx\r\n${FILE}--xx--\r\n`), OK, 'multipart_invalid_header'],
  ['a part without content', form(`--xx\r\n${FILE}\r\n\r\n--xx--\r\n`), OK],
  ['a part without even a line end', form(`--xx\r\n${FILE}\r\n--xx--\r\n`), OK, 'multipart_no_filedata'],
];

function found(request: string, response: string, pieces?: (bytes: Buffer) => Buffer[]): string[] {
  const turns: Turn[] = [
    [0, request],
    [1, response],
  ];
  const driver = talk(turns, pieces).end(0).end(1);
  return transactions(driver).flatMap((tx) => driver.anomalies(tx).map((name) => name.replace('http.', '')));
}

describe('anomalies of HTTP', () => {
  for (const [what, request, response, ...anomalies] of CASES) {
    it(`names ${what}: ${anomalies.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(found(request, response), anomalies);
    });
  }

  it('are the same wherever the messages are cut', () => {
    for (const [what, request, response, ...anomalies] of CASES) {
      if (request.length > 2048) continue;
      for (let at = 1; at < Math.max(request.length, response.length); at++)
        assert.deepEqual(
          found(request, response, (bytes) => [bytes.subarray(0, at), bytes.subarray(at)]),
          anomalies,
          `${what}, cut at ${String(at)}`,
        );
    }
  });

  it('names what comes before a request line is over', () => {
    const driver = talk([
      [0, 'GET /x HTTP/1.1'],
      [1, OK],
    ]);
    assert.deepEqual(driver.anomalies(transactions(driver)[0]!), ['http.request_line_incomplete']);
  });

  it('names an upgrade while another is under way', () => {
    const answer = get('HTTP/1.1 101 Switching Protocols', 'Upgrade: h2c');
    const ask = (formerProtocol: string): [string[], string[]] => {
      const driver = new ParserDriver(http, { formerProtocol });
      driver.feed(0, Buffer.from(GET)).feed(1, Buffer.from(answer));
      return [driver.anomalies(transactions(driver)[0]!), driver.requests.filter((one) => one.startsWith('change'))];
    };
    assert.deepEqual(ask('smtp'), [['http.failed_protocol_change'], []]);
    assert.deepEqual(ask(''), [[], ['change to http2']]);
  });

  it('names methods that nobody knows where the line says no more', () => {
    const second = (line: string): string[] => {
      const driver = talk([
        [0, GET],
        [1, OK],
        [0, line],
        [1, OK],
      ]);
      return driver.anomalies(transactions(driver)[1]!);
    };
    assert.deepEqual(second('FOO /x\r\n\r\n'), ['http.request_line_unknown_method_no_protocol']);
    assert.deepEqual(second('FOO\r\n\r\n'), ['http.request_line_unknown_method']);
    assert.deepEqual(second('GET /x\r\n\r\n'), []);
  });
});
