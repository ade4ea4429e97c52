// tls-store: certificate chains that rules want kept (tls.store), each in a PEM file with a description beside it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineCounter } from '../base/counters.ts';
import { log } from '../base/log.ts';
import type { ConfigNode } from '../config/index.ts';
import type { KeptCertificate } from '../framework/kept-certificate.ts';
import { defineOutput } from '../framework/output.ts';
import type { Output, OutputContext } from '../framework/output.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { Packet } from '../framework/packet.ts';
import { TO_SERVER } from '../framework/transaction.ts';
import type { Direction } from '../framework/transaction.ts';
import { OutputError } from './output-error.ts';
import { packetDestination, packetSource } from './text/addresses.ts';
import { fastTime } from './text/timestamp.ts';
import { writeWhole } from './whole-file.ts';
import { logPath } from './writer.ts';

/** Of all that is stored: the schema of events has no place for others. */
const ERRORS = defineCounter('file_store.fs_errors');

/** RFC 7468 section 2. */
const PEM_LINE = 64;
/** Of names in descriptions, with the colon. */
const NAME_WIDTH = 19;

class TlsStore implements Output {
  private readonly folder: string;
  /** Chains stored in one run; 0 without limit. */
  private readonly limit: number;
  private readonly context: OutputContext;
  private count = 0;
  private isFull = false;
  private hasFailed = false;

  constructor(folder: string, limit: number, context: OutputContext) {
    this.folder = folder;
    this.limit = limit;
    this.context = context;
  }

  certificate(p: Packet, direction: Direction, certificate: KeptCertificate): void {
    if (this.limit > 0 && this.count >= this.limit) {
      this.noteLimit();
      return;
    }
    const { worker } = this.context;
    const own = worker === undefined ? '' : `${String(worker)}-`;
    const name = fileName(p.ts, direction, `${own}${String(++this.count)}`);
    try {
      writeWhole(join(this.folder, `${name}.pem`), certificate.chain.map(pem).join(''));
      writeWhole(join(this.folder, `${name}.meta`), description(p, certificate));
    } catch (error) {
      this.noteFailure(error as Error);
    }
  }

  flush(): void {}

  close(): void {}

  private noteLimit(): void {
    if (this.isFull) return;
    this.isFull = true;
    log.warning('tls-store', `${String(this.limit)} certificates are stored (max-files): no more will be`);
  }

  /** A full disk is no reason to stop: it is counted, and told once. */
  private noteFailure({ message }: Error): void {
    this.context.counters.add(ERRORS);
    if (!this.hasFailed) log.error('tls-store', `cannot store certificates: ${message}`);
    this.hasFailed = true;
  }
}

/** `1413337896.159136-1`: the time of the packet in seconds and (not padded) microseconds, and a number. */
function fileName(ts: number, direction: Direction, number: string): string {
  const seconds = Math.floor(ts / 1e6);
  const side = direction === TO_SERVER ? 'client-' : '';
  return `${side}${String(seconds)}.${String(Math.floor(ts - seconds * 1e6))}-${number}`;
}

function pem(der: Uint8Array): string {
  const text = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString('base64');
  let lines = '';
  for (let at = 0; at < text.length; at += PEM_LINE) lines += `${text.slice(at, at + PEM_LINE)}\n`;
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

/** One line for each thing known, seen from the client of the connection. */
function description(p: Packet, { subject, issuer, fingerprint }: KeptCertificate): string {
  const isToServer = (p.flags & PacketFlag.toServer) !== 0;
  const lines: (readonly [string, string | number])[] = [
    ['TIME', fastTime(p.ts)],
    ['SRC IP', isToServer ? packetSource(p) : packetDestination(p)],
    ['DST IP', isToServer ? packetDestination(p) : packetSource(p)],
    ['PROTO', p.proto],
    ['SRC PORT', isToServer ? p.sp : p.dp],
    ['DST PORT', isToServer ? p.dp : p.sp],
    ['TLS SUBJECT', subject],
    ['TLS ISSUERDN', issuer],
    ['TLS FINGERPRINT', fingerprint],
  ];
  if (p.number > 0) lines.splice(1, 0, ['PCAP PKT NUM', p.number]);
  return lines.map(([name, value]) => `${`${name}:`.padEnd(NAME_WIDTH)}${String(value)}\n`).join('');
}

export default defineOutput({
  name: 'tls-store',
  summary: 'Certificates that rules with `tls.store` want kept, as PEM files.',
  create(node: ConfigNode, context: OutputContext): Output {
    const folder = logPath(context.logDir, node.string('certs-log-dir', '.'));
    try {
      mkdirSync(folder, { recursive: true });
    } catch (cause) {
      throw new OutputError('open_failed', `Error creating folder: "${folder}": ${(cause as Error).message}`, cause);
    }
    return new TlsStore(folder, node.int('max-files', 0, { min: 0 }), context);
  },
});
