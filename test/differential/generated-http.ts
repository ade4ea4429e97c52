// HTTP conversations and rules on what they say, at random from a seed. Left out is what docs/deviations.md says is
// different on purpose.

import { ascii, tcp4 } from '../support/packets.ts';
import { Random } from './random.ts';
import type { RuleCase } from './rule-runs.ts';

const RULES = 300;
const CONVERSATIONS = 120;
const CLIENT = '10.0.0.1';
const SERVER = '10.0.0.2';

const REQUEST_BUFFERS =
  'http.uri http.uri.raw http.method http.host http.host.raw http.user_agent http.referer http.accept http.accept_enc http.request_line http.request_body http.request_header http.start'.split(
    ' ',
  );
const RESPONSE_BUFFERS =
  'http.stat_code http.stat_msg http.location http.server http.response_body file.data http.response_header'.split(' ');
const BUFFERS_OF_BOTH =
  'http.header http.cookie http.header_names http.connection http.content_type http.content_len http.protocol'.split(
    ' ',
  );
const TRANSFORMS =
  'to_lowercase to_uppercase strip_whitespace compress_whitespace url_decode dotprefix strip_pseudo_headers header_lowercase xor:"20" to_md5'.split(
    ' ',
  );
/**
 * What these make of anything else, and all of them of bodies, depends there on what other rules look at; so does what
 * becomes of a negated content behind them.
 */
const TRANSFORMS_OF_HOSTS = ['domain', 'tld', ...TRANSFORMS];
const BODIES = ['http.request_body', 'http.response_body', 'file.data'];
const LITERALS =
  'a;b;A;B;ab;aA;0;1;a=;=b;/;/a;.;a b; ;|0d 0a|;|0d 0a 0d 0a|;a|3a| ;GET;POST;200;OK;HTTP;Host;Cookie;a.b;?;&;b|0d|;X-A;http;|20|a;%;..;//'.split(
    ';',
  );
const EXPRESSIONS = ['a', '^a', 'b$', '[ab]+', 'a.b', '^\\/', '\\.', '\\d', 'a\\r\\n'];

const REQUEST_FIELDS: readonly (readonly [string, readonly string[]])[] = [
  ['User-Agent', ['a', 'ab A', 'Mozilla/b']],
  ['Cookie', ['a=b', 'aa=bb; b=a']],
  ['Accept', ['a/b', '*/*']],
  ['Accept-Encoding', ['a, b']],
  ['Referer', ['http://a.b/a', 'a']],
  ['Content-Type', ['a/b', 'text/a']],
  ['Connection', ['close', 'keep-alive']],
  ['X-A', ['a', 'b b', '']],
  ['X-B', [' a ', 'b\t']],
];
const RESPONSE_FIELDS: readonly (readonly [string, readonly string[]])[] = [
  ['Server', ['a', 'ab']],
  ['Set-Cookie', ['a=b', 'b=a; a']],
  ['Location', ['/a', 'http://b/a']],
  ['Content-Type', ['a/b', 'text/html']],
  ['X-A', ['a', 'b b']],
  ['Connection', ['close']],
];

class Talk {
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  private token(length = this.random.pick([1, 2, 3, 4])): string {
    return Array.from({ length }, () => this.random.pick([...'aAbB01'])).join('');
  }

  private path(): string {
    const odd = ['.', '..', 'a%41', 'b%2fb', '%61', '', 'a+b', '%c0%af', 'a\\b', '%u0041'];
    return `/${this.random.pick([this.token(), this.token(), `${this.token()}.php`, ...odd])}`;
  }

  private uri(): string {
    const { random } = this;
    const path = Array.from({ length: random.pick([1, 1, 2, 3]) }, () => this.path()).join('');
    if (!random.isTrue(0.5)) return path;
    const value = (): string => `${this.token(1)}=${random.pick([this.token(), '%41%42', 'a+b', 'a%20b'])}`;
    return `${path}?${Array.from({ length: random.pick([1, 2]) }, value).join('&')}`;
  }

