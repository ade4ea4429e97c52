import assert from 'node:assert/strict';
import fc from 'fast-check';
import { headerBuffer, headerLine, headerNames, startBuffer } from '../../../src/app/http/buffers.ts';
import { KNOWN_HEADERS, clearNotes, freshNotes, parseHeaders } from '../../../src/app/http/headers.ts';
import type { Header, HeaderNotes } from '../../../src/app/http/headers.ts';
import type { Direction } from '../../../src/framework/transaction.ts';
import { HttpMessage } from '../../../src/app/http/transaction.ts';

interface Told {
  name: string;
  value: string;
  count: number;
  isAmbiguous: boolean;
  hadZeros: boolean;
}

const isSpace = (char: string | undefined): boolean => char !== undefined && ' \t\v\f\r'.includes(char);
const trim = (text: string): string => text.replace(/^[ \t\v\f\r]+|[ \t\v\f\r]+$/g, '');

/** What `parseHeaders` does, the long way. */
function read(block: string, direction: Direction, notes: HeaderNotes): Told[] {
  const lines: string[] = [];
  let first = true;
  for (const [at, line] of physicalLines(block, direction)) {
    const text = line.replace(/[\r\n]+$/, '');
    if (text === '') {
      if (at > 0 && at + line.length < block.length) notes.hasOddLine = true;
      continue;
    }
    const goesOn = [' ', '\t', '\0'].includes(text[0]!);
    if (goesOn && lines.length === 0) notes.isFoldedWrongly = true;
    const isNamed = direction === 1 && /^[ \t\v\f\r]*[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t\v\f\r]*:/.test(text);
    if (goesOn && lines.length > 0 && !(first && text.includes(':')) && !isNamed) {
      const rest = trim(text.replace(/^[ \t\v\f\r\0]+/, ''));
      lines[lines.length - 1] = `${lines.at(-1)!}${rest === '' ? '' : ` ${rest}`}`;
      if (lines.length === 1) first = false;
    } else {
      lines.push(text);
      if (lines.length > 1) first = false;
    }
  }
  const headers: Told[] = [];
  for (const line of lines) addLine(headers, line, notes, direction);
  if (block === '\n\n') notes.missesColon = true;
  return headers;
}

/** A CR without LF ends a line of a response alone. */
function physicalLines(block: string, direction: Direction): [number, string][] {
  const lines: [number, string][] = [];
  let start = 0;
  for (let i = 0; i < block.length; i++) {
    const mayBreak = direction === 1 && i + 1 < block.length && !'\r\n'.includes(block[i + 1]!);
    const isEnd = block[i] === '\n' || (block[i] === '\r' && mayBreak);
    if (!isEnd) continue;
    lines.push([start, block.slice(start, i + 1)]);
    start = i + 1;
  }
  if (start < block.length) lines.push([start, block.slice(start)]);
  return lines;
}

function addLine(headers: Told[], line: string, notes: HeaderNotes, direction: Direction): void {
  const zero = line.indexOf('\0');
  const at = line.indexOf(':');
  const isInName = zero >= 0 && (at < 0 || zero < at);
  if (isInName) notes.hasOddName = true;
  // values of requests keep theirs
  const isClean = direction === 0 && !isInName;
  const clean = isClean ? line : line.replaceAll('\0', '');
  const colon = clean.indexOf(':');
  if (colon < 0) {
    addNameless(headers, { value: trim(clean), hadZeros: false }, notes);
    return;
  }
  let end = colon;
  while (end > 0 && isSpace(clean[end - 1])) end--;
  for (const char of clean.slice(end, colon)) {
    if (char === ' ' || char === '\t') notes.hasSpaceBeforeColon = true;
    else notes.hasOddName = true;
  }
  const name = trim(clean.slice(0, end));
  if (end > 0 && /^[ \t]*[\v\f\r]/.test(clean.slice(0, end))) notes.hasOddName = true;
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]*$/.test(name)) notes.hasOddName = true;
  const value = trim(clean.slice(colon + 1));
  const hadZeros = !isClean && line.includes('\0', at);
  if (name === '') {
    addNameless(headers, { value, hadZeros }, notes);
    return;
  }
  const known = headers.find((one) => one.name !== '' && one.name.toLowerCase() === name.toLowerCase());
  if (known === undefined) headers.push({ name, value, count: 1, isAmbiguous: false, hadZeros });
  else {
    if (++known.count === 2) notes.repeated++;
    if (name.toLowerCase() !== 'content-length') known.value += `, ${value}`;
    else if (value !== known.value) known.isAmbiguous = true;
  }
}

