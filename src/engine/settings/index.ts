// Settings: the sections of the configuration in the form the mechanisms want.
export { captureInterfaces } from './af-packet.ts';
export type { CaptureInterface } from './af-packet.ts';
export { checksumMode } from './checksums.ts';
export { commandSocketSettings } from './command-socket.ts';
export { decoderOptions } from './decoder.ts';
export { defragSettings } from './defrag.ts';
export type { DefragSettings } from './defrag.ts';
export { exceptionChoices } from './exceptions.ts';
export { flowOptions } from './flow.ts';
export { hostSystems } from './host-systems.ts';
export type { HostSystems } from './host-systems.ts';
export { cacheFolder, mpmSettings } from './mpm.ts';
export type { MpmSettings } from './mpm.ts';
export { parseQueues, queueSettings } from './nfq.ts';
export type { QueueUse } from './nfq.ts';
export { NO_SIMULATIONS } from './simulate.ts';
export type { Simulations } from './simulate.ts';
export { streamOptions } from './stream.ts';
