// EVE `websocket`: one record for each frame.

import type { JsonText } from '../../base/json-writer.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import { opcodeName } from './opcodes.ts';
import { Flag } from './parser.ts';
import type { WebSocketTransaction } from './parser.ts';

export const WEBSOCKET_EVE: EveDeclaration = {
  type: 'websocket',
  addresses: 'packet',
  hasTxId: false,
  create(node: ConfigNode | undefined) {
    const hasBase64 = node?.bool('payload-base64', false) ?? false;
    const hasText = node?.bool('payload-printable', false) ?? false;
    return {
      log(tx: WebSocketTransaction, json: JsonText): boolean {
        record(tx, json);
        const payload = Buffer.from(tx.payload);
        if (hasBase64) json.string('payload_base64', payload.toString('base64'));
        if (hasText) json.string('payload_printable', payload.toString('utf8'));
        return true;
      },
    };
  },
};

function record(tx: WebSocketTransaction, json: JsonText): void {
  json.bool('fin', (tx.flags & Flag.fin) !== 0);
  if (tx.mask >= 0) json.number('mask', tx.mask);
  json.string('opcode', opcodeName(tx.opcode));
}
