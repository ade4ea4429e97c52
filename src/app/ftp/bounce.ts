// ftpbounce: the client asks for a data channel to a host that is not itself.

import { toServer } from '../../framework/app-keyword.ts';
import { defineKeyword } from '../../framework/keyword.ts';
import type { Packet } from '../../framework/packet.ts';
import { parseHostPort } from './data-port.ts';
import { FtpState } from './transaction.ts';
import type { FtpTransaction } from './transaction.ts';

/** Where the argument of PORT begins. */
const ARGUMENT = 5;

export const FTP_BOUNCE = defineKeyword({
  name: 'ftpbounce',
  argument: 'none',
  kind: 'match',
  summary: 'A PORT command names another host than the one it comes from.',
  page: 'rules/ftp-keywords.html#ftpbounce',
  examples: ['alert ftp any any -> any any (msg:"m"; ftpbounce; sid:1;)'],
  compile(builder) {
    builder.addTxMatch((tx, p) => isBounce(tx, p), {
      keyword: 'ftpbounce',
      place: 'ftp:request_complete:generic',
      engines: [toServer('ftp', FtpState.portDone)],
    });
  },
});

function isBounce(tx: FtpTransaction, p: Packet): boolean {
  if (tx.command?.name !== 'PORT' || p.ipVersion !== 4) return false;
  const named = parseHostPort(Buffer.from(tx.request.subarray(ARGUMENT)).toString('latin1'));
  if (named === null) return false;
  const [a, b, c, d] = named.address;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 !== p.src0 >>> 0;
}
