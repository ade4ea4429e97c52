// Beginnings of files that say all: bytes, where they are, and what libmagic calls such a file.

export interface MagicSignature {
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly name: string;
}

const at = (offset: number, text: string, name: string): MagicSignature => ({
  offset,
  bytes: Buffer.from(text, 'latin1'),
  name,
});

export const SIGNATURES: readonly MagicSignature[] = [
  at(0, 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'EICAR virus test files'),
  at(0, 'BZh', 'bzip2 compressed data'),
  at(0, '\xfd7zXZ\0', 'XZ compressed data'),
  at(0, '\x28\xb5\x2f\xfd', 'Zstandard compressed data (v0.8+)'),
  at(0, '\x04\x22\x4d\x18', 'LZ4 compressed data (v1.4+)'),
  at(0, '\x1f\x9d', "compress'd data 16 bits"),
  at(0, "7z\xbc\xaf'\x1c", '7-zip archive data, version 0.4'),
  at(0, 'Rar!\x1a\x07\x01\0', 'RAR archive data, v5'),
  at(0, 'Rar!\x1a\x07\0', 'RAR archive data, v4'),
  at(0, 'MSCF\0\0\0\0', 'Microsoft Cabinet archive data'),
  at(0, 'ITSF\x03\0\0\0', 'MS Windows HtmlHelp Data'),
  at(257, 'ustar\x20\x20\0', 'POSIX tar archive (GNU)'),
  at(257, 'ustar\0', 'POSIX tar archive'),
  at(0, '!<arch>\ndebian', 'Debian binary package (format 2.0)'),
  at(0, '!<arch>\n', 'current ar archive'),
  at(0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'Composite Document File V2 Document'),
  at(0, '{\\rtf1', 'Rich Text Format data, version 1'),
  at(0, '%!PS-Adobe', 'PostScript document text'),
  at(0, '\xff\xd8\xff', 'JPEG image data'),
  at(0, 'II*\0', 'TIFF image data, little-endian'),
  at(0, 'MM\0*', 'TIFF image data, big-endian'),
  at(0, 'BM', 'PC bitmap'),
  at(0, '\0\0\x01\0', 'MS Windows icon resource'),
  at(0, 'OggS', 'Ogg data'),
  at(0, 'fLaC', 'FLAC audio bitstream data'),
  at(0, 'ID3', 'Audio file with ID3'),
  at(0, '\xff\xfb', 'MPEG ADTS, layer III, v1'),
  at(0, 'MThd', 'Standard MIDI data'),
  at(0, '\x1a\x45\xdf\xa3', 'Matroska data'),
  at(0, 'FLV\x01', 'Macromedia Flash Video'),
  at(0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'Microsoft ASF'),
  at(0, 'wOFF', 'Web Open Font Format'),
  at(0, 'wOF2', 'Web Open Font Format (Version 2)'),
  at(0, 'OTTO', 'OpenType font data'),
  at(0, '\0\x01\0\0\0', 'TrueType Font data'),
  at(0, 'SQLite format 3\0', 'SQLite 3.x database'),
  at(0, '\xca\xfe\xba\xbe\0\0\0', 'compiled Java class data'),
  at(0, '\xcf\xfa\xed\xfe', 'Mach-O 64-bit executable'),
  at(0, '\xce\xfa\xed\xfe', 'Mach-O executable'),
  at(0, 'dex\n035\0', 'Dalvik dex file version 035'),
  at(0, 'Cr24', 'Google Chrome extension'),
  at(0, 'L\0\0\0\x01\x14\x02\0', 'MS Windows shortcut'),
  at(0, 'regf', 'MS Windows registry file, NT/2000 or above'),
  at(0, '\xd4\xc3\xb2\xa1', 'pcap capture file, microsecond ts (little-endian) - version 2.4'),
  at(0, '-----BEGIN CERTIFICATE', 'PEM certificate'),
  at(0, '-----BEGIN PGP', 'PGP message'),
];
