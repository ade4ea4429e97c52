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

const SMB = Buffer.concat([Buffer.from('\0\0\0\x20\xffSMBr', 'latin1'), Buffer.alloc(27)]);
/** 60 bytes, and says so; exchange 18. */
const IKE = Buffer.concat([
  Buffer.from('0101010101010101' + '00'.repeat(8) + '01101200' + '000000000000003c', 'hex'),
  Buffer.alloc(32),
]);
const IKE2 = Buffer.from(IKE);
IKE2.set([0x20, 34], 17);
/** A query for the address of www.a, behind its length. */
const DNS_STREAM = Buffer.from('0017000701000001000000000000037777770161000001' + '0001', 'hex');
const counted = (questions: number): Buffer => {
  const changed = Buffer.from(DNS_STREAM);
  changed.writeUInt16BE(questions, 6);
  return changed;
};
const NO_RECORDS = counted(0);
const MANY_RECORDS = counted(200);

/** The beginning of an AS-REP of such a length. */
const kerberos = (length: number): Buffer => {
  const bytes = Buffer.from('000000006b8205703082056ca003020105a10302010b' + '00'.repeat(40), 'hex');
  bytes.writeUInt32BE(length);
  return bytes;
};

/** A message of EtherNet/IP without data: command and status. */
const enip = (command: number, status: number): Buffer => {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt16LE(command, 0);
  bytes.writeUInt16LE(status, 8);
  return bytes;
};
/** The first message of a client of PostgreSQL. */
const startup = (parameters: string): Buffer => {
  const bytes = Buffer.from(`\0\0\0\0\0\x03\0\0${parameters}\0`);
  bytes.writeUInt32BE(bytes.length);
  return bytes;
};
/** An Initial packet of QUIC 1 with a length of 40. */
const INITIAL = Buffer.concat([
  Buffer.from('c00000000108' + '11'.repeat(8) + '00' + '00' + '4028', 'hex'),
  Buffer.alloc(40),
]);

describe('ProtocolDetector', () => {
  const cases: readonly (readonly [string, Buffer | string, Partial<Where>, string])[] = [
    ['HTTP on any port', 'GET / HTTP/1.1\r\n', {}, 'http'],
    ['SIP by a method that no other protocol has', 'REGISTER sip:a', {}, 'sip'],
    ['SIP by the version where others have the method', 'NOTIFY sip:a SIP/2.0\r\n', { transport: 'udp' }, 'sip'],
    ['no answer of SIP where a request should be', 'SIP/2.0 200 OK\r\n', { transport: 'udp' }, 'failed'],
    ['an answer of SIP', 'SIP/2.0 200 OK\r\n', { transport: 'udp', direction: 1 }, 'sip'],
    ['Telnet by its port, without negotiation', 'login: ', { direction: 1, server: 23 }, 'telnet'],
    ['other protocols on that port', 'GET / HTTP/1.1\r\n', { server: 23 }, 'http'],
    ['a request of TFTP', '\0\x01a\0octet\0', { transport: 'udp', server: 69 }, 'tftp'],
    ['SNMP by its elements', '0\x0a\x02\x01\x01\x04\x01c\xa0\x02ab', { transport: 'udp', server: 161 }, 'snmp'],
    ['no SNMP of other elements', '0\x0a\x02\x01\x01\x04\x02c\xa0\x02ab', { transport: 'udp', server: 161 }, 'failed'],
    [
      'SNMP of version 3 by one more',
      '0\x0a\x02\x01\x03\x04\x01c\xa0\x02ab',
      { transport: 'udp', server: 161 },
      'failed',
    ],
    ['any message of TFTP', '\0\x05\0\x01', { transport: 'udp', server: 69, direction: 1 }, 'tftp'],
    ['nothing else on its port', '\x01\x01ab', { transport: 'udp', server: 69 }, 'failed'],
    ['IKE of version 1, whatever the exchange', IKE, { transport: 'udp', server: 500 }, 'ike'],
    ['IKE of version 2', IKE2, { transport: 'udp', server: 500 }, 'ike'],
    ['no IKE of version 2 of another length', IKE2.subarray(0, 59), { transport: 'udp', server: 500 }, 'failed'],
    ['BOOTP with a cookie of its own', Buffer.alloc(240), { transport: 'udp', server: 67 }, 'dhcp'],
    ['no DHCP that is shorter', Buffer.alloc(239), { transport: 'udp', server: 67 }, 'failed'],
    ['SMB on any port', SMB, {}, 'smb'],
    ['SMB whose request comes from the server', SMB, { direction: 1 }, 'smb reversed'],
    ['no SMB as long as its header is not there', SMB.subarray(0, 35), {}, 'undecided'],
    ['no SMB in what is no message of a session', Buffer.concat([Buffer.of(0x6a), SMB.subarray(1)]), {}, 'failed'],
    ['DNS over TCP', DNS_STREAM, { server: 53 }, 'dns'],
    ['DNS over TCP by its beginning', DNS_STREAM.subarray(0, 20), { server: 53 }, 'dns'],
    ['no DNS over TCP without a record', NO_RECORDS, { server: 53 }, 'failed'],
    ['no DNS over TCP with more records than its length has room for', MANY_RECORDS, { server: 53 }, 'failed'],
    ['FTP by its greeting', '220 welcome\r\n', { direction: 1, server: 21 }, 'ftp'],
    ['no FTP before the greeting is over', '220 welcome', { direction: 1, server: 21 }, 'undecided'],
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
      'no answer of the DHT, even of a server, as long as nobody asked',
      'd1:rd2:id20:aaaaaaaaaaaaaaaaaaaae1:t2:aa1:y1:re',
      { transport: 'udp', server: 6881, direction: 1 },
      'failed',
    ],
    ['EtherNet/IP by a status there is', enip(0x63, 0x64), { server: 44818 }, 'enip'],
    ['no EtherNet/IP with another status', enip(0x63, 0x50), { server: 44818 }, 'failed'],
    ['no session of EtherNet/IP without its version', enip(0x65, 0), { server: 44818 }, 'failed'],
    ['any packet of MQTT', '\x32\x04\0\x01ab', { server: 1883 }, 'mqtt'],
    ['no MQTT of a quality that there is not', `\x36\x04\0\x01${'x'.repeat(300)}`, { server: 1883 }, 'failed'],
    ['PostgreSQL by its user', startup('database\0d\0user\0u\0'), { server: 5432 }, 'pgsql'],
    ['no PostgreSQL without a user', startup('database\0d\0'), { server: 5432 }, 'failed'],
    ['an error of PostgreSQL', 'E\0\0\0\x09SX\0\0\0', { server: 5432, direction: 1 }, 'pgsql'],
    ['no error of PostgreSQL without an end', 'E\0\0\0\x09SXYZW', { server: 5432, direction: 1 }, 'failed'],
    ['QUIC by its first packet', INITIAL, { transport: 'udp', server: 443 }, 'quic'],
    ['no first packet of QUIC that is cut', INITIAL.subarray(0, -1), { transport: 'udp', server: 443 }, 'failed'],
    ['RFB in whatever letters', 'rFb 003.008\n', {}, 'rfb'],
    ['Kerberos over TCP', kerberos(1 << 14), { server: 88 }, 'krb5'],
    ['no message of Kerberos that is longer', kerberos((1 << 14) + 1), { server: 88, direction: 1 }, 'failed'],
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
