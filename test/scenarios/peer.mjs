// Both ends of the conversations of the inline scenarios: a server, and clients that say what they saw as one JSON line.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer, get } from 'node:http';
import { isIPv6 } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import { answer, sendPaced } from './transfers.mjs';

/** HTTP on port 80, and what comes to UDP port 53 goes back; over IPv4 and IPv6. */
function serve() {
  const server = createServer((request, response) => {
    const large = /^\/large\/(\d+)$/.exec(request.url);
    if (answer(request, response)) return;
    if (large !== null) {
      response.writeHead(200, { 'content-length': large[1] });
      sendPaced(response, Number(large[1]), 0);
    } else if (request.url.startsWith('/slow')) {
      response.write('at ');
      setTimeout(() => response.end('last'), 1000);
    } else response.end(`hello ${request.url}`);
  });
  server.on('clientError', ({ code }, connection) => {
    console.log(`the server saw ${code}`);
    connection.destroy();
  });
  server.listen(80, '::', () => {
    const socket = createSocket('udp6');
    socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address));
    socket.bind(53, () => console.log('ready'));
  });
}

/** @param rest milliseconds for which nothing is read after the first bytes: the window closes, is probed, and opens again */
function fetch(url, timeout, rest) {
  const hash = createHash('sha256');
  let bytes = 0;
  let text = '';
  const request = get(url, { agent: false, timeout }, (response) => {
    response.on('data', (part) => {
      if (bytes === 0 && rest > 0) {
        response.pause();
        setTimeout(() => response.resume(), rest);
      }
      hash.update(part);
      bytes += part.length;
      if (bytes < 1000) text += part.toString();
    });
    response.on('end', () => tell({ status: response.statusCode, bytes, text, sha256: hash.digest('hex') }));
    response.on('error', ({ code }) => tell({ error: code }));
  });
  request.on('timeout', () => request.destroy(Object.assign(new Error('silence'), { code: 'timeout' })));
  request.on('error', ({ code }) => tell({ error: code }));
}

function ask(address, port, text, timeout) {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  const timer = setTimeout(() => end({ error: 'timeout' }), timeout);
  const end = (told) => {
    clearTimeout(timer);
    socket.close();
    tell(told);
  };
  socket.on('message', (bytes) => end({ text: bytes.toString() }));
  // a connected socket hears of ICMP errors
  socket.on('error', ({ code }) => end({ error: code }));
  socket.connect(port, address, () => socket.send(text));
}

/** An ICMP echo, which needs Python: Node has no raw sockets. */
function ping(address, timeout) {
  const script = `
import socket, struct, sys
six = ":" in sys.argv[1]
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_RAW, 58 if six else 1)
s.settimeout(float(sys.argv[2]) / 1000)
data = struct.pack("!BBHHH", 128 if six else 8, 0, 0, 77, 1) + sys.argv[3].encode()
if not six:
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xffff)
    total = ~((total >> 16) + total) & 0xffff
    data = data[:2] + struct.pack("!H", total) + data[4:]
s.sendto(data, (sys.argv[1], 0))
try:
    while True:
        got = s.recv(2000)
        got = got if six else got[(got[0] & 15) * 4:]
        if got[0] == (129 if six else 0) and got[8:] == data[8:]:
            print('{"text":"answered"}')
            break
except TimeoutError:
    print('{"error":"timeout"}')
`;
  const { stdout, stderr } = spawnSync('python3', ['-c', script, address, String(timeout), 'are you there?'], {
    encoding: 'utf8',
  });
  process.stdout.write(stdout === '' ? JSON.stringify({ error: stderr }) : stdout);
}

let isTold = false;

/** The first that is told holds: an error of a response is one of its request, too. */
function tell(what) {
  if (!isTold) console.log(JSON.stringify(what));
  isTold = true;
}

const [command, target, ...rest] = process.argv.slice(2);
if (command === 'serve') serve();
else if (command === 'get') fetch(target, Number(rest[0]), Number(rest[1] ?? 0));
else if (command === 'ask') ask(target, 53, rest[0], Number(rest[1]));
else ping(target, Number(rest[0]));
