// Contexts, packets, flows and signatures for the outputs' tests; configuration from YAML text.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseIpv4, parseIpv6 } from '../../src/base/ip.ts';
import { Counters } from '../../src/base/counters.ts';
import { openConfig } from '../../src/config/index.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import { F, Flows } from '../../src/framework/flows.ts';
import { Action, Packet, PacketFlag } from '../../src/framework/packet.ts';
import { Variables } from '../../src/rules/index.ts';
import * as layers from '../../src/layers/registry.ts';
import type { ConfigNode } from '../../src/config/index.ts';
import type { Output, OutputContext, OutputDefinition } from '../../src/framework/output.ts';
import { ProtocolTest } from '../../src/framework/signature.ts';
import type { Signature, SignatureHeader } from '../../src/framework/signature.ts';
import type { HeldBytes, TcpView } from '../../src/framework/stream.ts';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tayra-output-'));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The body of the only entry under `outputs`. */
export function outputNode(folder: string, yaml: string): ConfigNode {
  const file = join(folder, `config-${String(Math.random()).slice(2)}.yaml`);
  writeFileSync(file, `%YAML 1.1\n---\n${yaml}`);
  const { root } = openConfig({ file });
  return root.get('outputs')!.entries()[0]!.body!;
}

const CLOSED_END = {
  isn: 1,
  nextSeq: 7,
  lastAck: 8,
  nextWin: 1000,
  baseSeq: 2,
  rightEdge: 0,
  window: 993,
  windowScale: 0,
  flags: [],
  segments: 0,
  capacity: 0,
};

export const closedTcp: TcpView = {
  state: () => 11,
  flagsToServer: () => 0x1b,
  flagsToClient: () => 0x1b,
  streamSize: () => 0,
  ordered: () => 0,
  holeSize: () => 0,
  hasGap: () => false,
  isDepthReached: () => false,
  maxRegions: () => 1,
  missedBytes: () => 0,
  retransmits: () => 0,
  handshakeRtt: () => 462,
  isMidstream: () => false,
  history: () => 'ShADadFf',
  connState: () => 'SF',
  snapshot: () => ({ flags: ['timestamp'], client: CLOSED_END, server: CLOSED_END }),
};

export function fakeContext(logDir: string, changes: Partial<OutputContext> = {}): OutputContext {
  return {
    flows: new Flows(4),
    tcp: closedTcp,
    counters: new Counters(),
    logDir,
    isInline: false,
    deviceName: () => undefined,
    captureFile: () => '/captures/a.pcap',
    appProtocolName: (id) => ['', 'http', 'failed'][id] ?? '',
    flowbitName: (id) => `bit${String(id)}`,
    flowintName: (id) => `int${String(id)}`,
    packetVars: [],
    appOf: () => null,
    protocols: [],
    uptime: () => 90061,
    now: () => 1385391358382163,
    ...changes,
  };
}

/** A packet decoded from hexadecimal Ethernet bytes. */
export function decodedPacket(
  bytes: Uint8Array,
  options: { readonly ts?: number; readonly number?: number } = {},
): Packet {
  const decoder = new Decoder({ counters: new Counters(), layers: Object.values(layers)[0] as never });
  const p = new Packet(bytes);
  p.reset(bytes, -1, 0, bytes.length);
  p.linkType = 1;
  p.wireLength = bytes.length;
  p.ts = options.ts ?? 1385391358382163;
  p.number = options.number ?? 1;
  decoder.decode(p);
  return p;
}

/** A flow that began with p. */
export function flowOf(flows: Flows, p: Packet, id = 1922853357371434): number {
  const f = flows.allocate();
  const words = [p.src0, p.src1, p.src2, p.src3, p.dst0, p.dst1, p.dst2, p.dst3];
  words.forEach((word, i) => {
    flows.setWord(f, i, word);
  });
  flows.setWord(f, F.ports, (p.sp << 16) | p.dp);
  flows.setWord(f, F.protoVersion, p.proto | (p.ipVersion << 8));
  flows.setWord(f, F.packetsToServer, 1);
  flows.setDouble(f, F.bytesToServer, p.end - p.start);
  flows.setDouble(f, F.startTs, p.ts);
  flows.setDouble(f, F.lastTs, p.ts);
  flows.setDouble(f, F.id, id);
  flows.setDouble(f, F.srcMac, macNumber(p, p.etherOffset + 6));
  flows.setDouble(f, F.dstMac, macNumber(p, p.etherOffset));
  p.flow = f;
  p.flags |= PacketFlag.toServer;
  return f;
}

function macNumber(p: Packet, at: number): number {
  return Buffer.from(p.data.buffer, p.data.byteOffset + at, 6).readUIntBE(0, 6);
}

const variables = new Variables();
const any = variables.addresses('any');
const anyPort = variables.ports('any');
assert(any.ok && anyPort.ok);
const ANY_HEADER: SignatureHeader = {
  protocol: ProtocolTest.ip,
  source: any.value,
  sourcePort: anyPort.value,
  destination: any.value,
  destinationPort: anyPort.value,
  isEitherWay: false,
};

export function signature(changes: Partial<Signature> = {}): Signature {
  return {
    txSteps: [],
    frame: null,
    appProtocols: null,
    iid: 0,
    sid: 2,
    gid: 1,
    rev: 0,
    msg: 'any',
    classtype: '',
    category: '',
    priority: 3,
    references: [],
    metadata: [],
    target: 'none',
    action: Action.alert,
    actionScope: '',
    text: 'alert ip any any -> any any (msg:"any"; sid:2;)',
    file: '',
    line: 1,
    flags: 0,
    type: 'ip_only',
    protocol: 'ip',
    header: ANY_HEADER,
    needsAnomaly: false,
    packetMatches: [],
    payload: null,
    buffers: [],
    postMatches: [],
    alertActions: [],
    threshold: null,
    ...changes,
  };
}

export function raise(
  p: Packet,
  sig: Signature,
  options: { readonly action?: number; readonly flags?: number } = {},
): void {
  const i = p.alerts.count++;
  p.alerts.signatures[i] = sig;
  p.alerts.actions[i] = options.action ?? sig.action;
  p.alerts.flags[i] = options.flags ?? 0;
}

/** Runs an output over `act` and returns the lines of its file. */
export function linesOf(
  definition: OutputDefinition,
  node: ConfigNode,
  context: OutputContext,
  act: (output: Output) => void,
): string[] {
  const output = definition.create(node, context);
  act(output);
  output.close();
  return readFileSync(join(context.logDir, node.string('filename')!), 'utf8')
    .split('\n')
    .slice(0, -1);
}

/** Four words of an address text. */
export function words(text: string): [number, number, number, number] {
  const out: [number, number, number, number] = [0, 0, 0, 0];
  if (text.includes(':')) parseIpv6(text, out);
  else out[0] = parseIpv4(text);
  return out;
}

/** Nothing is there of any stream. */
export const NO_PIECES: HeldBytes = {
  open: () => 0,
  data: new Uint8Array(0),
  starts: new Int32Array(0),
  lengths: new Int32Array(0),
  missing: new Int32Array(0),
};
