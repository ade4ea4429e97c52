// EVE `dns` (version 3): one record for each message.

import type { JsonText } from '../../base/json-writer.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import type { DnsTransaction } from './parser.ts';

export const DNS_EVE: EveDeclaration = {
  type: 'dns',
  addresses: 'packet',
  create: () => ({ log }),
};

function log(tx: DnsTransaction, json: JsonText): boolean {
  const { message } = tx;
  json
    .number('version', 3)
    .string('type', message.isResponse ? 'response' : 'request')
    .number('tx_id', tx.id)
    .number('id', message.id);
  json.string('flags', message.flags.toString(16)).number('opcode', message.opcode);
  return true;
}
