import { strict as assert } from 'node:assert';
import { probeClient, probeServer } from '../../../src/app/pop3/probe.ts';
import { Probed } from '../../../src/framework/app-protocol.ts';

const NAMES = Object.fromEntries(Object.entries(Probed).map(([name, value]) => [value, name]));

describe('detection of POP3', () => {
  const client: readonly (readonly [text: string, answer: keyof typeof Probed])[] = [
    ['USER me\r\n', 'yes'],
    ['xtnd xmit\r\n', 'yes'],
    ['LAST\r\n', 'yes'],
    ['UTF8\r\nSTAT', 'yes'],
    ['USER me', 'more'],
    ['US', 'more'],
    ['STAT\n', 'no'],
    ['AB\r\n', 'no'],
    [' STAT\r\n', 'no'],
    ['GET/ \r\n', 'no'],
    ['\x01\x02\x03\x04\r\n', 'no'],
  ];
  const server: readonly (readonly [text: string, answer: keyof typeof Probed])[] = [
    ['+OK ready\r\n', 'yes'],
    ['-ERR\r\n', 'yes'],
    ['+OK', 'more'],
    ['+OK ready\n', 'no'],
    ['220 ready\r\n', 'no'],
  ];
  for (const [side, cases, probe] of [
    ['client', client, probeClient],
    ['server', server, probeServer],
  ] as const)
    for (const [text, answer] of cases)
      it(`${answer}: ${JSON.stringify(text)} of the ${side}`, () => {
        const bytes = Buffer.from(`..${text}`, 'latin1');
        assert.equal(NAMES[probe(bytes, 2, bytes.length)], answer);
      });
});
