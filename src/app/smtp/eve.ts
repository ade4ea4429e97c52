// EVE `smtp`: the envelope, and beside it `email`: the message.

import { createHash } from 'node:crypto';
import type { JsonText } from '../../base/json-writer.ts';
import { quote } from '../../base/json-text.ts';
import type { ConfigNode } from '../../config/index.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import { findField, isNamed } from './mime/header.ts';
import type { MimeMessage } from './mime/message.ts';
import { splitAddresses } from './mime/addresses.ts';
import type { SmtpTransaction } from './transaction.ts';

/** Fields that `custom` adds, in the order of the record; a list is written for those that repeat. */
const FIELDS = [
  'reply-to',
  'bcc',
  'message-id',
  'subject',
  'x-mailer',
  'user-agent',
  'received',
  'x-originating-ip',
  'in-reply-to',
  'references',
  'importance',
  'priority',
  'sensitivity',
  'organization',
  'content-md5',
  'date',
] as const;
/** Those that name several receivers. */
const LISTS = new Set(['bcc']);

interface EmailSettings {
  readonly fields: readonly string[];
  readonly subjectMd5: boolean;
  readonly bodyMd5: boolean;
}

const BASIC: EmailSettings = { fields: [], subjectMd5: false, bodyMd5: false };

export const SMTP_EVE: EveDeclaration = {
  type: 'smtp',
  addresses: 'flow',
  create: () => ({ log: envelope }),
  beside: {
    key: 'email',
    create(node) {
      const settings = emailSettings(node);
      return { log: (tx: SmtpTransaction, json) => email(tx, json, settings) };
    },
  },
};

function emailSettings(node: ConfigNode | undefined): EmailSettings {
  const wanted = new Set(node?.strings('custom').map((name) => name.toLowerCase()) ?? []);
  const md5 = node?.strings('md5') ?? [];
  return {
    fields: FIELDS.filter((name) => wanted.has(name)),
    subjectMd5: md5.includes('subject'),
    bodyMd5: md5.includes('body'),
  };
}

function envelope(tx: SmtpTransaction, json: JsonText): boolean {
  if (tx.session.helo !== null) json.bytes('helo', tx.session.helo);
  if (tx.mailFrom !== null) json.bytes('mail_from', tx.mailFrom);
  if (tx.recipients.length === 0) return true;
  json.openArray('rcpt_to');
  for (const one of tx.recipients) json.bytesElement(one);
  json.closeArray();
  return true;
}

function email(tx: SmtpTransaction, json: JsonText, settings: EmailSettings = BASIC): boolean {
  const { message } = tx;
  if (message === null) return false;
  textField(message, json, 'from', 'from');
  listField(message, json, 'to', 'to');
  listField(message, json, 'cc', 'cc');
  json.string('status', 'PARSE_DONE');
  texts(json, 'attachment', message.attachments);
  texts(json, 'url', message.urls);
  for (const name of settings.fields) customField(message, json, name);
  const subject = settings.subjectMd5 ? findField(message.fields, 'subject') : undefined;
  if (subject !== undefined) json.string('subject_md5', createHash('md5').update(subject.value).digest('hex'));
  if (settings.bodyMd5 && message.bodyMd5 !== null) json.string('body_md5', message.bodyMd5);
  return true;
}

function customField(message: MimeMessage, json: JsonText, name: string): void {
  const key = name.replaceAll('-', '_');
  if (name === 'received') {
    const all = message.fields.filter((field) => isNamed(field, name)).map(({ value }) => value);
    texts(json, key, all);
  } else if (LISTS.has(name)) listField(message, json, name, key);
  else textField(message, json, name, key);
}

function textField(message: MimeMessage, json: JsonText, name: string, key: string): void {
  const field = findField(message.fields, name);
  if (field !== undefined) json.string(key, text(field.value));
}

function listField(message: MimeMessage, json: JsonText, name: string, key: string): void {
  const field = findField(message.fields, name);
  if (field !== undefined) texts(json, key, splitAddresses(field.value));
}

function texts(json: JsonText, key: string, values: readonly Uint8Array[]): void {
  if (values.length === 0) return;
  json.openArray(key);
  for (const value of values) json.rawElement(quote(text(value)));
  json.closeArray();
}

/** UTF-8, with a replacement character for what is none. */
function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
