// Keywords of SMTP and of messages.

import { appBufferKeyword, toServer } from '../../framework/app-keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import { findField, isNamed } from './mime/header.ts';
import { Progress } from './parser.ts';
import type { SmtpTransaction } from './transaction.ts';

const SMTP_PAGE = 'rules/smtp-keywords.html';
const EMAIL_PAGE = 'rules/email-keywords.html';
/** Commands and fields are looked at as they come, while the state lasts. */
const ENVELOPE = { engines: [toServer('smtp', Progress.envelope)], isGrowing: true } as const;
const MESSAGE = { engines: [toServer('smtp', Progress.data)], isGrowing: true } as const;

function example(keyword: string, content: string): string[] {
  return [`alert smtp any any -> any any (msg:"m"; ${keyword}; content:"${content}"; sid:1;)`];
}

/** A field of the message's header, as a whole. */
function fieldKeyword(name: string, field: string, summary: string, content: string): KeywordDefinition {
  return appBufferKeyword(
    { name, summary, page: `${EMAIL_PAGE}#${name.replace('.', '-')}`, examples: example(name, content) },
    {
      ...MESSAGE,
      bytes: (tx: SmtpTransaction) =>
        tx.message === null ? null : (findField(tx.message.fields, field)?.value ?? null),
    },
  );
}

function received(tx: SmtpTransaction, instance: number): Uint8Array | null {
  let seen = 0;
  for (const field of tx.message?.fields ?? []) {
    if (isNamed(field, 'received') && seen++ === instance) return field.value;
  }
  return null;
}

export const SMTP_KEYWORDS: readonly KeywordDefinition[] = [
  appBufferKeyword(
    {
      name: 'smtp.helo',
      summary: 'Name that the client gives itself.',
      page: `${SMTP_PAGE}#smtp-helo`,
      examples: example('smtp.helo', 'mail.example.com'),
    },
    { ...ENVELOPE, bytes: (tx: SmtpTransaction) => tx.session.helo },
  ),
  appBufferKeyword(
    {
      name: 'smtp.mail_from',
      summary: 'Sender of the envelope, with its angle brackets.',
      page: `${SMTP_PAGE}#smtp-mail-from`,
      examples: example('smtp.mail_from', '<a@example.com>'),
    },
    { ...ENVELOPE, bytes: (tx: SmtpTransaction) => tx.mailFrom },
  ),
  appBufferKeyword(
    {
      name: 'smtp.rcpt_to',
      summary: 'Receivers of the envelope, one at a time, with their angle brackets.',
      page: `${SMTP_PAGE}#smtp-rcpt-to`,
      examples: example('smtp.rcpt_to', '<b@example.com>'),
    },
    {
      ...ENVELOPE,
      isMulti: true,
      bytes: (tx: SmtpTransaction, _direction, instance) => tx.recipients[instance] ?? null,
    },
  ),
  fieldKeyword('email.from', 'from', 'Field From of a message.', 'toto@example.com'),
  fieldKeyword('email.subject', 'subject', 'Field Subject of a message.', 'invoice'),
  fieldKeyword('email.to', 'to', 'Field To of a message.', 'b@example.com'),
  fieldKeyword('email.cc', 'cc', 'Field Cc of a message.', 'c@example.com'),
  fieldKeyword('email.date', 'date', 'Field Date of a message.', 'Fri, 21 Apr 2023'),
  fieldKeyword('email.message_id', 'message-id', 'Field Message-Id of a message.', '<alpine.DEB'),
  fieldKeyword('email.x_mailer', 'x-mailer', 'Field X-Mailer of a message.', 'Microsoft Office Outlook'),
  appBufferKeyword(
    {
      name: 'email.url',
      summary: 'Addresses of pages in a message, one at a time.',
      page: `${EMAIL_PAGE}#email-url`,
      examples: example('email.url', 'example.com/login'),
    },
    {
      ...MESSAGE,
      isMulti: true,
      bytes: (tx: SmtpTransaction, _direction, instance) => tx.message?.urls[instance] ?? null,
    },
  ),
  appBufferKeyword(
    {
      name: 'email.received',
      summary: 'Fields Received of a message, one at a time.',
      page: `${EMAIL_PAGE}#email-received`,
      examples: example('email.received', 'from localhost'),
    },
    {
      ...MESSAGE,
      isMulti: true,
      bytes: (tx: SmtpTransaction, _direction, instance) => received(tx, instance),
    },
  ),
  appBufferKeyword(
    {
      name: 'email.body_md5',
      summary: 'MD5 of the body of a message, in hexadecimal.',
      page: `${EMAIL_PAGE}#email-body-md5`,
      examples: example('email.body_md5', 'ed00c81b85fa455d60e19f1230977134'),
    },
    {
      engines: [toServer('smtp', Progress.complete)],
      bytes: (tx: SmtpTransaction) => {
        const text = tx.message?.bodyMd5;
        return text === undefined || text === null ? null : Buffer.from(text);
      },
    },
  ),
];
