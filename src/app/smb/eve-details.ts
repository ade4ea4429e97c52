// What the EVE record of a transaction says beyond its command: by kind.

import type { JsonText } from '../../base/json-writer.ts';
import type { RpcInterface } from '../../applayer/dcerpc/contexts.ts';
import { PduType, pduTypeName } from '../../applayer/dcerpc/pdu.ts';
import type { RpcExchange, RpcSide } from '../../applayer/dcerpc/exchange.ts';
import { namesOf } from '../../applayer/dcerpc/services.ts';
import type { SmbSession } from './session.ts';
import { levelName, subcommandName } from './smb1-header.ts';
import { dispositionName, functionName } from './smb2-header.ts';
import type {
  Create,
  FileAccess,
  NativeNames,
  Negotiation,
  Rename,
  SessionSetup,
  SetInfo,
  SmbTransaction,
  TreeConnect,
} from './transaction.ts';

const SHARE_TYPES: Readonly<Record<number, string>> = { 1: 'FILE', 2: 'PIPE', 3: 'PRINT' };

export function writeDetail({ detail, exchange, session }: SmbTransaction, json: JsonText): void {
  switch (detail.kind) {
    case 'negotiate':
      negotiation(detail, session, json);
      break;
    case 'session_setup':
      sessionSetup(detail, json);
      break;
    case 'tree_connect':
      treeConnect(detail, json);
      break;
    case 'create':
      create(detail, json);
      break;
    case 'file':
      file(detail, json);
      break;
    case 'ioctl':
      json.string('function', functionName(detail.function));
      break;
    case 'rename':
      rename(detail, json);
      break;
    case 'set_file_path_info':
      setInfo(detail, json);
      break;
    case 'dcerpc':
      call(exchange!, json.open('dcerpc'));
      json.close();
      break;
    default:
  }
}

function negotiation({ dialects, clientGuid, serverGuid }: Negotiation, session: SmbSession, json: JsonText): void {
  json.openArray('client_dialects');
  for (const dialect of dialects) json.stringElement(dialect);
  json.closeArray();
  if (clientGuid !== null) json.string('client_guid', clientGuid);
  json.string('server_guid', serverGuid);
  if (session.maxRead > 0) json.number('max_read_size', session.maxRead);
  if (session.maxWrite > 0) json.number('max_write_size', session.maxWrite);
}

function sessionSetup({ user, ticket, client, server }: SessionSetup, json: JsonText): void {
  if (user !== null) {
    json.open('ntlmssp').string('domain', textOf(user.domain)).string('user', textOf(user.user));
    json.string('host', textOf(user.host));
    if (user.version !== '') json.string('version', user.version);
    json.close();
  }
  if (ticket !== null) {
    json.open('kerberos').bytes('realm', ticket.realm).openArray('snames');
    for (const name of ticket.names) json.bytesElement(name);
    json.closeArray().close();
  }
  if (client !== null) native('request', client, json);
  if (server !== null) native('response', server, json);
}

function native(key: string, { os, lanManager }: NativeNames, json: JsonText): void {
  json.open(key).string('native_os', textOf(os)).string('native_lm', textOf(lanManager)).close();
}

/** What is no UTF-8 is replaced, not escaped (Suricata). */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function treeConnect({ share, isPipe, type, asked, given }: TreeConnect, json: JsonText): void {
  const isAnswered = type !== 0 || given !== null;
  json.bytes(isPipe && isAnswered ? 'named_pipe' : 'share', share);
  if (asked !== null) {
    json.open('service').bytes('request', asked);
    if (given !== null) json.bytes('response', given);
    json.close();
  } else json.string('share_type', SHARE_TYPES[type] ?? 'UNKNOWN');
}

function access(deletesOnClose: boolean, json: JsonText): void {
  json.string('access', deletesOnClose ? 'delete on close' : 'normal');
}

function create(one: Create, json: JsonText): void {
  json.bytes(one.isDirectory ? 'directory' : 'filename', one.name);
  json.string('disposition', dispositionName(one.disposition));
  access(one.deletesOnClose, json);
  json.number('created', one.created).number('accessed', one.accessed).number('modified', one.modified);
  json.number('changed', one.changed).number('size', one.size).string('fuid', one.fuid);
}

function file({ name, share, fuid }: FileAccess, json: JsonText): void {
  json.bytes('filename', name).bytes('share', share).string('fuid', fuid);
}

function rename({ from, to, fuid }: Rename, json: JsonText): void {
  json.bytes('filename', from).open('rename').bytes('from', from).bytes('to', to).close();
  json.string('fuid', fuid);
}

function setInfo({ name, deletesOnClose, subcommand, level, fuid }: SetInfo, json: JsonText): void {
  json.bytes('filename', name);
  access(deletesOnClose, json);
  if (subcommand >= 0) json.string('subcmd', subcommandName(subcommand)).string('level_of_interest', levelName(level));
  if (fuid !== '') json.string('fuid', fuid);
}

function call(exchange: RpcExchange, json: JsonText): void {
  const { request, response } = exchange;
  json.string('request', request.type < 0 ? 'REQUEST_LOST' : pduTypeName(request.type));
  json.string('response', response.type < 0 ? 'UNREPLIED' : pduTypeName(response.type));
  if (request.type === PduType.request) {
    sizes('req', request, json.number('opnum', exchange.opnum));
    const goesTo = exchange.contexts.named(exchange.contextId);
    if (goesTo !== undefined) interfaces([goesTo], exchange.opnum, json);
  } else if (exchange.offered.length > 0) interfaces(exchange.offered, -1, json);
  if (response.type === PduType.response) sizes('res', response, json);
  json.number('call_id', exchange.callId);
}

function sizes(key: string, side: RpcSide, json: JsonText): void {
  json.open(key).number('frag_cnt', side.fragments).number('stub_data_size', side.size).close();
}

/** @param opnum of the procedure, -1 where none is called: it is told how the server answered */
function interfaces(list: readonly RpcInterface[], opnum: number, json: JsonText): void {
  json.openArray('interfaces');
  for (const { uuid, major, minor, result, reason } of list) {
    json
      .openElement()
      .string('uuid', uuid)
      .string('version', `${String(major)}.${String(minor)}`);
    if (opnum < 0 && result >= 0) json.number('ack_result', result).number('ack_reason', reason);
    const names = namesOf(uuid, opnum);
    if (names !== undefined) json.string('service', names.service);
    if (names !== undefined && names.procedure !== '') json.string('procedure', names.procedure);
    json.close();
  }
  json.closeArray();
}
