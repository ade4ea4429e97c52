// Feeds an application parser without an engine: bytes and direction in, in pieces of any size.

import { Counters } from '../../src/base/counters.ts';
import type { ConfigNode } from '../../src/config/index.ts';
import { AppFlow } from '../../src/framework/app-flow.ts';
import type { AppServices } from '../../src/framework/app-flow.ts';
import { AppInput } from '../../src/framework/app-input.ts';
import { ByteRoom } from '../../src/framework/byte-room.ts';
import type { AppParser } from '../../src/framework/app-parser.ts';
import { PARSE_FAILED } from '../../src/framework/app-parser.ts';
import { Flows } from '../../src/framework/flows.ts';
import { FlowFrames } from '../../src/framework/frame.ts';
import { anomalyName } from '../../src/framework/anomaly.ts';
import type { ProtocolDefinition } from '../../src/framework/app-protocol.ts';
import type { Direction, Transaction } from '../../src/framework/transaction.ts';
import { Files } from '../../src/applayer/files.ts';
import { FILE_DEMAND } from '../../src/framework/file.ts';
import { ProtocolTable } from '../../src/applayer/protocol-table.ts';

export interface DriverOptions {
  readonly config?: ConfigNode;
  readonly demands?: readonly string[];
  readonly transport?: 'tcp' | 'udp';
  /** What stands in for the parser where nobody looks, in its place. */
  readonly isFollower?: boolean;
  /** Bytes that the parser says it has no use for are not given. */
  readonly skips?: boolean;
  /** A change of protocol is due at once, as in the engine. */
  readonly stopsAtChange?: boolean;
  /** What the flow spoke before. */
  readonly formerProtocol?: string;
  /** Frames are kept as if an output asked for them. */
  readonly hasFrames?: boolean;
  /** What the protocol before handed over. */
  readonly expectation?: unknown;
}

const ROOM_SIZE = 8 << 20;
/** Of all parsers under test. */
export const ROOM = new ByteRoom(new Uint8Array(ROOM_SIZE), -1, 0, ROOM_SIZE);

/** What the parser asked of the engine, and the parser itself. */
export class ParserDriver {
  readonly app: AppFlow;
  readonly parser: AppParser;
  /** Requests to the engine in order, in words. */
  readonly requests: string[] = [];
  hasFailed = false;
  private readonly input = new AppInput();
  private readonly skips: boolean;
  private readonly stopsAtChange: boolean;
  /** Bytes to come that are of no use, by direction. */
  private readonly useless: [number, number] = [0, 0];
  private readonly waiting: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];

  constructor(definition: ProtocolDefinition, options: DriverOptions = {}) {
    const table = new ProtocolTable([definition], options.config);
    const protocol = table.find(definition.name)!;
    this.app = new AppFlow(
      0,
      options.transport === 'udp' ? 17 : 6,
      this.services(options.demands ?? []),
      table.all[0]!,
    );
    this.app.protocol = protocol;
    this.app.expectation = options.expectation;
    this.app.formerProtocol = options.formerProtocol ?? '';
    const create = options.isFollower === true ? definition.createFollower! : definition.createParser!;
    this.parser = create(this.app, protocol.settings)!;
    this.skips = options.skips === true;
    this.stopsAtChange = options.stopsAtChange === true;
    this.app.parser = this.parser;
    if (options.hasFrames === true) this.app.frames = new FlowFrames({ logged: 64, inspected: new Set() });
  }

  /** Bytes behind those that are not taken yet. */
  feed(direction: Direction, bytes: Uint8Array): this {
    if (this.hasFailed) return this;
    const passed = Math.min(this.useless[direction], bytes.length);
    if (passed > 0) {
      this.useless[direction] -= passed;
      this.parser.passed(direction, passed);
      this.app.addBytes(direction, passed);
      return passed < bytes.length ? this.feed(direction, bytes.subarray(passed)) : this;
    }
    const all = Buffer.concat([this.waiting[direction], bytes]);
    const { input } = this;
    // bytes around it must not be looked at
    input.data = Buffer.concat([Buffer.from('\n\n'), all, Buffer.from('\n\n')]);
    input.start = 2;
    input.end = 2 + all.length;
    input.direction = direction;
    input.isStart = this.app.bytes(direction) === 0;
    input.streamOffset = this.app.bytes(direction);
    this.app.skip = 0;
    const taken = this.parser.data(input);
    if (taken === PARSE_FAILED) {
      this.hasFailed = true;
      return this;
    }
    if (taken < 0 || taken > all.length) throw new RangeError(`took ${String(taken)} of ${String(all.length)} bytes`);
    this.app.addBytes(direction, taken);
    this.waiting[direction] = all.subarray(taken);
    if (this.skips && taken === all.length) this.useless[direction] = this.app.skip;
    return this;
  }

  /** Bytes that the parser did not take yet, of both directions. */
  get waitingBytes(): number {
    return this.waiting[0].length + this.waiting[1].length;
  }

  /** Bytes of a direction never come; what was not taken before them is lost too, as in the engine. */
  gap(direction: Direction, length: number): boolean {
    this.waiting[direction] = new Uint8Array(0);
    return this.parser.gap(direction, length);
  }

  /** Nothing follows in a direction. */
  end(direction: Direction): this {
    this.input.isEof = true;
    this.app.noteEof(direction);
    this.feed(direction, new Uint8Array(0));
    this.input.isEof = false;
    return this;
  }

  anomalies(tx: Transaction): string[] {
    return (tx.anomalies ?? []).map(anomalyName);
  }

  private services(demands: readonly string[]): AppServices {
    const request = (text: string): void => {
      this.requests.push(text);
    };
    return {
      counters: new Counters(),
      flows: new Flows(1),
      files: new Files(new Set([FILE_DEMAND.data]), new Counters()),
      hasRules: true,
      isInline: false,
      onBody: null,
      room: ROOM,
      isDemanded: (what) => demands.includes(what),
      changeProtocol: (app, expected, state) => {
        if (this.stopsAtChange) app.change = { expected, state };
        request(`change to ${String(expected)}`);
      },
      becomeProtocol: (_app, protocol) => {
        request(`become ${protocol}`);
      },
      expect: (_app, { protocol, port }) => {
        request(`expect ${protocol} on ${String(port)}`);
      },
      triggerRawInspection: (_app, direction) => {
        request(`inspect raw ${String(direction)}`);
      },
      stopInspection: (_app, { bypass }) => {
        request(bypass ? 'bypass' : 'stop inspection');
      },
      followTo: (_app, depth) => {
        request(`follow to ${String(depth)}`);
      },
      stopReassembly: () => {
        request('stop reassembly');
      },
      holdBehind: () => undefined,
      stopParsing: (_app, direction) => {
        request(`stop parsing ${String(direction)}`);
      },
    };
  }
}