  private fields(kinds: typeof REQUEST_FIELDS): string[] {
    const { random } = this;
    const fields: string[] = [];
    for (const [name, values] of kinds) {
      if (!random.isTrue(0.45)) continue;
      const spelled = random.pick([name, name, name, name.toLowerCase()]);
      fields.splice(random.between(0, fields.length), 0, `${spelled}:${this.blanks()}${random.pick(values)}`);
    }
    if (fields.length > 0 && random.isTrue(0.1)) fields.push(random.pick(fields));
    return fields;
  }

  private blanks(): string {
    return this.random.pick([' ', ' ', '', '  ']);
  }

  private body(): string {
    const length = this.random.pick([0, 1, 3, 8, 20, 60]);
    return Array.from({ length }, () => this.random.pick([...'aAbB01 \n'])).join('');
  }

  private message(line: string, fields: string[], body: string): Uint8Array {
    let sent = body;
    if (this.random.isTrue(0.2)) {
      fields.push(`Transfer-Encoding:${this.blanks()}chunked`);
      const chunks = body.match(/[^]{1,7}/g) ?? [];
      sent = `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`;
    } else fields.push(`Content-Length:${this.blanks()}${String(body.length)}`);
    return ascii(`${[line, ...fields].join('\r\n')}\r\n\r\n${sent}`);
  }

  /** A request and its response. */
  exchange(): readonly [Uint8Array, Uint8Array] {
    const { random } = this;
    const method = random.pick(['GET', 'GET', 'GET', 'POST', 'POST', 'HEAD', 'A']);
    const fields = this.fields(REQUEST_FIELDS);
    if (random.isTrue(0.95))
      fields.unshift(`Host:${this.blanks()}${random.pick(['a.b', 'A.b:80', 'ab.com', 'aB.Com', '1.2.3.4'])}`);
    const line = `${method} ${this.uri()} HTTP/1.${random.pick(['1', '1', '0'])}`;
    const request =
      method === 'POST' ? this.message(line, fields, this.body()) : ascii(`${[line, ...fields].join('\r\n')}\r\n\r\n`);
    const status = `HTTP/1.1 ${random.pick(['200', '200', '404', '301'])} ${random.pick(['OK', 'A b', 'b', ''])}`;
    const response = this.message(status, this.fields(RESPONSE_FIELDS), this.body());
    return [request, method === 'HEAD' ? response.subarray(0, ends(response)) : response];
  }
}

function ends(message: Uint8Array): number {
  return Buffer.from(message).indexOf('\r\n\r\n') + 4;
}

/** The segments of a connection, from handshake to FINs. */
function connection(
  number: number,
  [request, response]: readonly [Uint8Array, Uint8Array],
  random: Random,
): Uint8Array[] {
  const port = 10_000 + number;
  let client = 100;
  let server = 900;
  const toServer = (flags: number, data?: Uint8Array): Uint8Array =>
    tcp4({ sp: port, dp: 80, seq: client, ack: flags === 2 ? 0 : server, flags }, data, { src: CLIENT, dst: SERVER });
  const toClient = (flags: number, data?: Uint8Array): Uint8Array =>
    tcp4({ sp: 80, dp: port, seq: server, ack: client, flags }, data, { src: SERVER, dst: CLIENT });
  const parts = (bytes: Uint8Array): Uint8Array[] => {
    const middle = bytes.length >> 1;
    return random.isTrue(0.7) ? [bytes] : [bytes.subarray(0, middle), bytes.subarray(middle)];
  };
  const frames = [toServer(2)];
  client++;
  frames.push(toClient(18));
  server++;
  frames.push(toServer(16));
  for (const part of parts(request)) {
    frames.push(toServer(24, part));
    client += part.length;
  }
  frames.push(toClient(16));
  for (const part of parts(response)) {
    frames.push(toClient(24, part));
    server += part.length;
  }
  frames.push(toServer(16), toServer(17));
  client++;
  frames.push(toClient(17));
  server++;
  frames.push(toServer(16));
  return frames;
}

