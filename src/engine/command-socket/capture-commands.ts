// pcap-*: captures to be read, one after another (`--unix-socket`).

import { existsSync, statSync } from 'node:fs';
import type { QueuedCapture } from '../capture-queue.ts';
import type { CommandArguments } from './arguments.ts';
import { ok, refused } from './server.ts';
import type { Answer, Command } from './server.ts';

/** What commands ask of the queue of captures. */
export interface CommandedCaptures {
  add(capture: QueuedCapture): void;
  /** No more of the capture under way is read. */
  interrupt(): void;
  readonly current: string | undefined;
  readonly waiting: readonly string[];
  /** Milliseconds since the epoch: when the capture that was read last was last changed. */
  readonly lastProcessed: number;
}

const POLL_INTERVAL = 5;
const DELAY = 30;

export function captureCommands(captures: CommandedCaptures): readonly (readonly [string, Command])[] {
  return [
    ['pcap-file', (given) => add(captures, given, { isContinuous: false })],
    ['pcap-file-continuous', (given) => add(captures, given, { isContinuous: true })],
    ['pcap-file-number', () => ok(captures.waiting.length)],
    ['pcap-file-list', () => ok({ count: captures.waiting.length, files: captures.waiting })],
    ['pcap-last-processed', () => ok(captures.lastProcessed)],
    [
      'pcap-interrupt',
      () => {
        captures.interrupt();
        return ok('Interrupted');
      },
    ],
    ['pcap-current', () => ok(captures.current ?? 'None')],
  ];
}

function add(captures: CommandedCaptures, given: CommandArguments, how: { readonly isContinuous: boolean }): Answer {
  const path = given['filename'];
  const outputDirectory = given['output-dir'];
  if (typeof path !== 'string') return refused('filename is not a string');
  if (!existsSync(path)) return refused('filename does not exist');
  if (outputDirectory === undefined) return refused('output-dir param is mandatory');
  if (typeof outputDirectory !== 'string') return refused('output-dir is not a string');
  if (statSync(outputDirectory, { throwIfNoEntry: false })?.isDirectory() !== true)
    return refused('output-dir does not exist');
  captures.add({
    path,
    outputDirectory,
    isContinuous: how.isContinuous || given['continuous'] === true,
    isDeleted: given['delete-when-done'] === true,
    pollInterval: secondsOf(given['poll-interval'], POLL_INTERVAL),
    delay: secondsOf(given['delay'], DELAY),
  });
  return ok('Successfully added file to list');
}

/** @returns milliseconds */
function secondsOf(value: unknown, fallback: number): number {
  return 1000 * (typeof value === 'number' && value >= 0 ? value : fallback);
}
