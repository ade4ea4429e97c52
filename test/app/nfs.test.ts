import assert from 'node:assert/strict';
import nfs from '../../src/app/nfs.ts';
import { Probed } from '../../src/framework/app-protocol.ts';

/** AUTH_SYS with an empty machine name and no groups, and an empty verifier (RFC 5531 section 8.2). */
const SYS = words(1, 20, 5, 0, 0, 0, 0, 0, 0);

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32BE(value >>> 0, i * 4));
  return bytes;
}

const call = (version: number, procedure: number, credential = SYS): Buffer =>
  Buffer.concat([words(7, 0, 2, 100003, version, procedure), credential, Buffer.alloc(36)]);
const reply = (size: number): Buffer => Buffer.concat([words(7, 1, 0), Buffer.alloc(size - 12)]);
const marked = (message: Buffer, mark = (0x80000000 | message.length) >>> 0): Buffer =>
  Buffer.concat([words(mark), message]);

function probed(transport: 'tcp' | 'udp', bytes: Buffer): string {
  const { probe } = nfs.probes!.find((one) => one.transport === transport)!;
  const answer = probe(bytes, 0, bytes.length, 0);
  return Object.entries(Probed).find(([, value]) => value === answer)![0];
}

describe('NFS', () => {
  const cases: readonly (readonly [what: string, 'tcp' | 'udp', Buffer, string])[] = [
    ['calls of version 3', 'tcp', marked(call(3, 1)), 'yes'],
    ['calls of version 4', 'tcp', marked(call(4, 1)), 'yes'],
    ['calls of version 2 over TCP', 'tcp', marked(call(2, 1)), 'no'],
    ['procedures that there are not', 'tcp', marked(call(3, 22)), 'no'],
    ['fragments that others follow', 'tcp', marked(call(3, 1), 94), 'yes'],
    ['records too short for a call', 'tcp', marked(call(3, 1), 0x80000010), 'no'],
    ['credentials that are not all there', 'tcp', marked(call(3, 1).subarray(0, 50)), 'more'],
    ['credentials too short for what they are', 'tcp', marked(call(3, 1, words(1, 8, 0, 0, 0, 0))), 'no'],
    ['other programs', 'tcp', marked(Buffer.from(call(3, 1).fill(0, 12, 16))), 'no'],
    ['replies', 'tcp', marked(reply(24)), 'yes'],
    ['calls of version 2 in a datagram', 'udp', call(2, 1), 'yes'],
    ['calls of version 4 in a datagram', 'udp', call(4, 1), 'no'],
    ['calls without arguments in a datagram', 'udp', call(3, 0, words(0, 0, 0, 0)).subarray(0, 40), 'no'],
    ['replies in a datagram', 'udp', reply(32), 'yes'],
    ['replies of few bytes in a datagram', 'udp', reply(24), 'no'],
  ];
  for (const [what, transport, bytes, answer] of cases) {
    it(`over ${transport}, ${what}: ${answer}`, () => {
      assert.equal(probed(transport, bytes), answer);
    });
  }
});
