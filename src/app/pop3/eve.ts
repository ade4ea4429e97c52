// EVE `pop3`: one record for each command with its reply.

import type { JsonText } from '../../base/json-writer.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import type { Pop3Transaction } from './parser.ts';

export const POP3_EVE: EveDeclaration = {
  type: 'pop3',
  addresses: 'flow',
  hasTxId: false,
  create: () => ({ log }),
};

function log({ command, arguments: words, response }: Pop3Transaction, json: JsonText): boolean {
  if (command !== null) {
    json.open('request').string('command', command).openArray('args');
    for (const word of words) json.bytesElement(word);
    json.closeArray().close();
  }
  if (response === null) return true;
  json
    .open('response')
    .bool('success', response.isOk)
    .string('status', response.isOk ? 'OK' : 'ERR');
  json.bytes('header', response.header).openArray('data');
  for (const line of response.lines) json.bytesElement(line);
  json.closeArray().close();
  return true;
}
