// Texts: what is written in them, their characters and the ends of their lines, in libmagic's words.

const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/^#! ?\/(?:usr\/)?bin\/bash/, 'Bourne-Again shell script'],
  [/^#! ?\/(?:usr\/)?bin\/sh/, 'POSIX shell script'],
  [/^#!.*\bperl/, 'Perl script'],
  [/^#!.*\bpython/, 'Python script'],
  [/^<\?php/i, 'PHP script'],
];
const HTML = /^\s*(?:<!--[^]*?-->\s*)?<(?:!doctype\s+html|html|head|title|body|script|table|h1|a\s+href)/i;
const XML = /^\s*<\?xml\s+version=["'](\d\.\d)["']/;

export function describeText(bytes: Uint8Array): string | null {
  const characters = charactersOf(bytes);
  if (characters === null) return null;
  const text = Buffer.from(bytes).toString('utf8');
  const lines = lineEnds(text);
  for (const [pattern, name] of SCRIPTS) if (pattern.test(text)) return `${name}, ${characters} executable${lines}`;
  const version = XML.exec(text)?.[1];
  if (version !== undefined) {
    const what = text.includes('<svg') ? 'SVG Scalable Vector Graphics image' : `XML ${version} document`;
    return text.includes('<svg') ? what : `${what}, ${characters}${lines}`;
  }
  if (HTML.test(text)) return `HTML document, ${characters}${lines}`;
  if (isJson(text)) return 'JSON text data';
  return `${characters}${lines}`;
}

function charactersOf(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'Unicode text, UTF-16, little-endian text';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'Unicode text, UTF-16, big-endian text';
  let isAscii = true;
  for (const byte of bytes) {
    if (byte >= 0x80) isAscii = false;
    else if (byte < 7 || (byte > 13 && byte < 32 && byte !== 27) || byte === 0x7f) return null;
  }
  if (isAscii) return 'ASCII text';
  if (!isUtf8(bytes)) return bytes.some((byte) => byte >= 0x80 && byte < 0xa0) ? null : 'ISO-8859 text';
  return bytes[0] === 0xef && bytes[1] === 0xbb ? 'Unicode text, UTF-8 (with BOM) text' : 'Unicode text, UTF-8 text';
}

/** A character cut off at the end is none that is wrong. */
function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function lineEnds(text: string): string {
  const long = text.split('\n').some((line) => line.length > 300) ? ', with very long lines' : '';
  if (text.includes('\r\n')) return `${long}, with CRLF line terminators`;
  if (text.includes('\n')) return long;
  return text.includes('\r') ? `${long}, with CR line terminators` : `${long}, with no line terminators`;
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
