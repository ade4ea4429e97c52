// A connection with many open files: a packet costs what is new in it, and nothing is overseen for that.
import assert from 'node:assert/strict';
import { TxState } from '../../src/framework/transaction.ts';
import { NEGOTIATION, closeRequest, createRequest, createResponse, writeRequest } from '../app/smb/messages.ts';
import { tcpFrames } from '../robustness/growth.ts';
import type { SeedTurn } from '../robustness/seeds.ts';
import { ofType, runEngine } from './support.ts';
import type { EveEvent } from './support.ts';

const SMB = 445;
const MANY = 600;
const WRITES = 50;
/** Of a file: its id, and the message ids of what is asked about it. */
const idOf = (i: number): number => 0x1000 + i;
const writes = (i: number, text: string, offset: number, messageId: number): SeedTurn =>
  writeRequest(Buffer.from(text), offset, idOf(i), messageId);

/** So many files are begun; then all is about the first one, and the last is closed. */
function conversation(files: number): SeedTurn[] {
  const turns: SeedTurn[] = [...NEGOTIATION];
  for (let i = 0; i < files; i++)
    turns.push(
      createRequest(`file${String(i)}`, 2 * i + 100),
      createResponse(idOf(i), 2 * i + 100),
      writes(i, 'begin', 0, 2 * i + 101),
    );
  for (let i = 0; i < WRITES; i++) turns.push(writes(0, `more ${String(i % 10)}`, 5 + 6 * i, 10_000 + i));
  turns.push(writes(1, ' of what is wanted', 5, 20_000), closeRequest(idOf(files - 1)));
  return turns;
}

interface Outcome {
  readonly events: EveEvent[];
  /** How often a transaction was looked at. */
  readonly looks: number;
}

function run(files: number, rules: readonly string[]): Outcome {
  let looks = 0;
  const before = Object.getOwnPropertyDescriptor(TxState.prototype, 'isInspected')!;
  const asBefore = before.value as TxState['isInspected'];
  TxState.prototype.isInspected = function (direction) {
    looks++;
    return asBefore.call(this, direction);
  };
  try {
    const frames = [...tcpFrames(SMB, 1400, conversation(files))];
    return { events: runEngine({ rules, frames, settings: { 'outputs.0.eve-log.types.4': 'files' } }), looks };
  } finally {
    Object.defineProperty(TxState.prototype, 'isInspected', before);
  }
}

describe('a connection with many open files', () => {
  const rules = [
    'alert smb any any -> any any (msg:"m"; file.data; content:"what is wanted"; sid:1;)',
    'alert smb any any -> any any (msg:"m"; file.name; content:"file599"; filesize:5; sid:2;)',
    'alert smb any any -> any any (msg:"m"; file.name; content:"file0"; endswith; file.data; content:"more 9"; sid:3;)',
  ];

  it('costs with each packet what is new', () => {
    const growth = run(MANY, rules).looks / run(MANY / 2, rules).looks;
    assert.ok(growth < 2.3, String(growth));
  });

  it('shows rules and outputs what becomes of each', () => {
    const { events } = run(MANY, rules);
    const sids = ofType(events, 'alert').map(({ alert }) => alert!.signature_id);
    assert.deepEqual(sids, [3, 1, 2]);
    assert.equal(ofType(events, 'fileinfo').length, MANY);
  });
});
