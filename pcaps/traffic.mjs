// Traffic made by hand: frames, conversations, and the capture they are written to. For the generators beside it.
// Addresses are those reserved for documentation (RFC 5737, RFC 3849), so nobody's traffic is shown.

import { Buffer } from 'node:buffer';
import { writeFileSync } from 'node:fs';
import { URL } from 'node:url';

const START_SECONDS = 1767225600; // 2026-01-01 00:00 UTC
export const CLIENT = '192.0.2.10';
export const SERVER = '198.51.100.20';
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

const frames = [];
let clockMicros = 0;
let nextIpId = 1;

export const u16 = (value) => Buffer.from([(value >> 8) & 0xff, value & 0xff]);
export const u32 = (value) => Buffer.concat([u16(value >>> 16), u16(value & 0xffff)]);
export const ip4 = (text) => Buffer.from(text.split('.').map(Number));
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
export function sealed(segment, offset, source, destination, protocol) {
  const pseudo = [address(source), address(destination), u32(segment.length), u32(protocol)];
  u16(checksum(Buffer.concat([...pseudo, segment])) || 0xffff).copy(segment, offset);
  return segment;
}

export function ethernet(type, payload) {
  return Buffer.concat([Buffer.from('020000000002020000000001', 'hex'), u16(type), payload]);
}

/** An IPv4 packet in a frame; options must fill whole words, even when their content is nonsense. */
export function ipv4(source, destination, protocol, payload, options = Buffer.alloc(0)) {
  const start = [Buffer.from([0x40 | (5 + options.length / 4), 0]), u16(20 + options.length + payload.length)];
  const middle = [u16(nextIpId++), u16(0x4000), Buffer.from([64, protocol]), u16(0)];
  const header = Buffer.concat([...start, ...middle, ip4(source), ip4(destination), options]);
  u16(checksum(header)).copy(header, 10);
  return ethernet(0x0800, Buffer.concat([header, payload]));
}

export function ipv6(source, destination, nextHeader, payload) {
  const header = [u32(0x60000000), u16(payload.length), Buffer.from([nextHeader, 64]), ip6(source), ip6(destination)];
  return ethernet(0x86dd, Buffer.concat([...header, payload]));
}

export function tcp(source, sourcePort, destination, port, seq, ack, flags, data = '', headerWords = 5) {
  const ports = [u16(sourcePort), u16(port), u32(seq), u32(ack)];
  const rest = [Buffer.from([headerWords << 4, flags]), u16(64240), u32(0), Buffer.from(data)];
  return ipv4(source, destination, 6, sealed(Buffer.concat([...ports, ...rest]), 16, source, destination, 6));
}

export function udp(source, sourcePort, destination, port, payload) {
  const datagram = Buffer.concat([u16(sourcePort), u16(port), u16(8 + payload.length), u16(0), payload]);
  return ipv4(source, destination, 17, sealed(datagram, 6, source, destination, 17));
}

export function ping4(source, destination, type, sequence) {
  const body = [Buffer.from([type, 0, 0, 0]), u16(0x7a11), u16(sequence), Buffer.from('abcdefghijklmnopqrstuvwx')];
  const message = Buffer.concat(body);
  u16(checksum(message)).copy(message, 2);
  return ipv4(source, destination, 1, message);
}

export function ping6(source, destination, type, sequence) {
  const message = [Buffer.from([type, 0, 0, 0]), u16(0x7a12), u16(sequence), Buffer.from('abcdefghijklmnop')];
  return ipv6(source, destination, 58, sealed(Buffer.concat(message), 2, source, destination, 58));
}

/** Adds a frame, some milliseconds after the one before. */
export function send(frame, afterMillis = 5) {
  clockMicros += afterMillis * 1000;
  const seconds = START_SECONDS + Math.floor(clockMicros / 1_000_000);
  const header = Buffer.alloc(16);
  [seconds, clockMicros % 1_000_000, frame.length, frame.length].forEach((v, i) => header.writeUInt32LE(v, i * 4));
  frames.push(header, frame);
}

/** A whole TCP conversation: lines starting with "> " come from the client, "< " from the server. */
export function conversation(clientPort, port, lines) {
  exchange(
    clientPort,
    port,
    lines.map((line) => [line[0], Buffer.from(line.slice(2))]),
  );
}

/** The same of pairs of a sign, `>` or `<`, and bytes, which go out in segments of at most 1 400. */
export function exchange(clientPort, port, parts) {
  let ours = 1000 * clientPort;
  let theirs = 77_000_000 + port;
  const out = (flags, data) => send(tcp(CLIENT, clientPort, SERVER, port, ours, theirs, flags, data));
  const back = (flags, data) => send(tcp(SERVER, port, CLIENT, clientPort, theirs, ours, flags, data));
  send(tcp(CLIENT, clientPort, SERVER, port, ours++, 0, SYN));
  back(SYN | ACK);
  theirs++;
  out(ACK);
  for (const [sign, bytes] of parts) {
    for (let at = 0; at < bytes.length; at += 1400) {
      const data = bytes.subarray(at, at + 1400);
      if (sign === '>') {
        out(PSH | ACK, data);
        ours += data.length;
        back(ACK);
      } else {
        back(PSH | ACK, data);
        theirs += data.length;
        out(ACK);
      }
    }
  }
  out(FIN | ACK);
  ours++;
  back(FIN | ACK);
  theirs++;
  out(ACK);
}

/** Writes what was sent to a file beside this one. */
export function writeCapture(name) {
  const fileHeader = Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex');
  writeFileSync(new URL(name, import.meta.url), Buffer.concat([fileHeader, ...frames]));
}
