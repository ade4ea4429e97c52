// The beginning of a mail with parts, up to the first of them.
import type { SeedTurn } from '../robustness/seeds.ts';

export const client = (text: string): SeedTurn => [0, Buffer.from(text)];
export const server = (text: string): SeedTurn => [1, Buffer.from(text)];

/** Parts are delimited by `--x`. */
export const ENVELOPE: readonly SeedTurn[] = [
  server('220 a ESMTP\r\n'),
  client('EHLO a\r\n'),
  server('250 a\r\n'),
  client('MAIL FROM:<a@b>\r\n'),
  server('250 ok\r\n'),
  client('RCPT TO:<a@b>\r\n'),
  server('250 ok\r\n'),
  client('DATA\r\n'),
  server('354 go\r\n'),
  client('Content-Type: multipart/mixed; boundary="x"\r\n\r\n'),
];
