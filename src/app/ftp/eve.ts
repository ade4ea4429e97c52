// EVE `ftp`: one record for each command with its replies.

import type { JsonText } from '../../base/json-writer.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import { namesDataPort } from './transaction.ts';
import type { FtpTransaction } from './transaction.ts';

export const FTP_EVE: EveDeclaration = {
  type: 'ftp',
  addresses: 'flow',
  hasTxId: false,
  create: () => ({ log }),
};

function log(tx: FtpTransaction, json: JsonText): boolean {
  const { command, commandData } = tx;
  if (command !== null) json.string('command', command.name);
  if (commandData !== null) json.bytes('command_data', commandData);
  if (command !== null && tx.request.length > command.name.length)
    json.bool('command_truncated', tx.isRequestTruncated);
  list(
    json,
    'completion_code',
    tx.completionCodes.map((code) => textOf(code)),
  );
  list(
    json,
    'reply',
    tx.replies.map(({ text }) => textOf(text)),
  );
  if (tx.dynamicPort !== 0) json.number('dynamic_port', tx.dynamicPort);
  if (namesDataPort(tx)) json.string('mode', tx.mode);
  json.string('reply_received', tx.isReplied ? 'yes' : 'no').bool('reply_truncated', tx.isReplyTruncated);
  return true;
}

/** What is not UTF-8 as U+FFFD. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

function list(json: JsonText, key: string, values: readonly string[]): void {
  if (values.length === 0) return;
  json.openArray(key);
  for (const value of values) json.stringElement(value);
  json.closeArray();
}
