// FTP (RFC 959), the control channel.

import { defineProtocol } from '../framework/app-protocol.ts';

/** Commands that sessions begin with, and the port command. */
const COMMANDS = ['FEAT', 'USER ', 'PASS ', 'PORT '];

export default defineProtocol({
  name: 'ftp',
  summary: 'File transfer.',
  transports: ['tcp'],
  patterns: [
    ...COMMANDS.map((content) => ({ transport: 'tcp', direction: 0, content, nocase: true, isWeak: true }) as const),
    { transport: 'tcp', direction: 1, content: '220 (', nocase: true },
  ],
});
