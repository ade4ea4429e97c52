// A worker of a team: a thread that makes itself from a recipe and takes the packets of its ring.

import { parentPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { log } from '../../base/log.ts';
import type { LogSink } from '../../base/log.ts';
import type { LogRecord } from '../../base/log-format.ts';
import { PacketRing } from '../../capture/packet-ring.ts';
import { openConfig } from '../../config/index.ts';
import { loadRules } from '../load-rules.ts';
import { ruleFiles } from '../rule-files.ts';
import { Run } from '../run.ts';
import { Membership } from './membership.ts';
import { CONTROL_WORDS, ControlWord } from './messages.ts';
import type { MemberData, MemberMessage } from './messages.ts';
import { RemoteWriter } from './remote-writer.ts';

/** Milliseconds that are slept when no packet is there. */
const WAIT = 50;

/** Whether a thread was started to be a worker. */
export function isMemberData(data: unknown): data is MemberData {
  return typeof data === 'object' && data !== null && (data as Partial<MemberData>).role === 'packet-worker';
}

/** Runs until its ring has ended, and everything that comes of its packets is told. */
export function runMember(data: MemberData): void {
  const port = parentPort!;
  // what is to be said of configuration and rules, the first thread has said
  log.configure([]);
  const control = new Int32Array(data.control, data.index * CONTROL_WORDS * 4, CONTROL_WORDS);
  const membership = new Membership(data, (request) => RemoteWriter.open(port, control, request));
  const { recipe } = data;
  const { config: sources, files, load } = recipe.ruleSource;
  const config = openConfig(sources).root;
  const rules = recipe.hasRules ? loadRules(config, ruleFiles(config, files), load) : null;
  const tellLog = [new PortLog(port)];
  if (data.index === 0) log.configure(tellLog);
  const ring = new PacketRing(data.ring);
  const run = new Run(
    { ...recipe, config, rules, membership },
    { deviceName: () => undefined, captureFile: () => recipe.captures[ring.capture] },
  );
  log.configure(tellLog);
  tell(port, { type: 'ready' });
  takePackets(run, ring, membership, control);
  run.finish();
  tell(port, { type: 'done', packets: run.worker.pipeline.packets });
}

function takePackets(run: Run, ring: PacketRing, membership: Membership, control: Int32Array): void {
  const { batch, pipeline, region } = run.worker;
  const numbers = new Float64Array(batch.capacity);
  let reopened = 0;
  let told = 0;
  while (!ring.isDone) {
    membership.journal.catchUp();
    const count = ring.take(batch, numbers, region);
    if (count > 0) pipeline.batch(batch, undefined, numbers);
    else ring.waitForPackets(WAIT);
    if (Atomics.load(control, ControlWord.reopen) !== reopened) {
      reopened = Atomics.load(control, ControlWord.reopen);
      pipeline.reopen();
    }
    if (Atomics.load(control, ControlWord.statistics) !== told) {
      told = Atomics.load(control, ControlWord.statistics);
      pipeline.updateGauges();
      if (membership.index === 0) membership.addUp();
      pipeline.tellStatistics();
    }
  }
}

/** Hands what is logged to the first thread. */
class PortLog implements LogSink {
  readonly level = 'debug';
  private readonly port: MessagePort;

  constructor(port: MessagePort) {
    this.port = port;
  }

  write({ level, module, message }: LogRecord): void {
    tell(this.port, { type: 'log', level, module, message });
  }
}

function tell(port: MessagePort, message: MemberMessage): void {
  port.postMessage(message);
}
