// EVE `fileinfo`: one record for each file, beside what the protocol says of its transaction.
import type { ByteText } from '../../base/byte-text.ts';
import { JsonText } from '../../base/json-writer.ts';
import { FILE_STATES, FileState } from '../../framework/file.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { TrackedFile } from '../../framework/file.ts';
import type { Packet } from '../../framework/packet.ts';
import { TO_CLIENT } from '../../framework/transaction.ts';
import type { Transaction } from '../../framework/transaction.ts';
import { TransactionContext } from './transaction.ts';
import type { EveRecord } from './record.ts';
import { appendXff } from './xff.ts';
import type { Xff } from './xff.ts';

export class FileEvents {
  private readonly record: EveRecord;
  private readonly context = new TransactionContext();
  private readonly xff: Xff | null;
  private json = new JsonText();

  /** @param xff in place of what the section says */
  constructor(record: EveRecord, xff = record.settings.xff) {
    this.record = record;
    this.xff = xff;
  }

  /** Appends the record with its line end. */
  append(text: ByteText, p: Packet, app: AppFlow, tx: Transaction, file: TrackedFile): void {
    const side = file.direction === TO_CLIENT ? 'server' : 'flow';
    if (this.json.out !== text) this.json = new JsonText(text);
    const { json } = this;
    const client = this.xff?.of(tx) ?? null;
    if (this.xff?.overwrites === true) this.record.client = client;
    this.record.appendTransaction(text, p, 'fileinfo', side);
    const isBeside = client !== null && this.record.client === null;
    this.record.client = null;
    this.context.append(json, app, tx);
    text.string(`,"app_proto":"${tx.protocol!.name}","fileinfo":`);
    json.begin().openElement();
    fileMembers(json, tx, file, FileState.truncated);
    json.close();
    if (isBeside) appendXff(text, client);
    this.record.appendClose(text);
  }
}

/**
 * The members of `fileinfo`, and of an element of `files` in alerts.
 * @param open what the state of an open file is called
 */
export function fileMembers(json: JsonText, tx: Transaction, file: TrackedFile, open: number): void {
  if (file.name.length > 0) json.bytes('filename', file.name);
  if (file.sids !== null) json.raw('sid', JSON.stringify(file.sids));
  if (file.magic !== null && file.magic !== '') json.string('magic', file.magic);
  json.bool('gaps', file.hasGaps);
  json.string('state', FILE_STATES[file.state === FileState.opened ? open : file.state]!);
  if (file.md5 !== null) json.string('md5', file.md5);
  if (file.sha1 !== null) json.string('sha1', file.sha1);
  if (file.sha256 !== null) json.string('sha256', file.sha256);
  if (file.storeId > 0 && file.state > FileState.opened) json.bool('stored', true).number('file_id', file.storeId);
  else json.bool('stored', false);
  if (file.isStored && file.storeId === 0) json.bool('storing', true);
  json.number('size', file.size);
  if (file.rangeEnd > 0) json.number('start', file.rangeStart).number('end', file.rangeEnd);
  json.number('tx_id', tx.id);
}
