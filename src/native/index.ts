// Loads the native add-on, or says why there is none; nothing here throws.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The add-on as it is; the other files of this folder give it types and fallbacks. Members of a library that was not compiled in are absent. */
export interface NativeAddon {
  registerBuffer(data: Uint8Array): number;
  unregisterBuffer(id: number): void;
  adviseHugePages?(data: Uint8Array): number;

  /** Absent where there are no local sockets (Windows), and in add-ons built before there were. */
  localConnect?(path: string, isStream: 0 | 1): number;
  localSend?(descriptor: number, bytes: Uint8Array, offset: number, length: number, wait: number): number;
  localClose?(descriptor: number): void;

  readonly hsVersion?: string;
  hsTrim?(): void;
  hsCompile?(bytes: Uint8Array, offsets: Uint32Array, nocase: Uint8Array): number;
  hsCompileAsync?(bytes: Uint8Array, offsets: Uint32Array, nocase: Uint8Array): Promise<number>;
  hsSerialize?(database: number): Uint8Array;
  hsSerializedSize?(bytes: Uint8Array): number;
  hsDeserialize?(bytes: Uint8Array, patterns: number): number;
  hsDeserializeInto?(bytes: Uint8Array, target: Uint8Array): void;
  hsAdopt?(memory: Uint8Array, patterns: number): number;
  hsFree?(database: number): void;
  hsDbSize?(database: number): number;
  hsScan?(database: number, buffer: number, offset: number, length: number): number;
  setMatchBuffer?(out: Int32Array): void;
  lostMatches?(): number;

  readonly pcre2Version?: string;
  pcreCompile?(pattern: Uint8Array, options: number): number | { message: string; offset: number };
  pcreFree?(expression: number): void;
  pcreCaptureCount?(expression: number): number;
  pcreNames?(expression: number): Record<string, number>;
  pcreHasJit?(expression: number): boolean;
  pcreSetLimits?(match: number, depth: number): void;
  pcreMatch?(
    expression: number,
    buffer: number,
    offset: number,
    length: number,
    start: number,
    options: number,
  ): number;
  setOffsetBuffer?(out: Int32Array): void;

  afPacketOpen?(
    name: string,
    blockSize: number,
    blockCount: number,
    frameSize: number,
    timeout: number,
  ): number | SystemProblem;
  afPacketMemory?(ring: number): ArrayBuffer;
  afPacketBind?(ring: number, name: string, fanout?: number): SystemProblem | undefined;
  afPacketPromiscuous?(ring: number, name: string, on: number): SystemProblem | undefined;
  afPacketOption?(ring: number, option: number, value: number): SystemProblem | undefined;
  afPacketWait?(rings: Int32Array, timeout: number): number;
  afPacketStatistics?(ring: number, out: Uint32Array): number;
  afPacketError?(ring: number): number;
  afPacketClose?(ring: number): void;
  socketOpen?(family: number, type: number, protocol: number): number;
  socketOption?(descriptor: number, level: number, option: number, value: number): number;
  socketOptionBytes?(descriptor: number, level: number, option: number, value: Uint8Array): number;
  socketProgram?(descriptor: number, option: number, steps: Uint8Array): number;
  socketBind?(descriptor: number, address: Uint8Array): number;
  socketReceive?(
    descriptor: number,
    buffer: number,
    offset: number,
    slotSize: number,
    lengths: Int32Array,
    times: Float64Array | undefined,
  ): number;
  socketSend?(
    descriptor: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    address: Uint8Array | undefined,
  ): number;
  socketSendMany?(
    descriptor: number,
    buffer: number,
    offsets: Int32Array,
    lengths: Int32Array,
    first: number,
    count: number,
  ): number;
  packetsReceive?(
    descriptor: number,
    buffer: number,
    offset: number,
    slotSize: number,
    lengths: Int32Array,
    beside: Int32Array,
  ): number;
  packetsStatistics?(descriptor: number, out: Uint32Array): number;
  socketWait?(descriptors: Int32Array, timeout: number): number;
  socketClose?(descriptor: number): void;
  /** Absent elsewhere than on Linux. */
  threadBind?(thread: number, processors: Int32Array): number;
  threadName?(name: string): number;
  interfaceValue?(name: string, command: number, value: number | undefined): number;
  interfaceShape?(name: string): InterfaceShape | SystemProblem;
}

/** An interface as it is now: hardware type (ARPHRD_* of if_arp.h), MTU, and its number. */
export interface InterfaceShape {
  readonly type: number;
  readonly mtu: number;
  readonly index: number;
}

/** A system call that failed: which, the number of the error and its words. */
export interface SystemProblem {
  readonly step: string;
  readonly errno: number;
  readonly message: string;
}

type Loaded =
  { readonly addon: NativeAddon; readonly reason: '' } | { readonly addon: undefined; readonly reason: string };

const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));

function load(): Loaded {
  // `TAYRA_NATIVE=off` shows how the program behaves where the add-on cannot be built.
  if (process.env['TAYRA_NATIVE'] === 'off') return { addon: undefined, reason: 'switched off by TAYRA_NATIVE=off' };
  try {
    const build = createRequire(import.meta.url)('node-gyp-build') as (root: string) => NativeAddon;
    return { addon: build(PACKAGE_ROOT), reason: '' };
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
    return { addon: undefined, reason: `the native add-on is not loaded: ${message}` };
  }
}

const loaded = load();

/** The add-on of this thread, or undefined. */
export const addon: NativeAddon | undefined = loaded.addon;
/** Why there is no add-on; empty when there is one. */
export const addonReason: string = loaded.reason;
