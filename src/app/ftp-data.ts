// Data channels of FTP (RFC 959): known from the control channel that announces them.

import { defineProtocol } from '../framework/app-protocol.ts';

export default defineProtocol({
  name: 'ftp-data',
  summary: 'Files and listings of FTP.',
  transports: ['tcp'],
});
