// A parser of SMTP with conversations as text: lines of the client and the server, files as they were told.

import { Flows } from '../../../src/framework/flows.ts';
import { ProtocolTable } from '../../../src/applayer/protocol-table.ts';
import smtp from '../../../src/app/smtp/index.ts';
import { SmtpParser } from '../../../src/app/smtp/parser.ts';
import { SmtpTransaction } from '../../../src/app/smtp/transaction.ts';
import { Counters } from '../../../src/base/counters.ts';
import { anomalyName } from '../../../src/framework/anomaly.ts';
import { AppFlow } from '../../../src/framework/app-flow.ts';
import type { AppServices } from '../../../src/framework/app-flow.ts';
import { AppInput } from '../../../src/framework/app-input.ts';
import { PARSE_FAILED } from '../../../src/framework/app-parser.ts';
import { TrackedFile } from '../../../src/framework/file.ts';
import type { Direction } from '../../../src/framework/transaction.ts';

export interface Told {
  readonly name: string;
  content: string;
  how: string;
}

/** Who speaks, and what. */
export type Turn = readonly ['C' | 'S', string];

export class Conversation {
  readonly parser: SmtpParser;
  readonly files: Told[] = [];
  readonly changes: (string | null)[] = [];
  /** Of all transactions, as they came. */
  readonly transactions: SmtpTransaction[] = [];
  hasFailed = false;
  private readonly input = new AppInput();
  private readonly rest = [Buffer.alloc(0), Buffer.alloc(0)];
  private readonly flow: AppFlow;

  constructor() {
    const table = new ProtocolTable([smtp], undefined);
    const protocol = table.find('smtp')!;
    this.flow = new AppFlow(0, 6, this.services(), protocol);
    this.flow.protocol = protocol;
    const parser = smtp.createParser!(this.flow, protocol.settings);
    if (!(parser instanceof SmtpParser)) throw new TypeError('another parser');
    this.parser = parser;
    this.flow.parser = this.parser;
  }

  /** @param size bytes that a turn is given in at a time */
  play(turns: readonly Turn[], size = Infinity): this {
    for (const [who, text] of turns) {
      const bytes = Buffer.from(text, 'latin1');
      for (let at = 0; at < bytes.length; at += size) this.feed(who === 'C' ? 0 : 1, bytes.subarray(at, at + size));
    }
    return this;
  }

  feed(direction: Direction, bytes: Uint8Array, isEof = false): void {
    if (this.hasFailed) return;
    const data = Buffer.concat([this.rest[direction]!, bytes]);
    Object.assign(this.input, { data, start: 0, end: data.length, direction, isEof });
    const taken = this.parser.data(this.input);
    for (const tx of this.parser.transactions)
      if (tx instanceof SmtpTransaction && !this.transactions.includes(tx)) this.transactions.push(tx);
    if (taken === PARSE_FAILED) this.hasFailed = true;
    else this.rest[direction] = data.subarray(taken);
  }

  /** All there is to say, for comparisons. */
  summary(): unknown {
    return {
      hasFailed: this.hasFailed,
      files: this.files,
      transactions: this.transactions.map((tx) => ({
        mailFrom: text(tx.mailFrom),
        recipients: tx.recipients.map(text),
        progress: tx.progress,
        anomalies: (tx.anomalies ?? []).map(anomalyName),
        fields: tx.message?.fields.map(({ name, value }) => [text(name), text(value)]),
        attachments: tx.message?.attachments.map(text),
        urls: tx.message?.urls.map(text),
        bodyMd5: tx.message?.bodyMd5,
      })),
    };
  }

  private services(): AppServices {
    const told = new Map<TrackedFile, Told>();
    return {
      counters: new Counters(),
      flows: new Flows(1),
      files: {
        open: (_app: AppFlow, _tx: unknown, direction: Direction, name: Uint8Array) => {
          const file = new TrackedFile(direction, name);
          const one = { name: text(name)!, content: '', how: 'open' };
          told.set(file, one);
          this.files.push(one);
          return file;
        },
        append: (file: TrackedFile, data: Uint8Array, start: number, end: number) => {
          told.get(file)!.content += Buffer.from(data.subarray(start, end)).toString('latin1');
        },
        close: (file: TrackedFile, how: string) => {
          told.get(file)!.how = how;
        },
      },
      changeProtocol: (app: AppFlow, expected: string | null) => {
        this.changes.push(expected);
        app.change = { state: undefined, expected };
      },
      triggerRawInspection: () => undefined,
      holdBehind: () => undefined,
    } as unknown as AppServices;
  }
}

export function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('latin1');
}

const OK: Turn = ['S', '250 ok\r\n'];

/** Up to the reply to DATA. */
export const ENVELOPE: readonly Turn[] = [
  ['S', '220 mail.example.com ESMTP\r\n'],
  ['C', 'EHLO client\r\n'],
  ['S', '250-mail.example.com\r\n250 PIPELINING\r\n'],
  ['C', 'MAIL FROM:<a@example.com> SIZE=100\r\n'],
  OK,
  ['C', 'RCPT TO:<b@example.com>\r\n'],
  OK,
  ['C', 'DATA\r\n'],
  ['S', '354 go ahead\r\n'],
];

/** A whole mail. */
export function mail(message: string): Turn[] {
  return [...ENVELOPE, ['C', message], OK];
}
