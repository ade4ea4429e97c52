// Keywords of SMB: shares, pipes, users, the version. Those of DCE/RPC see its pipes too.

import { stickyBuffer, toClient, toServer } from '../../framework/app-keyword.ts';
import type { StickyBuffer } from '../../framework/app-keyword.ts';
import { unquoted } from '../../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import type { SmbTransaction } from './transaction.ts';

const PAGE = 'rules/smb-keywords.html';
const REQUESTS = [toServer('smb', 0)];
const VERSIONS = ['1', '2'];

type Sticky = Pick<StickyBuffer, 'name' | 'aliases' | 'summary' | 'sample'> & {
  readonly of: (tx: SmbTransaction) => Uint8Array | null;
};

const BUFFERS: readonly Sticky[] = [
  {
    name: 'smb.named_pipe',
    aliases: ['smb_named_pipe'],
    summary: 'Share of pipes that a client connects to.',
    sample: 'IPC$',
    of: ({ detail }) => (detail.kind === 'tree_connect' && detail.isPipe ? detail.share : null),
  },
  {
    name: 'smb.share',
    aliases: ['smb_share'],
    summary: 'Share of files or printers that a client connects to.',
    sample: 'ADMIN$',
    of: ({ detail }) => (detail.kind === 'tree_connect' && !detail.isPipe ? detail.share : null),
  },
  {
    name: 'smb.ntlmssp_user',
    summary: 'User who logs on, by NTLMSSP.',
    sample: 'administrator',
    of: ({ detail }) => (detail.kind === 'session_setup' ? (detail.user?.user ?? null) : null),
  },
  {
    name: 'smb.ntlmssp_domain',
    summary: 'Domain of the user who logs on, by NTLMSSP.',
    sample: 'CORP',
    of: ({ detail }) => (detail.kind === 'session_setup' ? (detail.user?.domain ?? null) : null),
  },
];

const VERSION = defineKeyword({
  name: 'smb.version',
  argument: 'required',
  kind: 'match',
  summary: 'Version of the messages: 1, or 2 (for SMB3 as well).',
  page: `${PAGE}#smb-version`,
  examples: ['alert smb any any -> any any (msg:"m"; smb.version:1; sid:1;)'],
  compile(builder, option) {
    if (builder.seen.includes('smb.version')) throw new RuleError("Can't use 2 or more smb.version declarations");
    const text = unquoted(option);
    if (!VERSIONS.includes(text)) throw new RuleError(`smb.version: "${text}"`, VERSIONS.join(' or '));
    const wanted = Number(text);
    builder.addTxMatch((tx: SmbTransaction) => tx.version === wanted, {
      keyword: 'smb.version',
      engines: [toServer('smb', 0), toClient('smb', 0)],
    });
  },
});

export const SMB_KEYWORDS: readonly KeywordDefinition[] = [
  ...BUFFERS.map(({ of, ...one }) => stickyBuffer('smb', PAGE, { ...one, engines: REQUESTS, bytes: of })),
  VERSION,
];
