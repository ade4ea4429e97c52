// ftpdata_command: the command that a data channel serves.

import { toClient, toServer } from '../../framework/app-keyword.ts';
import { unquoted } from '../../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { FtpDataTransaction } from './parser.ts';

const COMMANDS = ['retr', 'stor'];

export const FTPDATA_COMMAND = defineKeyword({
  name: 'ftpdata_command',
  argument: 'required',
  kind: 'match',
  summary: 'The command that the data channel serves: retr or stor.',
  page: 'rules/ftp-keywords.html#ftpdata-command',
  examples: ['alert ftp-data any any -> any any (msg:"m"; ftpdata_command:stor; sid:1;)'],
  compile(builder, option) {
    const wanted = unquoted(option);
    if (!COMMANDS.includes(wanted)) throw new RuleError(`ftpdata_command: "${wanted}"`, COMMANDS.join(' or '));
    const name = wanted.toUpperCase();
    builder.addTxMatch((tx) => (tx as FtpDataTransaction).announced.command === name, {
      keyword: 'ftpdata_command',
      engines: [toServer('ftp-data', 0), toClient('ftp-data', 0)],
    });
  },
});
