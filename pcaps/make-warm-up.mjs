// Writes warm-up.pcap anew: what most networks carry most of, web pages, names, encrypted sessions and mail. A live run
// works through it before packets come, so that its code is compiled when they do.
// It speaks TLS with itself (openssl makes the certificate), so that its bytes differ each time.
// Run: node pcaps/make-warm-up.mjs

import { Buffer } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { TLSSocket, connect } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { CLIENT, conversation, exchange, ip4, send, u16, u32, udp, writeCapture } from './traffic.mjs';

const RESOLVER = '198.51.100.53';
const PAGE = Buffer.from(
  `<!doctype html>\n<html><head><title>Example</title></head><body>\n${'<p>The quick brown fox jumps over the lazy dog.</p>\n'.repeat(60)}</body></html>\n`,
);
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';

function request(method, uri, body = '', more = '') {
  const length =
    body === '' ? '' : `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n`;
  return [
    '>',
    Buffer.from(
      `${method} ${uri} HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: ${AGENT}\r\nAccept: text/html,*/*;q=0.8\r\nAccept-Language: en\r\nAccept-Encoding: gzip, deflate\r\nCookie: id=4711; theme=dark\r\n${more}${length}\r\n${body}`,
    ),
  ];
}

function response(status, body, more = '') {
  const head = `HTTP/1.1 ${status}\r\nServer: example\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Type: text/html; charset=utf-8\r\n${more}`;
  return ['<', Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body])];
}

function chunked(body) {
  const chunks = [];
  for (let at = 0; at < body.length; at += 700) {
    const chunk = body.subarray(at, at + 700);
    chunks.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n';
  return ['<', Buffer.concat([Buffer.from(head), ...chunks, Buffer.from('0\r\n\r\n')])];
}

function web(port) {
  exchange(port, 80, [
    request('GET', '/index.html?lang=en&page=2'),
    response('200 OK', PAGE),
    request('GET', '/style%20sheets/main.css', '', 'Referer: http://www.example.com/index.html\r\n'),
    response('200 OK', gzipSync(PAGE), 'Content-Encoding: gzip\r\n'),
    request('POST', '/login', 'user=alice&password=opensesame'),
    response('302 Found', Buffer.alloc(0), 'Location: /home\r\nSet-Cookie: session=abcdef; HttpOnly\r\n'),
    request('GET', '/home'),
    chunked(PAGE),
    request('GET', '/missing'),
    response('404 Not Found', Buffer.from('<h1>Not Found</h1>\n')),
  ]);
}

/** A message of RFC 1035: a question, and its answer where there is one. */
function names(port) {
  const ask = (id, name, type, answer) => {
    const labels = name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
    const question = Buffer.concat([...labels, Buffer.from([0]), u16(type), u16(1)]);
    const head = (flags, answers) => Buffer.concat([u16(id), u16(flags), u16(1), u16(answers), u32(0)]);
    send(udp(CLIENT, port, RESOLVER, 53, Buffer.concat([head(0x0100, 0), question])));
    const record = answer === undefined ? [] : [u16(0xc00c), u16(type), u16(1), u32(300), u16(answer.length), answer];
    const flags = answer === undefined ? 0x8183 : 0x8180;
    send(
      udp(RESOLVER, 53, CLIENT, port, Buffer.concat([head(flags, answer === undefined ? 0 : 1), question, ...record])),
    );
  };
  const text = Buffer.from('v=spf1 include:example.com -all');
  ask(1, 'www.example.com', 1, ip4('198.51.100.20'));
  ask(2, 'www.example.com', 28, Buffer.from('20010db8000000000000000000000020', 'hex'));
  ask(3, 'example.com', 16, Buffer.concat([Buffer.from([text.length]), text]));
  ask(4, 'mail.example.com', 5, Buffer.from('\x03mx1\xc0\x11', 'latin1'));
  ask(5, 'nowhere.example.com', 1);
}

function mail(port) {
  const lines = PAGE.toString('base64').replace(/(.{76})/g, '$1\r\n');
  const part = `--b\r\nContent-Type: text/plain\r\n\r\nHello http://www.example.com/\r\n--b\r\nContent-Type: text/html; name="page.html"\r\nContent-Disposition: attachment; filename="page.html"\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}\r\n--b--\r\n`;
  conversation(port, 25, [
    '< 220 mx1.example.com ESMTP\r\n',
    '> EHLO client.example.com\r\n',
    '< 250-mx1.example.com\r\n250 SIZE 10240000\r\n',
    '> MAIL FROM:<alice@example.com>\r\n',
    '< 250 OK\r\n',
    '> RCPT TO:<bob@example.com>\r\n',
    '< 250 OK\r\n',
    '> DATA\r\n',
    '< 354 go on\r\n',
    `> From: Alice <alice@example.com>\r\nTo: bob@example.com\r\nSubject: page\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${part}.\r\n`,
    '< 250 OK\r\n',
    '> QUIT\r\n',
    '< 221 bye\r\n',
  ]);
}

function shell(port) {
  conversation(port, 22, ['< SSH-2.0-OpenSSH_9.6\r\n', '> SSH-2.0-OpenSSH_9.7\r\n']);
}

/** Both ends of a cable; what goes over it is noted. */
function cable(note) {
  const end = (sign) =>
    new Duplex({
      read() {},
      write(chunk, _encoding, done) {
        note.push([sign, Buffer.from(chunk)]);
        ends[sign === '>' ? 1 : 0].push(chunk);
        done();
      },
    });
  const ends = [end('>'), end('<')];
  return ends;
}

async function encrypted(port, maxVersion, { key, cert }) {
  const note = [];
  const [near, far] = cable(note);
  new TLSSocket(far, { isServer: true, key, cert, maxVersion }).on('data', function () {
    this.write(PAGE);
  });
  await new Promise((resolve) => {
    const options = { socket: near, servername: 'www.example.com', rejectUnauthorized: false, maxVersion };
    const client = connect({ ...options, ALPNProtocols: ['h2', 'http/1.1'] }, () => client.write('hello'));
    client.on('data', resolve);
  });
  exchange(port, 443, note);
}

function credentials() {
  const folder = mkdtempSync(join(tmpdir(), 'warm-up-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
  const subject = '/C=XX/O=Example/CN=www.example.com';
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-subj', subject];
  execFileSync('openssl', [...words, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return pair;
}

names(40053);
web(41000);
const pair = credentials();
await encrypted(42000, 'TLSv1.2', pair);
await encrypted(42001, 'TLSv1.3', pair);
mail(43000);
shell(44000);
writeCapture('warm-up.pcap');
