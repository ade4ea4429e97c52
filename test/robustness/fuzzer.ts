// Damaged conversations for the parsers of application layers, the same for the same seed: whatever comes, a parser
// neither throws nor takes bytes that are not there, keeps a bounded number of them, and its records stay sound JSON.

import { JsonText } from '../../src/base/json-writer.ts';
import type { EveDeclaration } from '../../src/framework/app-protocol.ts';
import type { Direction } from '../../src/framework/transaction.ts';
import { ParserDriver } from '../support/app-parser.ts';
import type { Seed, SeedTurn } from './seeds.ts';

/** Bytes that a parser may leave to be given again; the longest record of a protocol here is 16 KB. */
const MOST_WAITING = 1 << 18;
const MOST_CHANGES = 6;
/** Values that lengths, counts and signs of parsers break at. */
const EDGES = [0, 1, 9, 10, 13, 32, 37, 58, 0x7f, 0x80, 0xff];

/** Park-Miller, as the sweep has it. */
export class Dice {
  private state: number;

  constructor(seed: number) {
    this.state = (seed % 2147483646) + 1;
  }

  /** 0 to below. */
  below(limit: number): number {
    this.state = (this.state * 48271) % 2147483647;
    return Math.floor((this.state / 2147483647) * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** One change somewhere in the bytes. */
function change(bytes: Buffer, dice: Dice, other: Buffer): Buffer {
  const at = dice.below(bytes.length + 1);
  const length = dice.below(Math.min(40, bytes.length - at) + 1);
  const copy = Buffer.from(bytes);
  switch (dice.below(8)) {
    case 0:
      if (at < copy.length) copy[at] = copy[at]! ^ (1 << dice.below(8));
      return copy;
    case 1:
      if (at < copy.length) copy[at] = dice.pick(EDGES);
      return copy;
    case 2:
      if (at < copy.length) copy[at] = dice.below(256);
      return copy;
    case 3:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]);
    case 4:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at, at + length), copy.subarray(at)]);
    case 5:
      return Buffer.concat([copy.subarray(0, at), Buffer.alloc(dice.below(64), dice.pick(EDGES)), copy.subarray(at)]);
    case 6: {
      const from = dice.below(other.length + 1);
      return Buffer.concat([copy.subarray(0, at), other.subarray(from, from + 60), copy.subarray(at)]);
    }
    default:
      return copy.subarray(0, at);
  }
}

/** A conversation with some of its messages changed, left out, repeated or sent by the other end. */
export function mutated({ conversations }: Seed, dice: Dice): SeedTurn[] {
  const turns = [...dice.pick(conversations)];
  const changes = 1 + dice.below(MOST_CHANGES);
  for (let i = 0; i < changes; i++) {
    const at = dice.below(turns.length);
    const turn = turns[at];
    if (turn === undefined) break;
    const [direction, bytes] = turn;
    const kind = dice.below(12);
    if (kind === 0) turns.splice(at, 1);
    else if (kind === 1) turns.splice(at, 0, turn);
    else if (kind === 2) turns[at] = [(direction ^ 1) as Direction, bytes];
    else turns[at] = [direction, change(bytes, dice, dice.pick(dice.pick(conversations))[1])];
  }
  return turns;
}

/** Gives a parser the conversation in pieces, now and then with a gap, and has all its records written. */
export function converse(seed: Seed, turns: readonly SeedTurn[], dice: Dice): void {
  const { protocol, transport = 'tcp', demands = [] } = seed;
  const driver = new ParserDriver(protocol, { demands, transport, hasFrames: true });
  for (const [direction, bytes] of turns) {
    const isWhole = transport === 'udp' || dice.below(3) > 0;
    for (let at = 0; at < bytes.length;) {
      const size = isWhole ? bytes.length : 1 + dice.below(bytes.length);
      driver.feed(direction, bytes.subarray(at, at + size));
      at += size;
    }
    if (driver.waitingBytes > MOST_WAITING) throw new Error(`keeps ${String(driver.waitingBytes)} bytes waiting`);
    if (transport === 'tcp' && dice.below(40) === 0) driver.parser.gap(direction, 1 + dice.below(5000));
  }
  if (transport === 'tcp') for (const direction of [0, 1] as const) driver.end(direction);
  for (const declaration of protocol.eve ?? []) writeRecords(driver, declaration);
}

function writeRecords({ app, parser }: ParserDriver, declaration: EveDeclaration): void {
  const { log, count } = declaration.create(undefined);
  const full = declaration.alert ?? log;
  for (const tx of parser.transactions) {
    const records = (count as ((tx: unknown) => number) | undefined)?.(tx) ?? 1;
    for (let i = 0; i < records; i++) {
      const json = new JsonText();
      (full as (tx: unknown, json: JsonText, app: unknown, i: number) => boolean)(tx, json, app, i);
      JSON.parse(`{${json.text}}`);
    }
  }
}

/**
 * Damages `count` messages of a protocol and gives them to its parser.
 * @throws what a parser threw, with the conversation that made it throw
 */
export function fuzz(seed: Seed, count: number, number: number): void {
  const dice = new Dice(number);
  for (let messages = 0; messages < count;) {
    const turns = mutated(seed, dice);
    messages += Math.max(1, turns.length);
    try {
      converse(seed, turns, dice);
    } catch (error) {
      const said = turns.map(([direction, bytes]) => `${direction === 0 ? 'C' : 'S'} ${bytes.toString('hex')}`);
      throw new Error(`${seed.protocol.name}: ${String(error)}\n${said.join('\n')}`, { cause: error });
    }
  }
}
