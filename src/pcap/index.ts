// What the rest of the program uses of the capture file readers and writers.
export { DEFAULT_BATCH_CAPACITY, PacketBatch } from './batch.ts';
export { FilterError, PacketFilter, readFilter } from './filter/index.ts';
export { comingCaptures } from './coming-captures.ts';
export { listCaptures } from './list.ts';
export { isReadableAgain, openCaptureFile } from './open.ts';
export type { OpenedCapture } from './open.ts';
export { PcapWriter } from './pcap-writer.ts';
export { PcapngWriter } from './pcapng-writer.ts';
export type { CaptureProblem, CaptureProblemCode } from './problem.ts';
export type { CaptureReader } from './reader.ts';
export type { ArenaRegion } from './window.ts';
