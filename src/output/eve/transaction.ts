// EVE records of transactions, and of what was wrong with them; each protocol writes the members of its own.
import { anomalyName } from '../../framework/anomaly.ts';
import { JsonText } from '../../base/json-writer.ts';
import type { AppFlow } from '../../framework/app-flow.ts';
import type { EveDeclaration, LogTransaction } from '../../framework/app-protocol.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { Packet } from '../../framework/packet.ts';
import type { Transaction } from '../../framework/transaction.ts';
import type { EveRecord } from './record.ts';

interface Entry {
  readonly declaration: EveDeclaration;
  readonly log: LogTransaction;
  readonly count: ((tx: Transaction) => number) | undefined;
  readonly key: string;
  readonly addresses: EveDeclaration['addresses'];
  readonly beside: Beside | null;
}

/** The second object of a record. */
interface Beside {
  readonly key: string;
  readonly log: LogTransaction;
}

function besideOf({ beside }: EveDeclaration, node: ConfigNode | undefined): Beside | null {
  return beside === undefined ? null : { key: beside.key, log: beside.create(node).log as LogTransaction };
}

/** `,"email":{...}`; '' when the protocol has no second object, or nothing to say in it. */
function besideText(beside: Beside | null, tx: Transaction, json: JsonText, app: AppFlow): string {
  if (beside === null) return '';
  json.clear();
  return beside.log(tx, json, app, 0) ? `,"${beside.key}":{${json.text}}` : '';
}

/** The types of transactions that the configuration asks for, by protocol. */
export class TransactionEvents {
  private readonly record: EveRecord;
  private readonly byProtocol = new Map<string, Entry[]>();
  private readonly json = new JsonText();

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
        };
        const known = this.byProtocol.get(name);
        if (known === undefined) this.byProtocol.set(name, [entry]);
        else known.push(entry);
      }
    }
    return isKnown;
  }

  /** The records, each with its line end; '' for none. */
  transaction(p: Packet, app: AppFlow, tx: Transaction): string {
    const entries = this.byProtocol.get(tx.protocol!.name);
    if (entries === undefined) return '';
    let text = '';
    for (const entry of entries) {
      const count = entry.count?.(tx) ?? 1;
      for (let i = 0; i < count; i++) text += this.one(p, app, tx, entry, i);
    }
    return text;
  }

  private one(
    p: Packet,
    app: AppFlow,
    tx: Transaction,
    { declaration, log, key, addresses, beside }: Entry,
    i: number,
  ): string {
    const { json } = this;
    json.clear();
    if (!log(tx, json, app, i)) return '';
    const members = json.text;
    const txId = declaration.hasTxId === false ? '' : `,"tx_id":${String(tx.id)}`;
    const start = this.record.transaction(p, declaration.type, sideOf(tx, addresses));
    return `${start}${txId},"${key}":{${members}}${besideText(beside, tx, json, app)}${this.record.end()}`;
  }
}

/** `,"http":{...}` of the transaction an alert is about; '' without. */
export class TransactionContext {
  private readonly writers = new Map<
    EveDeclaration,
    { readonly log: LogTransaction; readonly beside: Beside | null }
  >();
  private readonly json = new JsonText();

  text(app: AppFlow, tx: Transaction): string {
    let text = '';
    for (const declaration of tx.protocol!.definition.eve ?? []) {
      this.json.clear();
      const { log, beside } = this.writer(declaration);
      if (!log(tx, this.json, app, 0)) continue;
      text += `,"${keyOf(declaration)}":{${this.json.text}}`;
      text += besideText(beside, tx, this.json, app);
    }
    return text;
  }

  private writer(declaration: EveDeclaration): { readonly log: LogTransaction; readonly beside: Beside | null } {
    const known = this.writers.get(declaration);
    if (known !== undefined) return known;
    const log = (declaration.alert ?? declaration.create(undefined).log) as LogTransaction;
    const writer = { log, beside: besideOf(declaration, undefined) };
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

/** `anomaly` records for the anomalies of a transaction from number `from` on. */
export function txAnomalyText(record: EveRecord, p: Packet, tx: Transaction, from: number): string {
  let text = '';
  const { definition, name } = tx.protocol!;
  for (const id of tx.anomalies!.slice(from)) {
    const full = anomalyName(id);
    const event = full.slice(full.indexOf('.') + 1);
    const shown = definition.hasUpperCaseEvents === true ? event.toUpperCase() : event;
    text += `${record.transaction(p, 'anomaly', 'packet')},"tx_id":${String(tx.id)}`;
    text += `,"anomaly":{"app_proto":"${name}","type":"applayer","event":"${shown}","layer":"proto_parser"}${record.end()}`;
  }
  return text;
}
