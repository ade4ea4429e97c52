import assert from 'node:assert/strict';
import { PROTOCOLS } from '../../src/app/registry.ts';
import { Detected, ProtocolDetector } from '../../src/applayer/protocol-detector.ts';
import type { Where } from '../../src/applayer/protocol-detector.ts';
import { ProtocolTable } from '../../src/applayer/protocol-table.ts';

const table = new ProtocolTable(PROTOCOLS, undefined);
const detector = new ProtocolDetector(table);

function detect(bytes: Buffer | string, where: Partial<Where>): string {
  const data = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  const full: Where = {
    direction: 0,
    transport: 'tcp',
    server: 7777,
    client: 40000,
    other: 0,
    mayBeReversed: false,
    ...where,
  };
  const found = detector.detect(data, 0, data.length, full);
  if (found > 0) return table.name(found) + (detector.isReversed ? ' reversed' : '');
  return found === Detected.failed ? 'failed' : 'undecided';
}

const NTP = Buffer.alloc(48);
NTP[0] = 0x23;
const RESPONSE = Buffer.from('0007818000010000000000000377777707657861' + '6d706c6503636f6d0000010001', 'hex');

describe('ProtocolDetector', () => {
  const cases: readonly (readonly [string, Buffer | string, Partial<Where>, string])[] = [
    ['HTTP on any port', 'GET / HTTP/1.1\r\n', {}, 'http'],
    ['SIP before HTTP where both know the method', 'OPTIONS sip:a@b SIP/2.0\r\n', {}, 'sip'],
    ['SSDP as nothing', 'NOTIFY * HTTP/1.1\r\n', { transport: 'udp', server: 1900 }, 'failed'],
    ['SSH by its banner', 'SSH-2.0-x\r\n', { direction: 1 }, 'ssh'],
    ['NTP on its port', NTP, { transport: 'udp', server: 123 }, 'ntp'],
    ['NTP on no other port', NTP, { transport: 'udp', server: 124 }, 'failed'],
    ['a response of DNS where a request should be', RESPONSE, { transport: 'udp', server: 53 }, 'dns reversed'],
    [
      'a response of DNS from the port of the client, when flows are picked up midstream',
      RESPONSE,
      { transport: 'udp', client: 53, mayBeReversed: true },
      'dns reversed',
    ],
    ['no response of DNS from the port of the client otherwise', RESPONSE, { transport: 'udp', client: 53 }, 'failed'],
    [
      'a query of the DHT',
      'd1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q4:ping1:t2:aa1:y1:qe',
      { transport: 'udp', server: 6881 },
      'bittorrent-dht',
    ],
    [
      'no answer of the DHT that nobody asked for',
      'd1:rd2:id20:aaaaaaaaaaaaaaaaaaaae1:t2:aa1:y1:re',
      { transport: 'udp', server: 6881 },
      'failed',
    ],
    [
      'an answer of the DHT',
      'd1:rd2:id20:aaaaaaaaaaaaaaaaaaaae1:t2:aa1:y1:re',
      { transport: 'udp', server: 6881, direction: 1 },
      'bittorrent-dht',
    ],
    ['nothing in two bytes', 'GE', {}, 'undecided'],
    ['a protocol that is off', Buffer.from('0001000000060101000000010000', 'hex'), { server: 502 }, 'undecided'],
  ];
  for (const [name, bytes, where, expected] of cases) {
    it(`finds ${name}`, () => {
      assert.equal(detect(bytes, where), expected);
    });
  }

  it('takes USER for FTP, unless the server speaks another protocol that has it', () => {
    assert.equal(detect('USER bob\r\n', { server: 21 }), 'ftp');
    assert.notEqual(detect('USER bob\r\n', { server: 110, other: table.find('pop3')!.id }), 'ftp');
  });

  it('takes QUIT for FTP on its port, and for SMTP elsewhere', () => {
    assert.equal(detect('QUIT\r\n', { server: 21 }), 'ftp');
    assert.equal(detect('quit\r\n', { server: 25 }), 'smtp');
    assert.equal(detect('QUIT\r\n', { server: 2121 }), 'smtp');
  });
});
