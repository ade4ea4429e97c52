// Files whose description holds numbers of their headers: images, executables, archives.

const text = (data: Uint8Array, start: number, end: number): string =>
  Buffer.from(data.subarray(start, Math.min(end, data.length))).toString('latin1');
const u16le = (data: Uint8Array, at: number): number => (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8);
const u32le = (data: Uint8Array, at: number): number => (u16le(data, at) | (u16le(data, at + 2) << 16)) >>> 0;
const u16be = (data: Uint8Array, at: number): number => ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
const u32be = (data: Uint8Array, at: number): number => ((u16be(data, at) << 16) | u16be(data, at + 2)) >>> 0;

const PNG_COLORS: Readonly<Record<number, string>> = {
  0: ' grayscale',
  2: '/color RGB',
  3: ' colormap',
  4: ' gray+alpha',
  6: '/color RGBA',
};

function png(data: Uint8Array): string {
  if (!text(data, 0, 8).startsWith('\x89PNG\r\n\x1a\n')) return '';
  const size = `${String(u32be(data, 16))} x ${String(u32be(data, 20))}`;
  const interlaced = data[28] === 1 ? 'interlaced' : 'non-interlaced';
  return `PNG image data, ${size}, ${String(data[24] ?? 0)}-bit${PNG_COLORS[data[25] ?? 0] ?? ''}, ${interlaced}`;
}

function gif(data: Uint8Array): string {
  const version = /^GIF(8[79]a)/.exec(text(data, 0, 6))?.[1];
  if (version === undefined) return '';
  return `GIF image data, version ${version}, ${String(u16le(data, 6))} x ${String(u16le(data, 8))}`;
}

function riff(data: Uint8Array): string {
  if (text(data, 0, 4) !== 'RIFF') return '';
  const kind = text(data, 8, 12);
  if (kind === 'WEBP') return 'RIFF (little-endian) data, Web/P image';
  return `RIFF (little-endian) data${kind === 'WAVE' ? ', WAVE audio' : kind === 'AVI ' ? ', AVI' : ''}`;
}

function pdf(data: Uint8Array): string {
  const version = /^%PDF-(\d\.\d)/.exec(text(data, 0, 8))?.[1];
  return version === undefined ? '' : `PDF document, version ${version}`;
}

function flash(data: Uint8Array): string {
  const kind = text(data, 0, 3);
  const how = { FWS: '', CWS: ' (compressed)', ZWS: ' (lzma compressed)' }[kind];
  return how === undefined || data.length < 8 ? '' : `Macromedia Flash data${how}, version ${String(data[3])}`;
}

function isoMedia(data: Uint8Array): string {
  if (text(data, 4, 8) !== 'ftyp') return '';
  const brand = text(data, 8, 12);
  if (brand === 'mp42') return 'ISO Media, MP4 v2 [ISO 14496-14]';
  if (brand === 'isom') return 'ISO Media, MP4 Base Media v1 [ISO 14496-12:2003]';
  if (brand === 'qt  ') return 'ISO Media, Apple QuickTime movie, Apple QuickTime (.MOV/QT)';
  return brand === 'M4A ' ? 'ISO Media, Apple iTunes ALAC/AAC-LC (.M4A) Audio' : 'ISO Media';
}

function gzip(data: Uint8Array): string {
  if (data[0] !== 0x1f || data[1] !== 0x8b) return '';
  return `gzip compressed data${data[8] === 2 ? ', max compression' : ''}${data[9] === 3 ? ', from Unix' : ''}`;
}

