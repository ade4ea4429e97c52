// EVE `ftp_data`: one record for each data channel.

import type { JsonText } from '../../base/json-writer.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import type { FtpDataTransaction } from './parser.ts';

export const FTP_DATA_EVE: EveDeclaration = {
  type: 'ftp_data',
  configKey: 'ftp',
  addresses: 'flow',
  hasTxId: false,
  create: () => ({ log }),
};

function log({ announced }: FtpDataTransaction, json: JsonText): boolean {
  if (announced.name !== null) json.bytes('filename', announced.name);
  if (announced.command !== '') json.string('command', announced.command);
  return true;
}
