// How much of a file rules see at once: file.data over SMTP, beside Suricata 8.0.8 where nothing lies across two pieces.

import assert from 'node:assert/strict';
import { tcpFrames } from '../robustness/growth.ts';
import type { SeedTurn } from '../robustness/seeds.ts';
import { ENVELOPE, client, server } from './mail.ts';
import { ofType, runEngine } from './support.ts';

const SIZE = 100_000;
/** Where there is something to be found. */
const MARKS = [100, 20_000, 50_000, 52_000, 90_000];
const mark = (at: number): string => `MARK-${String(at)}-`;

function letter(): SeedTurn[] {
  const body = Buffer.alloc(SIZE, '.');
  for (const at of MARKS) body.write(mark(at), at, 'latin1');
  const lines = body.toString('latin1').match(/.{1,1000}/gs)!;
  return [
    ...ENVELOPE,
    client('--x\r\nContent-Disposition: attachment; filename="a"\r\n\r\n'),
    ...lines.map((line) => client(`${line}\r\n`)),
    client('--x--\r\n.\r\n'),
    server('250 ok\r\n'),
  ];
}

const found = (...marks: readonly number[]): string =>
  marks.map((at, i) => `content:"${mark(at)}";${i === 0 ? '' : ' distance:0;'}`).join(' ');
const RULES = [
  found(100),
  found(20_000),
  found(50_000),
  found(100, 20_000),
  found(20_000, 50_000),
  found(50_000, 52_000),
].map((contents, i) => `alert smtp any any -> any any (msg:"m"; file.data; ${contents} sid:${String(i + 1)};)`);

/** Packets with which rules matched, by sid. */
function packets(tracker: Readonly<Record<string, string>> = {}): Record<number, number> {
  const at = (key: string): string => `app-layer.protocols.smtp.inspected-tracker.${key}`;
  const settings = Object.fromEntries(Object.entries(tracker).map(([key, value]) => [at(key), value]));
  const alerts = ofType(runEngine({ rules: RULES, frames: [...tcpFrames(25, 40, letter())], settings }), 'alert');
  return Object.fromEntries(alerts.map(({ alert, pcap_cnt: number }) => [alert!.signature_id, number!]));
}

describe('file.data', () => {
  it('waits for the first 32 KB, and then takes what comes, with what came just before it', () => {
    const { 1: first, 2: second, 3: third, 4: both, 5: far, 6: near } = packets();
    assert.ok(first! > 800 && first === second && first === both, String(first));
    assert.ok(third! > first!);
    assert.equal(far, undefined);
    assert.ok(near! > third!);
  });

  it('waits as long, and looks back as far, as is configured', () => {
    const at = packets({ 'content-inspect-min-size': '60000' });
    assert.ok(at[1]! > packets()[3]!);
    assert.deepEqual(new Set([at[1], at[2], at[3], at[4], at[5], at[6]]).size, 1);
    const narrow = packets({ 'content-inspect-window': '100' });
    assert.deepEqual([narrow[4] !== undefined, narrow[6]], [true, undefined]);
    const eager = packets({ 'content-inspect-min-size': '0' });
    assert.ok(eager[1]! < packets()[1]! && eager[4] === undefined);
  });

  it('waits no longer than for the content limit', () => {
    const limited = packets({ 'content-inspect-min-size': '90000', 'content-limit': '30000' });
    assert.ok(limited[1]! <= packets()[1]!);
    const unlimited = packets({ 'content-inspect-min-size': '90000', 'content-limit': '0' });
    assert.ok(unlimited[5] !== undefined && unlimited[1] === unlimited[5]);
  });
});
