// EVE `websocket`: one record for each frame.

import type { JsonText } from '../../base/json-writer.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveDeclaration, LogTransaction } from '../../framework/app-protocol.ts';
import { opcodeName } from './opcodes.ts';
import { Flag } from './parser.ts';
import type { WebSocketTransaction } from './parser.ts';

export const WEBSOCKET_EVE: EveDeclaration = {
  type: 'websocket',
  addresses: 'packet',
  hasTxId: false,
  create: (node) => ({ log: logWith(node, 'payload-base64', 'payload-printable') }),
  alertBy: (node) => logWith(node, 'websocket-payload', 'websocket-payload-printable'),
};

/** @param base64Key, textKey what the settings are called that ask for the payload in that form */
function logWith(node: ConfigNode | undefined, base64Key: string, textKey: string): LogTransaction<never> {
  const hasBase64 = node?.bool(base64Key, false) ?? false;
  const hasText = node?.bool(textKey, false) ?? false;
  return (tx: WebSocketTransaction, json) => {
    record(tx, json);
    const payload = Buffer.from(tx.payload);
    if (hasBase64) json.string('payload_base64', payload.toString('base64'));
    if (hasText) json.string('payload_printable', payload.toString('utf8'));
    return true;
  };
}

function record(tx: WebSocketTransaction, json: JsonText): void {
  json.bool('fin', (tx.flags & Flag.fin) !== 0);
  if (tx.mask >= 0) json.number('mask', tx.mask);
  json.string('opcode', opcodeName(tx.opcode));
}
