// EVE `smb`: one record for each transaction, unless its kind is left off (`types`).

import { log } from '../../base/log.ts';
import type { JsonText } from '../../base/json-writer.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveDeclaration, TxLogger } from '../../framework/app-protocol.ts';
import { writeDetail } from './eve-details.ts';
import { ntStatusName } from './nt-status.ts';
import { smb1CommandName } from './smb1-header.ts';
import { dialectName, smb2CommandName } from './smb2-header.ts';
import { dosErrorName } from './status.ts';
import type { SmbDetail, SmbTransaction } from './transaction.ts';

/** Kinds of transactions, as the configuration has them. */
const KINDS: readonly SmbDetail['kind'][] = [
  'file',
  'tree_connect',
  'negotiate',
  'dcerpc',
  'create',
  'session_setup',
  'ioctl',
  'rename',
  'set_file_path_info',
  'generic',
];

export const SMB_EVE: EveDeclaration = {
  type: 'smb',
  addresses: 'flow',
  create: (node: ConfigNode | undefined): TxLogger => {
    const kinds = kindsOf(node);
    return { log: (tx: SmbTransaction, json) => (kinds === null || kinds.has(tx.detail.kind)) && write(tx, json) };
  },
  alert: write,
};

/** The kinds that are wanted; null: all. */
function kindsOf(node: ConfigNode | undefined): ReadonlySet<string> | null {
  if (node?.get('types') === undefined) return null;
  const names = node.strings('types');
  for (const name of names)
    if (!(KINDS as readonly string[]).includes(name)) log.warning('smb', `Unknown type "${name}" of smb records`);
  return new Set(names);
}

function write(tx: SmbTransaction, json: JsonText): boolean {
  const { version, status } = tx;
  json.number('id', tx.id + 1).string('dialect', dialectOf(tx));
  json.string('command', version === 2 ? smb2CommandName(tx.command) : smb1CommandName(tx.command));
  if (status >= 0) writeStatus(tx, json);
  json.raw('session_id', sessionText(tx)).number('tree_id', tx.treeId);
  writeDetail(tx, json);
  return true;
}

function dialectOf({ session }: SmbTransaction): string {
  return session.dialect === 0 && session.oldDialect !== '' ? session.oldDialect : dialectName(session.dialect);
}

function writeStatus({ status, isDosStatus }: SmbTransaction, json: JsonText): void {
  if (!isDosStatus) {
    json.string('status', ntStatusName(status)).string('status_code', `0x${status.toString(16)}`);
    return;
  }
  const code = status & 0xffff;
  json.string('status', dosErrorName(status >>> 16, code));
  json.string('status_code', `0x${code.toString(16).padStart(4, '0')}`);
}

/** 64 bits, in full. */
function sessionText({ sessionLow, sessionHigh }: SmbTransaction): string {
  if (sessionHigh === 0) return String(sessionLow);
  return String((BigInt(sessionHigh) << 32n) | BigInt(sessionLow));
}
