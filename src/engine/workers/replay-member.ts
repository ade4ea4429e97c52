// A worker of a team on captures: it reads them itself and keeps the packets of its hosts, or takes packets from its ring
// where they can be read only once.

import { log } from '../../base/log.ts';
import { PacketRing } from '../../capture/packet-ring.ts';
import { Spread } from '../../capture/spread.ts';
import { openCaptureFile, readFilter } from '../../pcap/index.ts';
import { Run } from '../run.ts';
import type { MemberParts } from './member.ts';
import { ControlWord } from './messages.ts';
import type { MemberTask } from './messages.ts';
import { Pace } from './pace.ts';

/** Milliseconds that are slept when no packet is there. */
const WAIT = 50;

/** Until the captures have ended. */
export function workOnRing(
  { begun, control, membership, options }: MemberParts,
  { captures, ring: memory }: Extract<MemberTask, { kind: 'ring' }>,
): void {
  const ring = new PacketRing(memory);
  const run = new Run(options, { deviceName: () => undefined, captureFile: () => captures[ring.capture] });
  begun();
  const { batch, pipeline, region } = run.worker;
  const numbers = new Float64Array(batch.capacity);
  const reopening = new Reopening(control);
  // another worker that failed ends the team
  while (!ring.isDone && Atomics.load(control, ControlWord.stop) === 0) {
    membership.journal.catchUp();
    const count = ring.take(batch, numbers, region);
    if (count > 0) pipeline.batch(batch, undefined, numbers);
    else ring.waitForPackets(WAIT);
    run.tellStatistics();
    if (reopening.isDue()) pipeline.reopen();
  }
  run.finish();
}

/** Likewise. What is wrong with the packets of a capture all find alike: the first worker tells it. */
export function readCaptures(
  { begun, control, membership, options }: MemberParts,
  { captures, filter: text, pace: memory }: Extract<MemberTask, { kind: 'captures' }>,
): void {
  let current: string | undefined;
  const run = new Run(options, { deviceName: () => undefined, captureFile: () => current });
  const pace = new Pace(memory, membership.count);
  const filter = readFilter(text ?? '');
  if (typeof filter === 'string') throw new Error(filter);
  begun();
  const { index, count, journal } = membership;
  const { batch, pipeline, region } = run.worker;
  const spread = new Spread(count);
  const numbers = new Float64Array(batch.capacity);
  const reopening = new Reopening(control);
  const isStopped = (): boolean => Atomics.load(control, ControlWord.stop) !== 0;
  let packets = 0;
  for (const [capture, path] of captures.entries()) {
    current = path;
    const opened = openCaptureFile(path, region);
    if (!opened.ok) {
      if (pace.noteBad(capture)) log.error('pcap', `${path}: ${opened.problem.message}`);
      pace.endCapture(index, capture);
      continue;
    }
    const { reader } = opened;
    while (!isStopped() && reader.next(batch) > 0) {
      filter?.keep(batch);
      journal.catchUp();
      spread.number(batch, index, packets + 1, numbers);
      pipeline.batch(batch, undefined, numbers);
      packets += batch.count;
      pace.advance(index, batch.count);
      while (pace.waitForOthers(index) && !isStopped()) journal.catchUp();
      run.tellStatistics();
      if (reopening.isDue()) pipeline.reopen();
    }
    if (index === 0) for (const problem of reader.problems) log.warning('pcap', `${path}: ${problem.message}`);
    reader.close();
    if (isStopped()) break;
    pace.endCapture(index, capture);
  }
  // the flows of all count while there are others to be timed out
  while (pace.waitForTheLast(captures.length) && !isStopped()) journal.catchUp();
  pace.end(index, pipeline.packets);
  run.finish();
}

/** Whether logs are to be opened anew since it was asked last. */
class Reopening {
  private readonly control: Int32Array;
  private done = 0;

  constructor(control: Int32Array) {
    this.control = control;
  }

  isDue(): boolean {
    const asked = Atomics.load(this.control, ControlWord.reopen);
    const isDue = asked !== this.done;
    this.done = asked;
    return isDue;
  }
}