function addNameless(headers: Told[], what: { value: string; hadZeros: boolean }, notes: HeaderNotes): void {
  notes.missesColon = true;
  const known = headers.find(({ name }) => name === '');
  if (known !== undefined && ++known.count === 2) notes.repeated++;
  headers.push({ name: '', count: 1, isAmbiguous: false, ...what });
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const name = fc.oneof(
  fc.constantFrom('Host', 'host', 'Cookie', 'Set-Cookie', 'Content-Length', 'X-A', 'x-a', 'Accept', ''),
  fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'B', ' ', '\t', '\v', '(', '\0', '\r') }),
);
const value = fc.string({ maxLength: 6, unit: fc.constantFrom('v', ' ', '\t', ':', '\0', '\r', '\u00e9') });
const lineEnd = fc.oneof({ weight: 8, arbitrary: fc.constant('\r\n') }, fc.constantFrom('\n', '\r', '\r\r\n', ''));
const line = fc
  .tuple(name, fc.constantFrom(': ', ': ', ':', ' :', '', ' '), value, lineEnd)
  .map((parts) => parts.join(''));
const plain = fc
  .tuple(fc.constantFrom('Host', 'Cookie', 'Set-Cookie', 'X-A', 'Accept', 'Server'), fc.constantFrom('1', 'two', ''))
  .map(([of, is]) => `${of}: ${is}\r\n`);
const block = fc
  .tuple(fc.array(fc.oneof(line, plain), { maxLength: 7 }), fc.constantFrom('', '\r\n', '\n', ' \r\n'))
  .map(([lines, end]) => lines.join('') + end);
const plainBlock = fc.array(plain, { maxLength: 6 }).map((lines) => `${lines.join('')}\r\n`);

describe('headers of HTTP', () => {
  it('are what the lines say, however odd', () => {
    const notes = freshNotes();
    fc.assert(
      fc.property(fc.oneof(block, plainBlock), fc.constantFrom<Direction>(0, 1), (text, direction) => {
        const expectedNotes = freshNotes();
        const expected = read(text, direction, expectedNotes);
        const data = Buffer.from(`:${text}`, 'latin1');
        const headers = parseHeaders(data, 1, data.length, direction, clearNotes(notes));
        assert.deepEqual(headers.map(toldOf), expected);
        assert.deepEqual(notes, expectedNotes);
        for (const { id, name: of } of headers) {
          const known = KNOWN_HEADERS.indexOf(latin1(of).toLowerCase() as 'host');
          assert.equal(id, Math.max(0, known));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('make the buffers of rules', () => {
    fc.assert(
      fc.property(fc.oneof(block, plainBlock), (text) => {
        const message = new HttpMessage();
        message.line = Buffer.from('GET / HTTP/1.1');
        message.rawHeaders = Buffer.from(text, 'latin1');
        message.headers = parseHeaders(message.rawHeaders, 0, message.rawHeaders.length, 0, freshNotes());
        const lines = message.headers.map((one) => `${latin1(one.name)}: ${latin1(one.value)}\r\n`);
        const isCookie = ({ name: of }: Header): boolean => /^(set-)?cookie$/i.test(latin1(of));
        const shown = lines.filter((_, i) => !isCookie(message.headers[i]!)).join('');
        const text1 = (bytes: Uint8Array | null): string | null => (bytes === null ? null : latin1(bytes));
        assert.equal(text1(headerBuffer(message)), shown === '' ? null : shown);
        assert.equal(text1(startBuffer(message)), `GET / HTTP/1.1\r\n${lines.join('')}\r\n`);
        const names = message.headers.map((one) => `${latin1(one.name)}\r\n`);
        assert.equal(text1(headerNames(message)), names.length === 0 ? null : `\r\n${names.join('')}\r\n`);
        lines.forEach((one, i) => {
          assert.equal(text1(headerLine(message, i)), one.slice(0, -2));
        });
        assert.equal(headerLine(message, lines.length), null);
      }),
      { numRuns: 2000 },
    );
  });
});

function toldOf(header: Header): Told {
  const { count, isAmbiguous, hadZeros } = header;
  return { name: latin1(header.name), value: latin1(header.value), count, isAmbiguous, hadZeros };
}
