// EVE records of transactions, and of what was wrong with them; each protocol writes the members of its own.
import { anomalyName } from '../../framework/anomaly.ts';
import { part } from '../../base/byte-text.ts';
import type { ByteText } from '../../base/byte-text.ts';
import { JsonText } from '../../base/json-writer.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { EveDeclaration, LogTransaction } from '../../framework/app-protocol.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { Packet } from '../../framework/packet.ts';
import type { Transaction } from '../../framework/transaction.ts';
import type { EveRecord } from './record.ts';
import { appendXff, readXff } from './xff.ts';
import type { Xff } from './xff.ts';

const TX_ID = part(',"tx_id":');

interface Entry {
  readonly declaration: EveDeclaration;
  readonly log: LogTransaction;
  readonly count: ((tx: Transaction) => number) | undefined;
  readonly key: string;
  readonly addresses: EveDeclaration['addresses'];
  readonly beside: Beside | null;
  readonly xff: Xff | null;
}

/** The second object of a record. */
interface Beside {
  readonly key: string;
  readonly log: LogTransaction;
}

function besideOf({ beside }: EveDeclaration, node: ConfigNode | undefined): Beside | null {
  return beside === undefined ? null : { key: beside.key, log: beside.create(node).log as LogTransaction };
}

/** Appends `,"email":{...}`; nothing when the protocol has no second object, or it has nothing to say. */
function appendBeside(beside: Beside | null, tx: Transaction, json: JsonText, app: AppFlow): void {
  if (beside !== null) appendObject(beside, tx, json, app, 0);
}

/** Appends `,"key":{...}`; @returns false, and nothing is left behind, when there is nothing to say */
function appendObject({ key, log }: Beside, tx: Transaction, json: JsonText, app: AppFlow, i: number): boolean {
  const { out } = json;
  const before = out.length;
  out.string(`,"${key}":`);
  json.begin().openElement();
  if (log(tx, json, app, i)) {
    json.close();
    return true;
  }
  out.length = before;
  return false;
}

/** The types of transactions that the configuration asks for, by protocol. */
export class TransactionEvents {
  private readonly record: EveRecord;
  private readonly byProtocol = new Map<string, Entry[]>();
  private json = new JsonText();

  constructor(record: EveRecord) {
    this.record = record;
  }

  /** Adds the protocols whose records are of this type; false when there are none. */
  add(type: string, node: ConfigNode | undefined): boolean {
    let isKnown = false;
    for (const { name, eve = [] } of this.record.context.protocols) {
      for (const declaration of eve) {
        if ((declaration.configKey ?? declaration.type) !== type) continue;
        isKnown = true;
        const logger = declaration.create(node);
        const entry: Entry = {
          declaration,
          log: logger.log as LogTransaction,
          count: logger.count as Entry['count'],
          key: keyOf(declaration),
          addresses: logger.addresses ?? declaration.addresses,
          beside: besideOf(declaration, node),
          xff: readXff(node, this.record.settings.xff),
        };
        const known = this.byProtocol.get(name);
        if (known === undefined) this.byProtocol.set(name, [entry]);
        else known.push(entry);
      }
    }
    return isKnown;
  }

  /** Protocols that have records. */
  get protocols(): ReadonlySet<string> {
    return new Set(this.byProtocol.keys());
  }

  /** Appends the records, each with its line end. */
  append(text: ByteText, p: Packet, app: AppFlow, tx: Transaction): void {
    const entries = this.byProtocol.get(tx.protocol!.name);
    if (entries === undefined) return;
    for (const entry of entries) {
      const count = entry.count?.(tx) ?? 1;
      for (let i = 0; i < count; i++) this.one(text, p, app, tx, entry, i);
    }
  }

  private one(text: ByteText, p: Packet, app: AppFlow, tx: Transaction, entry: Entry, i: number): void {
    const { declaration, addresses, beside, xff } = entry;
    const before = text.length;
    const client = xff === null ? null : xff.of(tx);
    if (client !== null && xff!.overwrites) this.record.client = client;
    this.record.appendTransaction(text, p, declaration.type, sideOf(tx, addresses));
    if (declaration.hasTxId !== false) {
      text.part(TX_ID);
      text.number(tx.id);
    }
    const isBeside = client !== null && this.record.client === null;
    this.record.client = null;
    const json = this.jsonOf(text);
    if (!appendObject(entry, tx, json, app, i)) {
      text.length = before;
      return;
    }
    appendBeside(beside, tx, json, app);
    if (isBeside) appendXff(text, client);
    this.record.appendClose(text);
  }

  private jsonOf(text: ByteText): JsonText {
    if (this.json.out !== text) this.json = new JsonText(text);
    return this.json;
  }
}

/** `,"http":{...}` of the transaction an alert is about; '' without. */
export class TransactionContext {
  private readonly writers = new Map<EveDeclaration, { readonly first: Beside; readonly beside: Beside | null }>();
  private readonly json = new JsonText();
  private readonly node: ConfigNode | undefined;

  /** @param node what stands below `alert` in the configuration, for records of alerts */
  constructor(node?: ConfigNode) {
    this.node = node;
  }

  text(app: AppFlow, tx: Transaction): string {
    this.json.clear();
    this.append(this.json, app, tx);
    return this.json.text;
  }

  append(json: JsonText, app: AppFlow, tx: Transaction): void {
    for (const declaration of tx.protocol!.definition.eve ?? []) {
      const { first, beside } = this.writer(declaration);
      if (appendObject(first, tx, json, app, 0)) appendBeside(beside, tx, json, app);
    }
  }

  private logOf(declaration: EveDeclaration): LogTransaction<never> {
    return declaration.alertBy?.(this.node) ?? declaration.alert ?? declaration.create(undefined).log;
  }

  private writer(declaration: EveDeclaration): { readonly first: Beside; readonly beside: Beside | null } {
    const known = this.writers.get(declaration);
    if (known !== undefined) return known;
    const log = this.logOf(declaration) as LogTransaction;
    const writer = { first: { key: keyOf(declaration), log }, beside: besideOf(declaration, undefined) };
    this.writers.set(declaration, writer);
    return writer;
  }
}

function sideOf({ directions }: Transaction, addresses: EveDeclaration['addresses']): 'flow' | 'server' | 'packet' {
  if (addresses !== 'message') return addresses;
  return directions === 2 ? 'server' : 'flow';
}

function keyOf({ key, type }: EveDeclaration): string {
  return key ?? type.replaceAll('-', '_');
}

/** Appends `anomaly` records for the anomalies of a transaction from number `from` on. */
export function appendTxAnomalies(text: ByteText, record: EveRecord, p: Packet, tx: Transaction, from: number): void {
  const { definition, name } = tx.protocol!;
  const anomalies = tx.anomalies!;
  for (let i = from; i < anomalies.length; i++) {
    const full = anomalyName(anomalies[i]!);
    const event = full.slice(full.indexOf('.') + 1);
    const shown = definition.hasUpperCaseEvents === true ? event.toUpperCase() : event;
    record.appendTransaction(text, p, 'anomaly', 'packet');
    text.part(TX_ID);
    text.number(tx.id);
    text.string(`,"anomaly":{"app_proto":"${name}","type":"applayer","event":"${shown}","layer":"proto_parser"}`);
    record.appendClose(text);
  }
}
