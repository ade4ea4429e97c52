// Drives a TCP engine with packets said in few words; sequence numbers are relative to each side's ISN.

import { Counters } from '../../src/base/counters.ts';
import { Slab } from '../../src/base/slab.ts';
import { anomalyName } from '../../src/framework/anomaly.ts';
import { F, Flows, FlowFlag } from '../../src/framework/flows.ts';
import { Packet, PacketFlag } from '../../src/framework/packet.ts';
import type { AppStreamSink } from '../../src/framework/stream.ts';
import { AppDataFlag, TCP_STATES } from '../../src/framework/stream.ts';
import type { StreamOptions } from '../../src/stream/index.ts';
import { defaultStreamOptions, TcpEngine } from '../../src/stream/index.ts';
import { putU32 } from '../../src/wire/read.ts';

const BITS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16, U: 32 };
const REGION = 1 << 16;
const SLAB = 4 << 20;
/** Behind the payload. */
const SACK_OFFSET = REGION - 64;

export interface Said {
  data?: string | Uint8Array;
  window?: number;
  scale?: number;
  ts?: number;
  echo?: number;
  fastOpen?: number;
  urgent?: number;
  pseudo?: boolean;
  /** Blocks that arrived of the other side's stream, beyond what is acknowledged. */
  sack?: readonly (readonly [from: number, to: number])[];
  /** With a signature (RFC 2385). */
  signed?: boolean;
}

export class Conversation {
  readonly flows = new Flows(4);
  readonly counters = new Counters();
  readonly data = new Uint8Array(REGION + SLAB);
  readonly slab = new Slab(REGION, SLAB);
  readonly options: StreamOptions;
  readonly engine: TcpEngine;
  readonly p: Packet;
  f: number;
  /** Initial sequence numbers of client and server. */
  isn: [number, number] = [1000, 0x7fffff00];
  /** Raw blocks inspected so far, per direction. */
  readonly inspected: [string[], string[]] = [[], []];
  /** What the application layer got, per direction. */
  readonly delivered: [string[], string[]] = [[], []];
  /** What the application layer, asked with the bytes it gets, says it has no use for behind them. */
  uselessBehind: ((bytes: string, direction: number) => number) | null = null;
  /** Directions that the application layer knows to be over, in order. */
  readonly ended: number[] = [];
  /** Directions that were cut off by the depth. */
  readonly cut: number[] = [];
  time = 0;
  inspect = true;

  /** @param readers what takes the bytes: without an application layer and raw inspection none are kept */
  constructor(
    change?: (options: StreamOptions) => void,
    policy = 0,
    readers: { readonly app: boolean } = { app: true },
  ) {
    this.options = defaultStreamOptions();
    this.options.reassembly.checkOverlapDifferentData = true;
    change?.(this.options);
    this.engine = new TcpEngine({
      flows: this.flows,
      counters: this.counters,
      data: this.data,
      bufferId: 0,
      slab: this.slab,
      options: this.options,
      hostPolicy: () => policy,
      ...(readers.app && { sink: this.sink() }),
    });
    this.p = new Packet(this.data);
    this.f = this.flows.allocate();
  }

  private sink(): AppStreamSink {
    const sink = {
      data: (...piece: Parameters<AppStreamSink['data']>): number => {
        const taken = this.take(...piece);
        sink.skip = this.uselessBehind?.(this.delivered[piece[3]]!.at(-1)!, piece[3]) ?? 0;
        return taken;
      },
      end: (_p: Packet, _f: number, direction: 0 | 1): void => {
        this.ended.push(direction);
      },
      skip: 0,
      passed: (_f: number, direction: 0 | 1, length: number): void => {
        this.delivered[direction].push(`[${String(length)} passed]`);
      },
      endsWithSession: () => false,
      cut: (_p: Packet, _f: number, direction: 0 | 1): void => {
        this.cut.push(direction);
      },
    };
    return sink;
  }

