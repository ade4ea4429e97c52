// Writes demo.pcap anew, always the same bytes: ordinary traffic with some scans, cleartext logins and broken packets.
// Run: node pcaps/make-demo.mjs

import { Buffer } from 'node:buffer';
import { ACK, CLIENT, FIN, PSH, RST, SERVER, SYN } from './traffic.mjs';
import { conversation, ethernet, ip4, ipv4, ping4, ping6, send, tcp, u16, u32, udp, writeCapture } from './traffic.mjs';

const SCANNER = '203.0.113.66';
const RESOLVER = '198.51.100.53';
const CLIENT6 = '2001:db8:0:0:0:0:0:10';
const SERVER6 = '2001:db8:0:0:0:0:0:20';

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

writeCapture('demo.pcap');
