// The commands of FTP (RFC 959, RFC 2389, RFC 2428, RFC 3659) and how a line is told to hold one.

const NAMES = `PORT EPRT AUTH_TLS PASV EPSV RETR STOR ABOR ALLO APPE CDUP CHMOD CWD DELE HELP IDLE LIST MAIL MDTM MKD
  MLFL MLSD MODE MRCP MRSQ MSAM MSND MSOM NLST NOOP PASS PWD QUIT REIN REST RMD RNFR RNTO SITE SIZE SMNT STAT STOU STRU
  SYST TYPE UMASK USER`
  .trim()
  .split(/\s+/);

export interface FtpCommand {
  /** In capitals. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** As the line has them, and the name they go by. */
const COMMANDS: readonly (FtpCommand & { readonly text: Uint8Array })[] = [
  ...NAMES.map((name) => entry(name, name)),
  entry('AUTH TLS', 'AUTH_TLS'),
];

function entry(text: string, name: string): FtpCommand & { readonly text: Uint8Array } {
  return { name, bytes: Buffer.from(name), text: Buffer.from(text) };
}

const UPPER = Uint8Array.from({ length: 256 }, (_, b) => (b >= 0x61 && b <= 0x7a ? b - 0x20 : b));
/** Commands by their last letter. */
const BY_LAST: readonly (readonly (FtpCommand & { readonly text: Uint8Array })[])[] = Array.from(
  { length: 256 },
  (_, last) => COMMANDS.filter(({ text }) => text.at(-1) === last),
);

/**
 * The command that a line holds: the one that ends first, in either case of letters and wherever it stands; null for
 * none. Servers skip what stands before a command, and so do those who hide it.
 */
export function findCommand(line: Uint8Array): FtpCommand | null {
  for (let end = 1; end <= line.length; end++) {
    for (const command of BY_LAST[UPPER[line[end - 1]!]!]!) if (isAt(line, end, command.text)) return command;
  }
  return null;
}

function isAt(line: Uint8Array, end: number, text: Uint8Array): boolean {
  const start = end - text.length;
  if (start < 0) return false;
  for (let i = 0; i < text.length; i++) if (UPPER[line[start + i]!] !== text[i]) return false;
  return true;
}
