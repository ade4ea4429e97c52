// A question of a worker to the first thread, which it waits for without a turn of its event loop.

import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { ControlWord } from './messages.ts';
import type { MemberMessage, WriterAnswer } from './messages.ts';
import type { RuleState } from './rule-state.ts';

type Question = Extract<MemberMessage, { type: 'open' | 'join' }>;

/** Before the worker is ready: later other messages may come first. */
export function askFirst(port: MessagePort, control: Int32Array, question: Question & { type: 'open' }): WriterAnswer;
export function askFirst(
  port: MessagePort,
  control: Int32Array,
  question: Question & { type: 'join' },
): RuleState | null;
export function askFirst(port: MessagePort, control: Int32Array, question: Question): unknown {
  const before = Atomics.load(control, ControlWord.answers);
  port.postMessage(question);
  Atomics.wait(control, ControlWord.answers, before);
  return receiveMessageOnPort(port)?.message as unknown;
}
