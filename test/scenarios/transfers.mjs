// Transfers that last: both ends of connections that carry bytes over a given time, and tell whether all came whole.

import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { get, request } from 'node:http';
import process from 'node:process';
import { clearInterval, setInterval, setTimeout } from 'node:timers';
import { pathToFileURL } from 'node:url';

const PIECE = 1 << 16;
/** Bytes of a short transfer. */
const SHORT = 20_000;
/** Milliseconds between two looks at what is due. */
const TICK = 20;
/** Milliseconds without a byte after which a connection is taken to be broken. */
const SILENCE = 25_000;

/** Bytes that depend on where they are, so that none can be lost, doubled or moved unnoticed. */
export function piece(at, length) {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i + 4 <= length; i += 4) bytes.writeUInt32LE(Math.imul(at + i, 2654435761) >>> 0, i);
  return bytes;
}

/** Everything is sent as fast as it is taken. */
let isHurried = false;

/** Sends so many bytes evenly over so many milliseconds; 0: as fast as they are taken. */
export function sendPaced(stream, total, milliseconds) {
  const begin = Date.now();
  let at = 0;
  let isFull = false;
  const more = () => {
    const passed = Date.now() - begin;
    const due = isHurried || passed >= milliseconds ? total : Math.floor((total * passed) / milliseconds / 4) * 4;
    while (at < due && !isFull) {
      const length = Math.min(PIECE, due - at);
      isFull = !stream.write(piece(at, length));
      at += length;
    }
    if (at < total) return;
    clearInterval(timer);
    stream.end();
  };
  const timer = setInterval(more, TICK);
  stream.on('drain', () => {
    isFull = false;
    more();
  });
  stream.on('close', () => clearInterval(timer));
  more();
}

/** Answers `/paced/BYTES/MILLISECONDS`, `/hurry/yes` and `/hurry/no`, and a POST with the checksum of what came. @returns false for another request */
export function answer(message, response) {
  const paced = /^\/paced\/(\d+)\/(\d+)$/.exec(message.url);
  if (paced !== null) {
    const total = Number(paced[1]);
    response.writeHead(200, { 'content-length': total });
    sendPaced(response, total, Number(paced[2]));
    return true;
  }
  const hurry = /^\/hurry\/(yes|no)$/.exec(message.url);
  if (hurry !== null) {
    isHurried = hurry[1] === 'yes';
    response.end();
    return true;
  }
  if (message.method !== 'POST') return false;
  const hash = createHash('sha256');
  message.on('data', (part) => hash.update(part));
  message.on('end', () => response.end(hash.digest('hex')));
  return true;
}

function checksum(total) {
  const hash = createHash('sha256');
  for (let at = 0; at < total; at += PIECE) hash.update(piece(at, Math.min(PIECE, total - at)));
  return hash.digest('hex');
}

/** Tells the server; again until it hears. */
function askToHurry(url, wish) {
  return new Promise((resolve) => {
    const again = () => setTimeout(ask, TICK * 10);
    const ask = () => {
      const asked = get(`${url}/hurry/${wish}`, { agent: false, timeout: 2000 }, (response) => {
        response.resume();
        resolve();
      });
      asked.on('timeout', () => asked.destroy());
      asked.on('error', again);
    };
    ask();
  });
}

/** One transfer on a connection of its own. @returns what is wrong with it, '' for nothing */
function transfer(url, { isUpload, total, milliseconds, sum }) {
  return new Promise((resolve) => {
    const take = (response) => {
      const hash = createHash('sha256');
      let text = '';
      response.on('data', (part) => (isUpload ? (text += part) : hash.update(part)));
      response.on('end', () => resolve((isUpload ? text : hash.digest('hex')) === sum ? '' : 'other bytes'));
      response.on('error', ({ code }) => resolve(String(code)));
    };
    const how = { agent: false, timeout: SILENCE };
    const asked = isUpload
      ? request(url, { ...how, method: 'POST', headers: { 'content-length': total } }, take)
      : get(`${url}/paced/${total}/${milliseconds}`, how, take);
    asked.on('timeout', () => asked.destroy(Object.assign(new Error('silence'), { code: 'silence' })));
    asked.on('error', ({ code }) => resolve(String(code)));
    if (isUpload) sendPaced(asked, total, milliseconds);
  });
}

/** `LONG` transfers of `total` bytes, half of them up, and `SHORT` ones one after the other until the long ones end. */
async function load(url, { long, short, total, milliseconds }) {
  const broken = [];
  let whole = 0;
  const note = (problem) => (problem === '' ? whole++ : broken.push(problem));
  let isOver = false;
  const sum = checksum(total);
  const all = Array.from({ length: long }, (_, i) =>
    transfer(url, { isUpload: i % 2 === 1, total, milliseconds, sum }).then(note),
  );
  const small = { isUpload: false, total: SHORT, milliseconds: 0, sum: checksum(SHORT) };
  const repeated = Array.from({ length: short }, async () => {
    while (!isOver) {
      note(await transfer(url, small));
      await new Promise((resolve) => setTimeout(resolve, TICK));
    }
  });
  await Promise.all(all);
  isOver = true;
  await Promise.all(repeated);
  console.log(JSON.stringify({ whole, broken }));
  process.exit();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [url, ...numbers] = process.argv.slice(2);
  const [long, short, total, milliseconds] = numbers.map(Number);
  await askToHurry(url, 'no');
  // who started it has seen enough
  process.stdin.on('end', async () => {
    isHurried = true;
    await askToHurry(url, 'yes');
  });
  process.stdin.resume();
  await load(url, { long, short, total, milliseconds });
}
