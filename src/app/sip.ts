// SIP (RFC 3261) over UDP and TCP.

import { defineProtocol } from '../framework/app-protocol.ts';

/** Methods of RFC 3261 and its extensions. */
const METHODS =
  'INVITE ACK BYE CANCEL REGISTER OPTIONS UPDATE SUBSCRIBE NOTIFY REFER MESSAGE INFO PRACK PUBLISH'.split(' ');

export default defineProtocol({
  name: 'sip',
  summary: 'Calls over the Internet.',
  transports: ['tcp', 'udp'],
  patterns: (['tcp', 'udp'] as const).flatMap((transport) => [
    ...METHODS.map((method) => ({ transport, direction: 0, content: `${method} ` }) as const),
    { transport, direction: 1, content: 'SIP/2.0 ' },
    { transport, direction: 0, content: 'SIP/2.0 ' },
  ]),
});
