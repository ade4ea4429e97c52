// How the time of the whole engine grows with a conversation, with rules that look at everything and hold for nothing.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConfig } from '../../src/config/index.ts';
import type { ConfigNode } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import type { LoadedRules } from '../../src/engine/load-rules.ts';
import { replay } from '../../src/engine/replay.ts';
import { PcapWriter } from '../../src/pcap/index.ts';
import { CLIENT, SERVER, tcp4, udp4 } from '../support/packets.ts';
import type { Direction } from '../../src/framework/transaction.ts';
import type { Output } from '../../src/framework/output.ts';
import type { Flood } from './floods.ts';
import type { SeedTurn } from './seeds.ts';

const CONFIG = `%YAML 1.1
---
outputs:
  - eve-log:
      enabled: yes
      filename: eve.json
      types: [alert, anomaly, http, dns, tls, smtp, ftp, pop3, ssh, dcerpc, smb, websocket, http2, files, flow]
`;

/** They look at everything, and hold for nothing. */
const RULES = `
alert http any any -> any any (http.uri; content:"nowhere"; sid:1;)
alert http any any -> any any (http.header; content:"nowhere"; sid:2;)
alert http any any -> any any (http.response_body; content:"nowhere"; sid:3;)
alert http any any -> any any (http.request_body; content:"nowhere"; sid:4;)
alert http any any -> any any (http.stat_code; content:"999"; sid:5;)
alert dns any any -> any any (dns.query; content:"nowhere"; sid:6;)
alert tls any any -> any any (tls.sni; content:"nowhere"; sid:7;)
alert tls any any -> any any (tls.cert_subject; content:"nowhere"; sid:8;)
alert smtp any any -> any any (file.data; content:"nowhere"; sid:9;)
alert ftp any any -> any any (ftp.command; content:"nowhere"; sid:10;)
alert ssh any any -> any any (ssh.software; content:"nowhere"; sid:11;)
alert smb any any -> any any (smb.named_pipe; content:"nowhere"; sid:12;)
alert smb any any -> any any (file.data; content:"nowhere"; sid:13;)
alert dcerpc any any -> any any (dcerpc.stub_data; content:"nowhere"; sid:14;)
alert websocket any any -> any any (websocket.payload; content:"nowhere"; sid:15;)
alert http2 any any -> any any (http2.header_name; content:"nowhere"; sid:16;)
alert tcp any any -> any any (flow:established; content:"nowhere"; sid:17;)
alert smtp any any -> any any (file.name; content:"nowhere"; sid:19;)
alert smtp any any -> any any (smtp.rcpt_to; content:"nowhere"; sid:18;)
`;

const ETHERNET = 1;
/** Microseconds. */
const START = 1e15;
const STEP = 100;
const MSS = 1400;
const PUSH = 0x18;
const ACK = 0x10;
const WINDOW = 65535;
/** Segments of one end after which the other acknowledges. */
const ACKED_AFTER = 4;

function* udpFrames(port: number, turns: readonly SeedTurn[]): Generator<Uint8Array> {
  for (const [direction, bytes] of turns)
    yield direction === 0
      ? udp4({ sp: 1000, dp: port }, bytes, { src: CLIENT, dst: SERVER })
      : udp4({ sp: port, dp: 1000 }, bytes, { src: SERVER, dst: CLIENT });
}

/** Packets of a TCP session to a port, in segments of so many bytes. */
export function* tcpFrames(port: number, segment: number, turns: readonly SeedTurn[]): Generator<Uint8Array> {
  const next: [number, number] = [1, 100];
  const frame = (direction: Direction, flags: number, payload?: Uint8Array): Uint8Array => {
    const seq = next[direction];
    const ack = (flags & ACK) === 0 ? 0 : next[direction ^ 1]!;
    next[direction] += (payload?.length ?? 0) + ((flags & 3) === 0 ? 0 : 1);
    return direction === 0
      ? tcp4({ sp: 1000, dp: port, seq, ack, flags, window: WINDOW }, payload, { src: CLIENT, dst: SERVER })
      : tcp4({ sp: port, dp: 1000, seq, ack, flags, window: WINDOW }, payload, { src: SERVER, dst: CLIENT });
  };
  yield frame(0, 2);
  yield frame(1, 0x12);
  yield frame(0, ACK);
  let unacked = 0;
  for (const [direction, bytes] of turns)
    for (let at = 0; at < bytes.length; at += segment) {
      yield frame(direction, PUSH, bytes.subarray(at, at + segment));
      if (++unacked % ACKED_AFTER === 0) yield frame((direction ^ 1) as Direction, ACK);
    }
  yield frame(0, ACK);
  yield frame(1, ACK);
}

export interface Measured {
  /** Milliseconds of processor time. */
  readonly time: number;
  /** Bytes of traffic. */
  readonly bytes: number;
  /** Most transactions of the flow at a time, as far as outputs see. */
  readonly live: number;
}

/** Captures of floods, and the engine that reads them. */
export class Growth {
  private readonly folder = mkdtempSync(join(tmpdir(), 'tayra-growth-'));
  private readonly config: ConfigNode;
  private readonly rules: LoadedRules;

  constructor() {
    const [config, rules] = [join(this.folder, 'test.yaml'), join(this.folder, 'test.rules')];
    writeFileSync(config, CONFIG);
    writeFileSync(rules, RULES);
    this.config = openConfig({ file: config }).root;
    this.rules = loadRules(this.config, [rules], { isInline: false });
  }

  /** Problems of the rules: there should be none. */
  get problems(): readonly string[] {
    return this.rules.diagnostics.map(({ message }) => message);
  }

  measure(flood: Flood, count: number): Measured {
    const capture = this.path('input.pcap');
    const bytes = writeCapture(capture, flood, count);
    return { ...this.run(capture), bytes };
  }

  /** Where a capture may be put. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Reads a capture. @param takeRecords is given the EVE records */
  run(capture: string, takeRecords: (lines: string) => void = () => undefined): Omit<Measured, 'bytes'> {
    let live = 0;
    const watch: Output = {
      transaction(_p, app) {
        live = Math.max(live, app.transactions.length);
      },
      flush: () => undefined,
      close: () => undefined,
    };
    const begin = process.cpuUsage();
    replay({
      config: this.config,
      captures: [capture],
      rules: this.rules,
      logDirectory: this.folder,
      isInline: false,
      checksums: 'none',
      takeRecords,
      extraOutputs: () => [watch],
    });
    const { user, system } = process.cpuUsage(begin);
    return { time: (user + system) / 1000, live };
  }

  end(): void {
    rmSync(this.folder, { recursive: true });
  }
}

function framesOf({ port, transport, segment = MSS, turns }: Flood, count: number): Iterable<Uint8Array> {
  return transport === 'udp' ? udpFrames(port, turns(count)) : tcpFrames(port, segment, turns(count));
}

function writeCapture(path: string, flood: Flood, count: number): number {
  const writer = new PcapWriter(path, { linkType: ETHERNET });
  let time = START;
  let bytes = 0;
  for (const frame of framesOf(flood, count)) {
    writer.write(frame, 0, frame.length, frame.length, (time += STEP));
    bytes += frame.length;
  }
  writer.close();
  return bytes;
}
