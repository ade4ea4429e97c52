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
  const data = tx.commandData;
  if (tx.command !== null) json.string('command', tx.command.name);
  if (data !== null) json.bytes('command_data', data).bool('command_truncated', tx.isRequestTruncated);
  list(json, 'completion_code', tx.completionCodes);
  list(
    json,
    'reply',
    tx.replies.map(({ text }) => text),
  );
  if (tx.dynamicPort !== 0) json.number('dynamic_port', tx.dynamicPort);
  if (namesDataPort(tx)) json.string('mode', tx.mode);
  json.string('reply_received', tx.isReplied ? 'yes' : 'no').bool('reply_truncated', tx.isReplyTruncated);
  return true;
}

function list(json: JsonText, key: string, values: readonly Uint8Array[]): void {
  if (values.length === 0) return;
  json.openArray(key);
  for (const value of values) json.bytesElement(value);
  json.closeArray();
}
