// Writes demo.pcap anew, always the same bytes: ordinary traffic with some scans, cleartext logins and broken packets.
// Addresses are those reserved for documentation (RFC 5737, RFC 3849), so nobody's traffic is shown.
// Run: node pcaps/make-demo.mjs

import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { URL } from 'node:url';

const START_SECONDS = 1767225600; // 2026-01-01 00:00 UTC
const CLIENT = '192.0.2.10';
const SCANNER = '203.0.113.66';
const SERVER = '198.51.100.20';
const RESOLVER = '198.51.100.53';
const CLIENT6 = '2001:db8:0:0:0:0:0:10';
const SERVER6 = '2001:db8:0:0:0:0:0:20';
const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;

const frames = [];
let clockMicros = 0;
let nextIpId = 1;

const u16 = (value) => Buffer.from([(value >> 8) & 0xff, value & 0xff]);
const u32 = (value) => Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
const ip4 = (text) => Buffer.from(text.split('.').map(Number));
const ip6 = (text) => Buffer.concat(text.split(':').map((group) => u16(parseInt(group, 16))));
const address = (text) => (text.includes(':') ? ip6(text) : ip4(text));

/** The Internet checksum (RFC 1071). */
function checksum(bytes) {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Puts the checksum over pseudo-header and segment at the offset; works for both IP versions. */
function sealed(segment, offset, source, destination, protocol) {
  const pseudo = [address(source), address(destination), u32(segment.length), u32(protocol)];
  u16(checksum(Buffer.concat([...pseudo, segment])) || 0xffff).copy(segment, offset);
  return segment;
}

function ethernet(type, payload) {
  return Buffer.concat([Buffer.from('020000000002020000000001', 'hex'), u16(type), payload]);
}

/** An IPv4 packet in a frame; options must fill whole words, even when their content is nonsense. */
function ipv4(source, destination, protocol, payload, options = Buffer.alloc(0)) {
  const start = [Buffer.from([0x40 | (5 + options.length / 4), 0]), u16(20 + options.length + payload.length)];
  const middle = [u16(nextIpId++), u16(0x4000), Buffer.from([64, protocol]), u16(0)];
  const header = Buffer.concat([...start, ...middle, ip4(source), ip4(destination), options]);
  u16(checksum(header)).copy(header, 10);
  return ethernet(0x0800, Buffer.concat([header, payload]));
}

function ipv6(source, destination, nextHeader, payload) {
  const header = [u32(0x60000000), u16(payload.length), Buffer.from([nextHeader, 64]), ip6(source), ip6(destination)];
  return ethernet(0x86dd, Buffer.concat([...header, payload]));
}

function tcp(source, sourcePort, destination, port, seq, ack, flags, data = '', headerWords = 5) {
  const ports = [u16(sourcePort), u16(port), u32(seq), u32(ack)];
  const rest = [Buffer.from([headerWords << 4, flags]), u16(64240), u32(0), Buffer.from(data)];
  return ipv4(source, destination, 6, sealed(Buffer.concat([...ports, ...rest]), 16, source, destination, 6));
}

function udp(source, sourcePort, destination, port, payload) {
  const datagram = Buffer.concat([u16(sourcePort), u16(port), u16(8 + payload.length), u16(0), payload]);
  return ipv4(source, destination, 17, sealed(datagram, 6, source, destination, 17));
}

function ping4(source, destination, type, sequence) {
  const body = [Buffer.from([type, 0, 0, 0]), u16(0x7a11), u16(sequence), Buffer.from('abcdefghijklmnopqrstuvwx')];
  const message = Buffer.concat(body);
  u16(checksum(message)).copy(message, 2);
  return ipv4(source, destination, 1, message);
}

function ping6(source, destination, type, sequence) {
  const message = [Buffer.from([type, 0, 0, 0]), u16(0x7a12), u16(sequence), Buffer.from('abcdefghijklmnop')];
  return ipv6(source, destination, 58, sealed(Buffer.concat(message), 2, source, destination, 58));
}

/** Adds a frame, some milliseconds after the one before. */
function send(frame, afterMillis = 5) {
  clockMicros += afterMillis * 1000;
  const seconds = START_SECONDS + Math.floor(clockMicros / 1_000_000);
  const header = Buffer.alloc(16);
  [seconds, clockMicros % 1_000_000, frame.length, frame.length].forEach((v, i) => header.writeUInt32LE(v, i * 4));
  frames.push(header, frame);
}

/** A whole TCP conversation: lines starting with "> " come from the client, "< " from the server. */
function conversation(clientPort, port, lines) {
  let ours = 1000 * clientPort;
  let theirs = 77_000_000 + port;
  const out = (flags, data) => send(tcp(CLIENT, clientPort, SERVER, port, ours, theirs, flags, data));
  const back = (flags, data) => send(tcp(SERVER, port, CLIENT, clientPort, theirs, ours, flags, data));
  send(tcp(CLIENT, clientPort, SERVER, port, ours++, 0, SYN));
  back(SYN | ACK);
  theirs++;
  out(ACK);
  for (const line of lines) {
    const data = line.slice(2);
    if (line.startsWith('>')) {
      out(PSH | ACK, data);
      ours += data.length;
      back(ACK);
    } else {
      back(PSH | ACK, data);
      theirs += data.length;
      out(ACK);
    }
  }
  out(FIN | ACK);
  ours++;
  back(FIN | ACK);
  theirs++;
  out(ACK);
}

/** A DNS message (RFC 1035) that asks for, or answers with, the address of www.example.com. */
function dns(isAnswer) {
  const name = Buffer.from('\x03www\x07example\x03com\x00', 'latin1');
  const header = [u16(0x1d0c), u16(isAnswer ? 0x8180 : 0x0100), u16(1), u16(isAnswer ? 1 : 0), u32(0)];
  const question = [name, u16(1), u16(1)];
  const answer = isAnswer ? [u16(0xc00c), u16(1), u16(1), u32(300), u16(4), ip4(SERVER)] : [];
  return Buffer.concat([...header, ...question, ...answer]);
}

function ordinaryTraffic() {
  send(udp(CLIENT, 40053, RESOLVER, 53, dns(false)));
  send(udp(RESOLVER, 53, CLIENT, 40053, dns(true)));
  for (let i = 1; i <= 3; i++) {
    send(ping4(CLIENT, SERVER, 8, i), 1000);
    send(ping4(SERVER, CLIENT, 0, i));
  }
  send(ping6(CLIENT6, SERVER6, 128, 1));
  send(ping6(SERVER6, CLIENT6, 129, 1));
}

function scan() {
  for (let i = 0; i < 30; i++) {
    const port = 20 + i * 7;
    send(tcp(SCANNER, 51000 + i, SERVER, port, 5000 + i, 0, SYN), 20);
    send(tcp(SERVER, port, SCANNER, 51000 + i, 0, 5001 + i, RST | ACK), 1);
  }
  send(tcp(SCANNER, 51100, SERVER, 22, 6000, 0, 0), 20);
  send(tcp(SCANNER, 51101, SERVER, 22, 6001, 0, FIN | PSH | 0x20), 20);
}

function logins() {
  const greeting = '< 220 files.example FTP server ready\r\n';
  const asked = ['> USER alice\r\n', '< 331 Password required\r\n', '> PASS opensesame\r\n'];
  conversation(42021, 21, [greeting, ...asked, '< 230 Logged in\r\n', '> QUIT\r\n', '< 221 Goodbye\r\n']);
  const refused = ['> USER root\r\n', '< 331 Password required\r\n', '> PASS toor\r\n', '< 530 Login incorrect\r\n'];
  conversation(42022, 21, [greeting, ...refused]);
  conversation(42023, 23, ['< login: ', '> root\r\n', '< Password: ', '> toor\r\n', '< Last login: Thu\r\n# ']);
}

function suspiciousPort() {
  conversation(42444, 4444, ['< id\n', '> uid=0(root) gid=0(root)\n']);
}

function malformed() {
  const echo = Buffer.from('0800f7ff00000000', 'hex');
  send(ipv4(SCANNER, SERVER, 1, echo, Buffer.from([7, 39, 4, 0]))); // Record Route of 39 bytes in 4
  send(tcp(SCANNER, 51200, SERVER, 80, 7000, 0, SYN, '', 2)); // data offset below the header's 5 words
  send(ipv4(SCANNER, SERVER, 17, Buffer.from('c3500035', 'hex'))); // half a UDP header
  send(ethernet(0x0800, Buffer.from('4500', 'hex'))); // two bytes of an IPv4 header
}

function tunnel() {
  const inner = udp('192.0.2.101', 40200, '192.0.2.102', 9999, Buffer.from('inside the tunnel'));
  const vxlan = Buffer.concat([u32(0x08000000), u32(42 << 8)]); // RFC 7348: the flag for a valid identifier, VNI 42
  send(udp(CLIENT, 40201, SERVER, 4789, Buffer.concat([vxlan, inner])));
}

ordinaryTraffic();
scan();
logins();
suspiciousPort();
malformed();
tunnel();

const fileHeader = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');
writeFileSync(new URL('demo.pcap', import.meta.url), Buffer.concat([fileHeader, ...frames]));
