// Data of DNS resource records (RFC 1035 section 3.3, RFC 2782, RFC 4255, RFC 6891), as far as records show it.

import { DnsType } from './dns-names.ts';
import type { DnsName, NameReader } from './dns-name.ts';
import { i32, u16 } from './read.ts';

export interface DnsSoa {
  readonly kind: 'soa';
  readonly mname: DnsName;
  readonly rname: DnsName;
  readonly serial: number;
  /** Seconds, like the three that follow. */
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

export interface DnsSrv {
  readonly kind: 'srv';
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: DnsName;
}

export interface DnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

export type DnsRdata =
  | { readonly kind: 'address' | 'bytes' | 'other'; readonly bytes: Uint8Array }
  | { readonly kind: 'name'; readonly name: DnsName }
  | { readonly kind: 'texts'; readonly texts: readonly Uint8Array[] }
  | { readonly kind: 'sshfp'; readonly algorithm: number; readonly type: number; readonly fingerprint: Uint8Array }
  | { readonly kind: 'options'; readonly options: readonly DnsOption[] }
  | DnsSoa
  | DnsSrv;

/** What the data of a type is; that of every other is just bytes. */
export function rdataKind(type: number): DnsRdata['kind'] {
  return KINDS[type] ?? 'other';
}

const KINDS: Readonly<Record<number, DnsRdata['kind']>> = {
  [DnsType.a]: 'address',
  [DnsType.aaaa]: 'address',
  [DnsType.ns]: 'name',
  [DnsType.cname]: 'name',
  [DnsType.ptr]: 'name',
  [DnsType.mx]: 'name',
  [DnsType.null]: 'bytes',
  [DnsType.txt]: 'texts',
  [DnsType.soa]: 'soa',
  [DnsType.srv]: 'srv',
  [DnsType.sshfp]: 'sshfp',
  [DnsType.opt]: 'options',
};

/** How many bytes of the data stand before its name: the preference of a mail exchange does. */
export function beforeName(type: number): number {
  return type === DnsType.mx ? 2 : 0;
}

/** Null: the data is not what its type demands. */
export function readRdata(
  type: number,
  message: Uint8Array,
  start: number,
  end: number,
  names: NameReader,
): DnsRdata | null {
  switch (type) {
    case DnsType.a:
    case DnsType.aaaa:
      return { kind: 'address', bytes: message.subarray(start, end) };
    case DnsType.ns:
    case DnsType.cname:
    case DnsType.ptr:
      return nameAt(start, end, names);
    case DnsType.mx:
      return end - start < 3 ? null : nameAt(start + 2, end, names);
    case DnsType.null:
      return { kind: 'bytes', bytes: message.subarray(start, end) };
    case DnsType.txt:
      return texts(message, start, end);
    case DnsType.soa:
      return soa(message, start, end, names);
    case DnsType.srv:
      return srv(message, start, end, names);
    case DnsType.sshfp:
      return sshfp(message, start, end);
    case DnsType.opt:
      return options(message, start, end);
    default:
      return { kind: 'other', bytes: message.subarray(start, end) };
  }
}

/** Whether the data is what its type demands: what `readRdata` says, without reading it. */
export function isRdata(type: number, message: Uint8Array, start: number, end: number, names: NameReader): boolean {
  switch (type) {
    case DnsType.ns:
    case DnsType.cname:
    case DnsType.ptr:
      return names.show(start, end);
    case DnsType.mx:
      return end - start >= 3 && names.show(start + 2, end);
    case DnsType.txt:
      return areTexts(message, start, end);
    case DnsType.soa:
      return names.show(start, end) && names.show(names.next, end) && names.next + 20 <= end;
    case DnsType.srv:
      return end - start >= 7 && names.show(start + 6, end);
    case DnsType.sshfp:
      return end - start >= 2;
    case DnsType.opt:
      return areOptions(message, start, end);
    default:
      return true;
  }
}

function areTexts(message: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) at += 1 + message[at]!;
  return at === end;
}

function areOptions(message: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at + 4 <= end) at += 4 + u16(message, at + 2);
  return at === end;
}

function nameAt(start: number, end: number, names: NameReader): DnsRdata | null {
  const name = names.read(start, end);
  return name === null ? null : { kind: 'name', name };
}

function texts(message: Uint8Array, start: number, end: number): DnsRdata | null {
  const found: Uint8Array[] = [];
  let at = start;
  while (at < end) {
    const next = at + 1 + message[at]!;
    if (next > end) return null;
    found.push(message.subarray(at + 1, next));
    at = next;
  }
  return { kind: 'texts', texts: found };
}

function soa(message: Uint8Array, start: number, end: number, names: NameReader): DnsRdata | null {
  const mname = names.read(start, end);
  if (mname === null) return null;
  const rname = names.read(names.next, end);
  const at = names.next;
  if (rname === null || at + 20 > end) return null;
  const number = (i: number): number => i32(message, at + 4 * i) >>> 0;
  return {
    kind: 'soa',
    mname,
    rname,
    serial: number(0),
    refresh: number(1),
    retry: number(2),
    expire: number(3),
    minimum: number(4),
  };
}

function srv(message: Uint8Array, start: number, end: number, names: NameReader): DnsRdata | null {
  if (end - start < 7) return null;
  const target = names.read(start + 6, end);
  if (target === null) return null;
  return {
    kind: 'srv',
    priority: u16(message, start),
    weight: u16(message, start + 2),
    port: u16(message, start + 4),
    target,
  };
}

function sshfp(message: Uint8Array, start: number, end: number): DnsRdata | null {
  if (end - start < 2) return null;
  const fingerprint = message.subarray(start + 2, end);
  return { kind: 'sshfp', algorithm: message[start]!, type: message[start + 1]!, fingerprint };
}

function options(message: Uint8Array, start: number, end: number): DnsRdata | null {
  const found: DnsOption[] = [];
  let at = start;
  while (at < end) {
    if (at + 4 > end) return null;
    const next = at + 4 + u16(message, at + 2);
    if (next > end) return null;
    found.push({ code: u16(message, at), data: message.subarray(at + 4, next) });
    at = next;
  }
  return { kind: 'options', options: found };
}
