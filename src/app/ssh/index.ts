// SSH (RFC 4253): banners, offered algorithms, and the moment from which all is encrypted.

import { defineProtocol } from '../../framework/app-protocol.ts';
import { SSH_EVE } from './eve.ts';
import { SSH_KEYWORDS } from './keywords.ts';
import { SshParser } from './parser.ts';
import { readSettings } from './settings.ts';
import type { SshSettings } from './settings.ts';

export default defineProtocol({
  name: 'ssh',
  summary: 'Secure shell.',
  transports: ['tcp'],
  patterns: [
    { transport: 'tcp', direction: 0, content: 'SSH-', nocase: true },
    { transport: 'tcp', direction: 1, content: 'SSH-', nocase: true },
  ],
  states: {
    toServer: ['request_in_progress', 'request_banner_wait_eol', 'request_banner_done', 'request_finished'],
    toClient: ['response_in_progress', 'response_banner_wait_eol', 'response_banner_done', 'response_finished'],
  },
  frames: ['record.hdr', 'record.data', 'record.pdu'],
  readSettings,
  createParser: (flow, { value }) => new SshParser(flow, value as SshSettings),
  keywords: SSH_KEYWORDS,
  eve: [SSH_EVE],
});