/** Office documents are archives whose first member has a telling name. */
function zip(data: Uint8Array): string {
  if (text(data, 0, 4) !== 'PK\x03\x04') return text(data, 0, 4) === 'PK\x05\x06' ? 'Zip archive data (empty)' : '';
  const all = text(data, 0, data.length);
  if (all.startsWith('META-INF/', 30)) return 'Java archive data (JAR)';
  if (all.startsWith('mimetypeapplication/vnd.oasis.opendocument.text', 30)) return 'OpenDocument Text';
  if (all.startsWith('[Content_Types].xml', 30) || all.startsWith('_rels/', 30)) {
    if (all.includes('word/')) return 'Microsoft Word 2007+';
    if (all.includes('xl/')) return 'Microsoft Excel 2007+';
    return all.includes('ppt/') ? 'Microsoft PowerPoint 2007+' : 'Microsoft OOXML';
  }
  const version = u16le(data, 4) & 255;
  const method = u16le(data, 8) === 8 ? 'deflate' : 'store';
  const number = `v${String(Math.floor(version / 10))}.${String(version % 10)}`;
  return `Zip archive data, at least ${number} to extract, compression method=${method}`;
}

const MACHINES: Readonly<Record<number, string>> = {
  0x14c: 'Intel 80386',
  0x8664: 'x86-64',
  0x1c0: 'ARM',
  0x1c4: 'ARMv7 Thumb',
  0xaa64: 'Aarch64',
};
const SUBSYSTEMS: Readonly<Record<number, string>> = { 1: 'native', 2: 'GUI', 3: 'console' };

function portableExecutable(data: Uint8Array): string {
  if (text(data, 0, 2) !== 'MZ') return '';
  const header = u32le(data, 0x3c);
  if (header === 0 || text(data, header, header + 4) !== 'PE\0\0') return 'MS-DOS executable';
  const kind = u16le(data, header + 24) === 0x20b ? 'PE32+' : 'PE32';
  const characteristics = u16le(data, header + 22);
  const subsystem = SUBSYSTEMS[u16le(data, header + 92)];
  const role = (characteristics & 0x2000) !== 0 ? '(DLL) ' : '';
  const machine = MACHINES[u16le(data, header + 4)] ?? 'unknown processor';
  const shown = subsystem === undefined ? '' : `(${subsystem}) `;
  const net = isManaged(data, header) ? ' Mono/.Net assembly,' : '';
  const sections = `${String(u16le(data, header + 6))} sections`;
  return `${kind} executable ${role}${shown}${machine}${net === '' ? ',' : net} for MS Windows, ${sections}`;
}

/** The directory of the run-time environment is filled. */
function isManaged(data: Uint8Array, header: number): boolean {
  const directories = header + 24 + (u16le(data, header + 24) === 0x20b ? 112 : 96);
  return u32le(data, directories + 14 * 8) !== 0;
}

const ELF_TYPES: Readonly<Record<number, string>> = {
  1: 'relocatable',
  2: 'executable',
  3: 'shared object',
  4: 'core file',
};
const ELF_MACHINES: Readonly<Record<number, string>> = {
  3: 'Intel 80386',
  8: 'MIPS, MIPS-I',
  20: 'PowerPC or cisco 4500',
  40: 'ARM, EABI5',
  62: 'x86-64',
  183: 'ARM aarch64',
};

function elf(data: Uint8Array): string {
  if (text(data, 0, 4) !== '\x7fELF') return '';
  const isLittle = data[5] === 1;
  const u16 = isLittle ? u16le : u16be;
  const bits = data[4] === 2 ? '64' : '32';
  const type = ELF_TYPES[u16(data, 16)] ?? 'unknown type';
  const machine = ELF_MACHINES[u16(data, 18)] ?? 'unknown arch';
  return `ELF ${bits}-bit ${isLittle ? 'LSB' : 'MSB'} ${type}, ${machine}, version 1 (SYSV)`;
}

/** Each looks at the first bytes of a file: '' when it is not of the kind. */
export const BINARY_KINDS: readonly ((data: Uint8Array) => string)[] = [
  portableExecutable,
  elf,
  pdf,
  png,
  gif,
  riff,
  flash,
  isoMedia,
  gzip,
  zip,
];
