// The constant part of an alert: assembled once for each signature and remembered.
import { quote } from '../../base/json-text.ts';
import type { Signature } from '../../framework/signature.ts';

/** Which of the rule's own texts an alert repeats. */
export interface SignatureParts {
  readonly metadata: boolean;
  readonly references: boolean;
  readonly raw: boolean;
}

export interface SignatureText {
  /** `,"gid":1,...,"severity":3`: every alert has it. */
  readonly base: Uint8Array;
  readonly baseText: string;
  /** `,"references":[...],"metadata":{...},"rule":"..."`, each as asked. */
  readonly rest: Uint8Array;
}

export class SignatureTexts {
  private readonly known = new WeakMap<Signature, SignatureText>();
  private readonly parts: SignatureParts;

  constructor(parts: SignatureParts) {
    this.parts = parts;
  }

  of(signature: Signature): SignatureText {
    let text = this.known.get(signature);
    if (text === undefined) {
      const base = baseText(signature);
      text = { base: bytesOf(base), baseText: base, rest: bytesOf(this.restText(signature)) };
      this.known.set(signature, text);
    }
    return text;
  }

  private restText(s: Signature): string {
    let text = '';
    if (this.parts.references && s.references.length > 0) {
      text += `,"references":[${s.references.map((r) => quote(r.url)).join(',')}]`;
    }
    if (this.parts.metadata && s.metadata.length > 0) text += `,"metadata":{${metadataEntries(s)}}`;
    if (this.parts.raw) text += `,"rule":${quote(s.text)}`;
    return text;
  }
}

/** In UTF-8. */
function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

function baseText(s: Signature): string {
  return (
    `,"gid":${String(s.gid)},"signature_id":${String(s.sid)},"rev":${String(s.rev)},"signature":${quote(s.msg)}` +
    `,"category":${quote(s.category)},"severity":${String(s.priority)}`
  );
}

// Suricata lists the last key and value first
function metadataEntries(s: Signature): string {
  const grouped = new Map<string, string[]>();
  for (const [key, value] of [...s.metadata].reverse()) {
    const values = grouped.get(key);
    if (values === undefined) grouped.set(key, [value]);
    else values.push(value);
  }
  return [...grouped].map(([key, values]) => `${quote(key)}:[${values.map(quote).join(',')}]`).join(',');
}
