// The client behind a proxy: which address of the header it is, and where records show it.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isIP } from 'node:net';
import { addressIn } from '../../src/output/eve/xff.ts';
import { session } from '../engine/sessions.ts';
import { runEngine } from '../engine/support.ts';

const of = (text: string, deployment: 'reverse' | 'forward' = 'reverse'): string | null =>
  addressIn(Buffer.from(text, 'latin1'), deployment);

describe('X-Forwarded-For', () => {
  it('has the last address behind our own proxy, the first behind that of clients', () => {
    const list = '198.51.100.1, 2001:db8::7, 203.0.113.9';
    assert.equal(of(list), '203.0.113.9');
    assert.equal(of(list, 'forward'), '198.51.100.1');
    assert.equal(of('192.0.2.1'), '192.0.2.1');
    assert.equal(of('192.0.2.1', 'forward'), '192.0.2.1');
  });

  it('may have ports and brackets', () => {
    assert.equal(of('192.0.2.1:8080'), '192.0.2.1');
    assert.equal(of('[2001:db8::1]:80'), '2001:db8::1');
    assert.equal(of('[2001:db8::1]'), '2001:db8::1');
    assert.equal(of('::ffff:192.0.2.1'), '::ffff:192.0.2.1');
  });

  it('is nothing where it is no address, or too long', () => {
    for (const text of [
      '',
      'unknown',
      '256.1.1.1',
      '1.2.3',
      '1.2.3.4, unknown',
      '1.2.3.4,5.6.7.8',
      '[',
      '[]',
      'fe80::1%eth0',
    ])
      assert.equal(of(text), null, text);
    assert.equal(of('unknown, 192.0.2.1', 'forward'), null);
    const before = (length: number): string => '1.1.1.1, '.repeat(40).slice(-(length - 7)) + '1.2.3.4';
    assert.equal(of(before(255)), '1.2.3.4');
    assert.equal(of(before(256)), null);
  });

  it('is an address or nothing, whatever the bytes', () => {
    const piece = fc.constantFrom('1.2.3.4', '::1', '[', ']', ':', ' ', ',', '80', 'a', '%', '\0', 'é');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom('reverse' as const, 'forward' as const),
        (parts, deployment) => {
          const address = of(parts.join(''), deployment);
          assert.ok(address === null || (isIP(address) > 0 && parts.join('').includes(address)));
        },
      ),
      { numRuns: 3000 },
    );
  });
});

const get = (path: string, ...headers: readonly string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n');
const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello';
const EVE = 'outputs.0.eve-log';
const RULES = [
  'alert http any any -> any any (http.uri; content:"/"; sid:1;)',
  'alert tcp any any -> any any (flow:to_server; content:"Host"; sid:2;)',
  'alert http any any -> any any (flow:to_client; file.data; content:"hello"; sid:3;)',
];

interface Seen {
  readonly event_type: string;
  readonly src_ip: string;
  readonly dest_ip: string;
  readonly xff?: string;
  readonly alert?: { readonly signature_id: number; readonly xff?: string };
  readonly flow?: { readonly src_ip?: string };
}

/** Ends and what stands beside, by type of record or sid. */
function shown(requests: readonly string[], settings: Readonly<Record<string, string>>): Record<string, string[]> {
  const events = runEngine({
    rules: RULES,
    frames: session(...requests.flatMap((client) => [{ client }, { server: OK }])),
    settings: {
      [`${EVE}.types.4`]: 'http',
      [`${EVE}.types.5`]: 'files',
      [`${EVE}.xff.enabled`]: 'yes',
      ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${EVE}.${key}`, value])),
    },
  }) as unknown as Seen[];
  const result: Record<string, string[]> = {};
  for (const { event_type: type, src_ip: src, dest_ip: dest, xff, alert, flow } of events) {
    if (type === 'stats' || type === 'flow') continue;
    const name = alert === undefined ? type : String(alert.signature_id);
    const inFlow = flow?.src_ip === undefined ? '' : ` flow ${flow.src_ip}`;
    (result[name] ??= []).push(`${src}>${dest} ${xff ?? alert?.xff ?? '-'}${inFlow}`);
  }
  return result;
}

const FORWARDED = 'X-Forwarded-For: 198.51.100.1, 203.0.113.9';

/** Addresses of the session's client and server. */
function ends(): [client: string, server: string] {
  const { http } = shown([get('/a')], {});
  return http![0]!.split(' ')[0]!.split('>') as [string, string];
}

describe('EVE xff', () => {
  it('stands beside the addresses', () => {
    const [client, server] = ends();
    assert.deepEqual(shown([get('/a', FORWARDED)], {}), {
      1: [`${client}>${server} 203.0.113.9 flow ${client}`],
      2: [`${client}>${server} 203.0.113.9 flow ${client}`],
      3: [`${server}>${client} 203.0.113.9 flow ${client}`],
      http: [`${client}>${server} 203.0.113.9`],
      fileinfo: [`${server}>${client} 203.0.113.9`],
    });
  });

  it('takes the place of the client, in either direction', () => {
    const [, server] = ends();
    assert.deepEqual(shown([get('/a', FORWARDED)], { 'xff.mode': 'overwrite', 'xff.deployment': 'forward' }), {
      1: [`198.51.100.1>${server} 198.51.100.1 flow 198.51.100.1`],
      2: [`198.51.100.1>${server} 198.51.100.1 flow 198.51.100.1`],
      3: [`${server}>198.51.100.1 198.51.100.1 flow 198.51.100.1`],
      http: [`198.51.100.1>${server} -`],
      fileinfo: [`${server}>198.51.100.1 -`],
    });
  });

  it('is that of the transaction, and nothing of others is left', () => {
    const requests = [get('/a', 'X-Real: 192.0.2.1'), get('/b'), get('/c', 'x-REAL: 192.0.2.3')];
    for (const mode of ['extra-data', 'overwrite']) {
      const { http } = shown(requests, { 'xff.header': 'X-Real', 'xff.mode': mode });
      const told = http!.map((text) => /192\.0\.2\.\d/.exec(text)?.[0] ?? '-');
      assert.deepEqual(told, ['192.0.2.1', '-', '192.0.2.3']);
    }
  });

  it('may be another for a type, or off', () => {
    const seen = shown([get('/a', FORWARDED)], {
      'types.0.alert.xff.enabled': 'yes',
      'types.0.alert.xff.deployment': 'forward',
      'types.4.http.xff.enabled': 'no',
    });
    assert.match(seen['1']![0]!, / 198\.51\.100\.1 flow /);
    assert.match(seen['http']![0]!, / -$/);
    assert.match(seen['fileinfo']![0]!, / 203\.0\.113\.9$/);
  });
});
