import assert from 'node:assert/strict';
import fc from 'fast-check';
import { headerBuffer, headerLine, headerNames, startBuffer } from '../../../src/app/http/buffers.ts';
import { blockEnd } from '../../../src/app/http/header-block.ts';
import { parseHeaders } from '../../../src/app/http/header-reader.ts';
import { KNOWN_HEADERS, clearNotes, freshNotes } from '../../../src/app/http/headers.ts';
import type { Header, HeaderNotes } from '../../../src/app/http/headers.ts';
import type { Direction } from '../../../src/framework/transaction.ts';
import { HttpMessage } from '../../../src/app/http/transaction.ts';

interface Told {
  name: string;
  value: string;
  count: number;
  isAmbiguous: boolean;
}

const isSpace = (char: string | undefined): boolean => char !== undefined && ' \t\v\f\r'.includes(char);
const trim = (text: string): string => text.replace(/^[ \t\v\f\r]+|[ \t\v\f\r]+$/g, '');

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]";

/** What `parseHeaders` does, the long way. */
function read(block: string, direction: Direction, notes: HeaderNotes): Told[] {
  const lines: string[] = [];
  let isOpen = false;
  let skipped = -1;
  for (const [at, line] of physicalLines(block, direction)) {
    const end = at + line.length;
    if (end <= skipped) continue;
    const text = line.slice(Math.max(0, skipped - at)).replace(/[\r\n]+$/, '');
    if (text === '') {
      if (end >= block.length) continue;
      isOpen = false;
      const deformed = /^\r(?=[\r \t])[\r \t]*\n?/.exec(block.slice(at));
      if (direction === 0 || at === 0) lines.push('');
      else {
        notes.hasOddLine = true;
        if (deformed !== null && block.slice(at - 2, at) === '\r\n') skipped = at + deformed[0].length;
      }
      continue;
    }
    const goesOn = [' ', '\t', '\0'].includes(text[0]!);
    const isNamed =
      direction === 1 &&
      lines.at(-1)?.includes(':') === true &&
      new RegExp(`^[ \\t\\v\\f\\r]*${TOKEN}+[ \\t\\v\\f\\r]*:`).test(text.slice(1));
    if (goesOn && isOpen && !isNamed) {
      const [name, last = ''] = [lines.at(-1)!.includes(':'), lines.at(-1)];
      const between =
        !name && text.includes(':') && !/^[ \t\v\f\r]*:/.test(text) && !joinedAlready.has(lines.length - 1)
          ? rawEnd(block, at)
          : '';
      const rest = !joinedAlready.has(lines.length - 1) && last.endsWith(':') ? text.replace(/^\0/, '') : text;
      joinedAlready.add(lines.length - 1);
      lines[lines.length - 1] = `${last}${between}${rest}`;
      continue;
    }
    if (goesOn && !isOpen && text[0] !== '\0' && text.includes(':')) notes.isFoldedWrongly = true;
    if (goesOn && isOpen && /^[ \t]/.test(text.slice(1))) notes.isFoldedWrongly = true;
    lines.push(goesOn && isOpen ? text.slice(1) : text);
    isOpen = true;
  }
  joinedAlready.clear();
  const headers: Told[] = [];
  for (const line of lines) addLine(headers, line, notes);
  return headers;
}

/** Lines that others were joined to. */
const joinedAlready = new Set<number>();

/** The line end before a place. */
function rawEnd(block: string, at: number): string {
  return /[\r\n]*$/.exec(block.slice(0, at))![0];
}

/** A CR without LF ends a line of a response alone; LFCR is one end where no LF follows, and no CR is before it. */
function physicalLines(block: string, direction: Direction): [number, string][] {
  const ends = direction === 1 ? /\r\n|(?<!\r)\n\r(?=[^\n])|\n|\r(?=[^])/g : /\n/g;
  const lines: [number, string][] = [];
  let start = 0;
  for (const { index, 0: end } of block.matchAll(ends)) {
    lines.push([start, block.slice(start, index + end.length)]);
    start = index + end.length;
  }
  if (start < block.length) lines.push([start, block.slice(start)]);
  return lines;
}

function addLine(headers: Told[], line: string, notes: HeaderNotes): void {
  const colon = line.indexOf(':');
  if (colon < 0) {
    addNameless(headers, trim(line), notes);
    return;
  }
  let end = colon;
  while (end > 0 && isSpace(line[end - 1])) end--;
  const name = trim(line.slice(0, end));
  if (!notes.hasOddName && !notes.hasSpaceBeforeColon) {
    const behind = line.slice(end, colon);
    const isOdd = /^[ \t]*[\v\f\r]/.test(line.slice(0, end)) || !new RegExp(`^${TOKEN}*$`).test(name);
    if (/[ \t]/.test(behind)) notes.hasSpaceBeforeColon = true;
    else notes.hasOddName = behind !== '' || (end > 0 && isOdd);
  }
  const value = trim(line.slice(colon + 1));
  if (name === '') {
    addNameless(headers, value, notes);
    return;
  }
  const key = (of: string): string => {
    const clean = of.toLowerCase().replaceAll('\0', '');
    return KNOWN_HEADERS.includes(clean as 'host') && clean !== '' ? clean : of.toLowerCase();
  };
  const known = headers.find((one) => one.name !== '' && key(one.name) === key(name));
  if (known === undefined) headers.push({ name, value, count: 1, isAmbiguous: false });
  else {
    if (++known.count === 2) notes.repeated++;
    if (key(name) !== 'content-length') known.value += `, ${value}`;
    else if (value !== known.value) known.isAmbiguous = true;
  }
}

function addNameless(headers: Told[], value: string, notes: HeaderNotes): void {
  notes.missesColon = true;
  const known = headers.find(({ name }) => name === '');
  if (known === undefined) headers.push({ name: '', value, count: 1, isAmbiguous: false });
  else {
    if (++known.count === 2) notes.repeated++;
    known.value += `, ${value}`;
  }
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
        const data = Buffer.from(`:${text}`, 'latin1');
        const stop = blockEnd(data, 1, data.length, direction);
        const end = stop < 0 ? data.length : stop;
        const expected = read(text.slice(0, end - 1), direction, expectedNotes);
        const headers = parseHeaders(data, 1, end, direction, clearNotes(notes));
        assert.deepEqual(headers.map(toldOf), expected);
        assert.deepEqual(notes, expectedNotes);
        for (const { id, name: of } of headers) {
          const known = KNOWN_HEADERS.indexOf(latin1(of).toLowerCase().replaceAll('\0', '') as 'host');
          assert.equal(id, Math.max(0, known));
        }
      }),
      { numRuns: 4000 },
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
        const isCookie = ({ name: of }: Header): boolean => /^(set-)?cookie$/i.test(latin1(of).replaceAll('\0', ''));
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
  const { count, isAmbiguous } = header;
  return { name: latin1(header.name), value: latin1(header.value), count, isAmbiguous };
}
