// Keywords of FTP.

import { appIntegerKeyword, stickyBuffer, toClient, toServer } from '../../framework/app-keyword.ts';
import type { DetectContext } from '../../framework/detect-context.ts';
import { unquoted } from '../../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import { FTP_BOUNCE } from './bounce.ts';
import { FtpState, namesDataPort } from './transaction.ts';
import type { FtpTransaction } from './transaction.ts';

const PAGE = 'rules/ftp-keywords.html';
const CLIENT = toServer('ftp', 0);
const SERVER = toClient('ftp', 0);
const ANSWERED = toClient('ftp', FtpState.finished);
const rule = (options: string): string => `alert ftp any any -> any any (msg:"m"; ${options} sid:1;)`;

const command = stickyBuffer('ftp', PAGE, {
  name: 'ftp.command',
  summary: 'The command, in capitals.',
  sample: 'PASS',
  engines: [CLIENT],
  bytes: (tx: FtpTransaction) => tx.command?.bytes ?? null,
});

const commandData = stickyBuffer('ftp', PAGE, {
  name: 'ftp.command_data',
  summary: 'What stands behind the command.',
  sample: 'anonymous',
  engines: [CLIENT],
  bytes: (tx: FtpTransaction) => tx.commandData,
});

const reply = stickyBuffer('ftp', PAGE, {
  name: 'ftp.reply',
  summary: 'A line of the reply, without its code; one at a time.',
  sample: 'Please specify the password.',
  engines: [ANSWERED],
  isMulti: true,
  bytes: (tx: FtpTransaction, _direction, instance) => tx.replies[instance]?.text ?? null,
});

const completionCode = stickyBuffer('ftp', PAGE, {
  name: 'ftp.completion_code',
  summary: 'Code of a line of the reply, one at a time.',
  sample: '226',
  engines: [ANSWERED],
  isMulti: true,
  bytes: (tx: FtpTransaction, _direction, instance) => tx.completionCodes[instance] ?? null,
});

const dynamicPort = appIntegerKeyword({
  name: 'ftp.dynamic_port',
  summary: 'Port of the data channel that was agreed on.',
  page: `${PAGE}#ftp-dynamic_port`,
  examples: [rule('ftp.dynamic_port:59914;')],
  width: 'u16',
  engines: [CLIENT, SERVER],
  isRepeated: true,
  read: (tx: FtpTransaction) => (tx.dynamicPort === 0 ? -1 : tx.dynamicPort),
});

const mode = defineKeyword({
  name: 'ftp.mode',
  argument: 'required',
  kind: 'match',
  summary: 'Who opens the data channel that was agreed on: active (the server) or passive (the client).',
  page: `${PAGE}#ftp-mode`,
  examples: [rule('ftp.mode:active;'), rule('ftp.mode:passive;')],
  compile(builder, option) {
    const wanted = unquoted(option).toLowerCase();
    if (wanted !== 'active' && wanted !== 'passive')
      throw new RuleError(`ftp.mode: "${wanted}" is no mode`, 'active or passive');
    builder.addTxMatch((tx: FtpTransaction) => namesDataPort(tx) && tx.dynamicPort !== 0 && tx.mode === wanted, {
      keyword: 'ftp.mode',
      engines: [CLIENT, SERVER],
      isRepeated: true,
    });
  },
});

const YES = /^(?:yes|true|on|1)$/i;
const NO = /^(?:no|false|off|0)$/i;

const replyReceived = defineKeyword({
  name: 'ftp.reply_received',
  argument: 'required',
  kind: 'match',
  summary: 'Whether the command was answered.',
  page: `${PAGE}#ftp-reply_received`,
  examples: [rule('ftp.reply_received:yes;'), rule('ftp.reply_received:no;')],
  compile(builder, option) {
    const text = unquoted(option);
    const wanted = YES.test(text);
    if (!wanted && !NO.test(text)) throw new RuleError(`ftp.reply_received: "${text}" is neither yes nor no`);
    builder.addTxMatch((tx: FtpTransaction, _p, ctx) => (wanted ? tx.isReplied : isUnanswered(tx, ctx)), {
      keyword: 'ftp.reply_received',
      engines: [SERVER],
      isRepeated: true,
    });
  },
});

/** The reply is still to come: there was one that says so, or the flow ended. */
function isUnanswered(tx: FtpTransaction, { txProgress }: DetectContext): boolean {
  return !tx.isReplied && (tx.preliminaries > 0 || txProgress >= FtpState.finished);
}

export const FTP_KEYWORDS: readonly KeywordDefinition[] = [
  command,
  commandData,
  reply,
  completionCode,
  dynamicPort,
  mode,
  replyReceived,
  FTP_BOUNCE,
];
