// SmtpTransaction: one mail from its first command to the reply that accepts or refuses it.

import type { TrackedFile } from '../../framework/file.ts';
import { Transaction } from '../../framework/transaction.ts';
import type { MimeMessage } from './mime/message.ts';

/** What holds for all mails of a connection. */
export interface SmtpSession {
  /** Name the client gave itself; null before it did. */
  helo: Uint8Array | null;
}

export class SmtpTransaction extends Transaction {
  readonly session: SmtpSession;
  /** As written, with angle brackets; null: no MAIL yet. */
  mailFrom: Uint8Array | null = null;
  readonly recipients: Uint8Array[] = [];
  /** DATA has begun, and what it brings is asked for by the configuration. */
  hasContent = false;
  /** Made with DATA; null before, and where MIME is not decoded. */
  message: MimeMessage | null = null;
  /** The message as it is, where that is asked for. */
  rawFile: TrackedFile | null = null;

  constructor(id: number, session: SmtpSession) {
    super(id);
    this.session = session;
  }
}
