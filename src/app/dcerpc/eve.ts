// EVE `dcerpc`: one record for each call, and for each negotiation.

import type { JsonText } from '../../base/json-writer.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import type { RpcInterface } from '../../applayer/dcerpc/contexts.ts';
import type { RpcExchange, RpcSide } from '../../applayer/dcerpc/exchange.ts';
import { PduType, pduTypeName } from '../../applayer/dcerpc/pdu.ts';
import { namesOf } from '../../applayer/dcerpc/services.ts';
import type { DcerpcTransaction } from './transaction.ts';

export const DCERPC_EVE: EveDeclaration = {
  type: 'dcerpc',
  addresses: 'flow',
  create: () => ({ log: write }),
};

function write({ exchange }: DcerpcTransaction, json: JsonText): boolean {
  const { request, response } = exchange;
  if (request.type >= 0 && !request.isLost) {
    json.string('request', pduTypeName(request.type));
    if (request.type === PduType.request) call(exchange, json);
    else if (request.type === PduType.bind) interfaces(exchange.offered, json);
  } else json.string('request', 'REQUEST_LOST');
  if (response.type >= 0 && !response.isLost) {
    json.string('response', pduTypeName(response.type));
    if (response.type === PduType.response) sizes('res', response, json).close();
  } else json.string('response', 'UNREPLIED');
  if (exchange.activity === '')
    json.number('call_id', exchange.callId).string('rpc_version', `5.${String(exchange.minor)}`);
  else json.string('activityuuid', exchange.activity).number('seqnum', exchange.sequence).string('rpc_version', '4.0');
  return true;
}

function call(exchange: RpcExchange, json: JsonText): void {
  json.open('req').number('opnum', exchange.opnum);
  json.number('frag_cnt', exchange.request.fragments).number('stub_data_size', exchange.request.size).close();
  const goesTo = exchange.contexts.named(exchange.contextId);
  if (goesTo === undefined) return;
  json.openArray('interfaces').openElement();
  members(goesTo, json);
  const names = namesOf(goesTo.uuid, exchange.opnum);
  if (names !== undefined) json.string('service', names.service);
  if (names !== undefined && names.procedure !== '') json.string('procedure', names.procedure);
  json.close().closeArray();
}

function interfaces(list: readonly RpcInterface[], json: JsonText): void {
  if (list.length === 0) return;
  json.openArray('interfaces');
  for (const one of list) {
    json.openElement();
    members(one, json);
    json.close();
  }
  json.closeArray();
}

function members({ uuid, major, minor, result }: RpcInterface, json: JsonText): void {
  json.string('uuid', uuid).string('version', `${String(major)}.${String(minor)}`);
  if (result >= 0) json.number('ack_result', result);
}

function sizes(key: string, side: RpcSide, json: JsonText): JsonText {
  return json.open(key).number('frag_cnt', side.fragments).number('stub_data_size', side.size);
}
