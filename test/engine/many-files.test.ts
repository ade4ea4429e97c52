// A transaction with many files: all of them are told, so many are kept.
import assert from 'node:assert/strict';
import { tcpFrames } from '../robustness/growth.ts';
import type { SeedTurn } from '../robustness/seeds.ts';
import { ENVELOPE, client, server } from './mail.ts';
import { counterOf, ofType, runEngine } from './support.ts';

const FILES = 1500;
/** What may be kept of them. */
const MOST = 600;

const part = (i: number): string =>
  `--x\r\nContent-Disposition: attachment; filename="${String(i)}.txt"\r\n\r\ncontent ${String(i)}.\r\n`;

function letter(): SeedTurn[] {
  const parts = Array.from({ length: FILES }, (_, i) => part(i)).join('');
  return [...ENVELOPE, client(`${parts}--x--\r\n.\r\n`), server('250 ok\r\n')];
}

describe('a transaction with many files', () => {
  it('shows each of them to rules and outputs, and keeps the last ones', () => {
    const wanted = [0, 700, FILES - 1];
    const rules = wanted.map((i) => {
      const look = `file.name; content:"${String(i)}.txt"; startswith; file.data; content:"content ${String(i)}."; startswith;`;
      return `alert smtp any any -> any any (msg:"m"; ${look} sid:${String(i + 1)};)`;
    });
    const events = runEngine({
      rules,
      frames: [...tcpFrames(25, 1400, letter())],
      settings: { 'outputs.0.eve-log.types.4': 'files' },
    });
    const alerts = ofType(events, 'alert').map(({ alert, files }) => [alert!.signature_id, files!.length < MOST]);
    assert.deepEqual(
      alerts,
      wanted.map((i) => [i + 1, true]),
    );
    assert.equal(ofType(events, 'fileinfo').length, FILES);
    assert.equal(counterOf(events, 'app_layer.tx.smtp'), 1);
  });
});
