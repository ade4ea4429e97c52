// Data channels of FTP (RFC 959): known from the control channel that announces them.

import { defineProtocol } from '../../framework/app-protocol.ts';
import { FTP_DATA_EVE } from './eve.ts';
import { FTPDATA_COMMAND } from './keywords.ts';
import { FtpDataParser } from './parser.ts';

const STATES = ['in_progress', 'finished'];

export default defineProtocol({
  name: 'ftp-data',
  summary: 'Files and listings of FTP.',
  transports: ['tcp'],
  states: { toServer: STATES, toClient: STATES },
  createParser: (flow) => new FtpDataParser(flow),
  keywords: [FTPDATA_COMMAND],
  eve: [FTP_DATA_EVE],
});