class HttpRules {
  private readonly random: Random;
  /** A rule has sizes or negated contents: what does not fit has the rule refused there, though it is not there. */
  private isSized = false;

  constructor(random: Random) {
    this.random = random;
  }

  rule(sid: number): string {
    const { random } = this;
    this.isSized = random.isTrue(0.3);
    const isRequest = random.isTrue(2 / 3);
    const buffers = [...(isRequest ? REQUEST_BUFFERS : RESPONSE_BUFFERS), ...BUFFERS_OF_BOTH];
    const options: string[] = [];
    if (random.isTrue(0.6))
      options.push(`flow:${random.pick(['', 'established,'])}${isRequest ? 'to_server' : 'to_client'}`);
    for (let n = random.pick([1, 1, 2, 2, 3]); n > 0; n--) options.push(...this.condition(random.pick(buffers)));
    if (isRequest && random.isTrue(0.1)) options.push(`urilen:${random.pick(['>5', '<9', '3<>9', '4'])}`);
    return `alert http any any -> any any (msg:"generated"; ${options.join('; ')}; sid:${String(sid)};)`;
  }

  /** Hosts are compared in lower case: a rule that asks for others is refused. */
  private literal(buffer: string): string {
    const literal = this.random.pick(LITERALS);
    return buffer === 'http.host' ? literal.toLowerCase() : literal;
  }

  private condition(buffer: string): string[] {
    const { random } = this;
    const options = [buffer];
    const isTransformed = !BODIES.includes(buffer) && random.isTrue(0.2);
    if (isTransformed) options.push(random.pick(buffer.startsWith('http.host') ? TRANSFORMS_OF_HOSTS : TRANSFORMS));
    const kind = random.next();
    if (kind < 0.65) options.push(...this.contents(buffer, { mayBeNegated: !this.isSized && !isTransformed }));
    else if (kind < 0.75 && this.isSized) options.push(`bsize:${random.pick(['1', '<5', '>5', '2<>9', '0'])}`);
    else if (kind < 0.9) options.push(`pcre:"/${random.pick(EXPRESSIONS)}/${random.pick(['', 'i', 's'])}"`);
    else options.push(`isdataat:${random.pick(['', '!'])}${String(random.pick([0, 1, 3, 9]))}`);
    return options;
  }

  private contents(buffer: string, { mayBeNegated }: { readonly mayBeNegated: boolean }): string[] {
    const { random } = this;
    const isNegated = mayBeNegated && random.isTrue(0.2);
    const options = [`content:${isNegated ? '!' : ''}"${this.literal(buffer)}"`];
    if (random.isTrue(0.25)) options.push('nocase');
    const place = random.next();
    if (place < 0.12) options.push('startswith');
    else if (place < 0.24 && !isNegated) options.push('endswith');
    else if (place < 0.34) options.push(`depth:${String(random.pick([20, 30, 40]))}`);
    else if (place < 0.42) options.push(`offset:${String(random.pick([1, 2, 5]))}`);
    if (random.isTrue(0.3) && !isNegated) {
      options.push(`content:"${this.literal(buffer)}"`, `distance:${String(random.pick([0, 0, 1]))}`);
      if (random.isTrue(0.3)) options.push(`within:${String(random.pick([20, 25]))}`);
    }
    if (!isNegated && random.isTrue(0.15))
      options.push(`isdataat:${random.pick(['', '!'])}${String(random.pick([1, 2, 5]))},relative`);
    return options;
  }
}

export function generatedHttp(seed: number): RuleCase {
  const random = new Random(seed);
  const maker = new HttpRules(random);
  const talk = new Talk(random);
  const connections = Array.from({ length: CONVERSATIONS }, (_, i) => connection(i, talk.exchange(), random));
  return {
    rules: Array.from({ length: RULES }, (_, i) => maker.rule(i + 1)),
    frames: connections.flat(),
    groups: connections.flatMap((frames, i) => frames.map(() => i + 1)),
  };
}
