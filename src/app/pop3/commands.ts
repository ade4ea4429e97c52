// POP3 commands: the words that there are (RFC 1939, RFC 2449, RFC 2595, RFC 5034, RFC 6856), how many arguments they
// take, and which have replies of several lines.

interface CommandSyntax {
  readonly fewest: number;
  readonly most: number;
}

/** In capitals: other spellings work, and are remarkable. */
const COMMANDS = new Map<string, CommandSyntax>([
  ['USER', { fewest: 1, most: 1 }],
  ['PASS', { fewest: 1, most: 1 }],
  ['APOP', { fewest: 2, most: 2 }],
  ['AUTH', { fewest: 1, most: 2 }],
  ['STAT', { fewest: 0, most: 0 }],
  ['LIST', { fewest: 0, most: 1 }],
  ['UIDL', { fewest: 0, most: 1 }],
  ['RETR', { fewest: 1, most: 1 }],
  ['DELE', { fewest: 1, most: 1 }],
  ['TOP', { fewest: 2, most: 2 }],
  ['NOOP', { fewest: 0, most: 0 }],
  ['RSET', { fewest: 0, most: 0 }],
  ['QUIT', { fewest: 0, most: 0 }],
  ['CAPA', { fewest: 0, most: 0 }],
  ['STLS', { fewest: 0, most: 0 }],
  ['LANG', { fewest: 0, most: 1 }],
  ['UTF8', { fewest: 0, most: 0 }],
]);

export type CommandFault = 'unknown_command' | 'incorrect_argument_count';

export function commandFault(command: string, argumentCount: number): CommandFault | null {
  const syntax = COMMANDS.get(command);
  if (syntax === undefined) return 'unknown_command';
  return argumentCount < syntax.fewest || argumentCount > syntax.most ? 'incorrect_argument_count' : null;
}

/** Whether a good reply goes on until a line with a dot alone. */
export function hasListing(command: string, argumentCount: number): boolean {
  const word = command.toUpperCase();
  if (word === 'LIST' || word === 'UIDL' || word === 'LANG') return argumentCount === 0;
  return word === 'CAPA' || word === 'TOP' || word === 'RETR';
}
