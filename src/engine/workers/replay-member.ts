// A worker of a team that takes the packets of captures from its ring.

import { PacketRing } from '../../capture/packet-ring.ts';
import { Run } from '../run.ts';
import type { MemberParts } from './member.ts';
import { ControlWord } from './messages.ts';
import type { MemberTask } from './messages.ts';

/** Milliseconds that are slept when no packet is there. */
const WAIT = 50;

/** Until the captures have ended. */
export function workOnCaptures(
  { begun, control, membership, options }: MemberParts,
  { captures, ring: memory }: Extract<MemberTask, { kind: 'captures' }>,
): void {
  const ring = new PacketRing(memory);
  const run = new Run(options, { deviceName: () => undefined, captureFile: () => captures[ring.capture] });
  begun();
  const { batch, pipeline, region } = run.worker;
  const numbers = new Float64Array(batch.capacity);
  let reopened = 0;
  // another worker that failed ends the team
  while (!ring.isDone && Atomics.load(control, ControlWord.stop) === 0) {
    membership.journal.catchUp();
    const count = ring.take(batch, numbers, region);
    if (count > 0) pipeline.batch(batch, undefined, numbers);
    else ring.waitForPackets(WAIT);
    run.tellStatistics();
    if (Atomics.load(control, ControlWord.reopen) === reopened) continue;
    reopened = Atomics.load(control, ControlWord.reopen);
    pipeline.reopen();
  }
  run.finish();
}