  /** A packet from the client (`c`) or the server (`s`); returns the anomalies it raised. */
  say(from: 'c' | 's', flags: string, seq: number, ack: number, said: Said = {}): string[] {
    const p = this.p;
    const isClient = from === 'c';
    p.reset(this.data, 0, 0, 0);
    p.flow = this.f;
    p.ts = this.time += 1000;
    p.proto = 6;
    p.ipVersion = 4;
    const swapped = this.flows.hasFlag(this.f, FlowFlag.directionSwapped);
    p.flags |= isClient !== swapped ? PacketFlag.toServer : PacketFlag.toClient;
    p.tcpFlags = [...flags].reduce((sum, letter) => sum | BITS[letter]!, 0);
    p.tcpSeq = (this.isn[isClient ? 0 : 1] + seq) | 0;
    p.tcpAck = flags.includes('A') ? (this.isn[isClient ? 1 : 0] + ack) | 0 : 0;
    p.tcpWindow = said.window ?? 65535;
    p.tcpWindowScale = said.scale ?? -1;
    p.tcpFastOpen = said.fastOpen ?? -1;
    p.tcpUrgentPointer = said.urgent ?? 0;
    if (said.ts !== undefined) {
      p.flags |= PacketFlag.tcpHasTimestamp;
      p.tcpTsVal = said.ts;
      p.tcpTsEcr = said.echo ?? 0;
    }
    p.tcpSackCount = said.sack?.length ?? 0;
    p.tcpSackOffset = SACK_OFFSET;
    for (const [i, edge] of (said.sack ?? []).flat().entries())
      putU32(this.data, SACK_OFFSET + 4 * i, this.isn[isClient ? 1 : 0] + edge);
    if (said.signed === true) p.tcpMd5 = 1;
    if (said.pseudo === true) p.flags |= PacketFlag.pseudoStreamEnd;
    const bytes = typeof said.data === 'string' ? Buffer.from(said.data, 'latin1') : (said.data ?? new Uint8Array(0));
    this.data.set(bytes, 0);
    p.payloadOffset = 0;
    p.payloadLength = bytes.length;
    this.engine.packet(p, this.f);
    if (this.inspect) this.look();
    return this.anomalies();
  }

  anomalies(): string[] {
    return [...this.p.anomalies.subarray(0, this.p.anomalyCount)].map(anomalyName);
  }

  private look(): void {
    const raw = this.engine.raw;
    const count = raw.open(this.p);
    const direction = (this.p.flags & PacketFlag.toServer) !== 0 ? 0 : 1;
    for (let i = 0; i < count; i++) {
      const start = raw.blockStart[i]!;
      const bytes = this.data.subarray(start, start + raw.blockLength[i]!);
      this.inspected[direction].push(Buffer.from(bytes).toString('latin1'));
    }
    raw.commit(this.p);
  }

  /** SYN, SYN/ACK, ACK. */
  shake(): void {
    this.say('c', 'S', 0, 0);
    this.say('s', 'SA', 0, 1);
    this.say('c', 'A', 1, 1);
  }

  private take(...[, , , direction, data, offset, length, flags]: Parameters<AppStreamSink['data']>): number {
    const text = Buffer.from(data.subarray(offset, offset + length)).toString('latin1');
    this.delivered[direction]!.push((flags & AppDataFlag.gap) !== 0 ? `[${String(length)} missing]` : text);
    return length;
  }

  /** Inspects what is left, as at the end of a flow. */
  end(): void {
    if (this.engine.pendingRaw(this.f, 0)) this.say('c', '', 0, 0, { pseudo: true });
    if (this.engine.pendingRaw(this.f, 1)) this.say('s', '', 0, 0, { pseudo: true });
  }

  get t(): number {
    return this.flows.word(this.f, F.tcp);
  }

  get state(): string {
    return TCP_STATES[this.engine.view.state(this.t)]!;
  }
}
