import assert from 'node:assert/strict';
import fc from 'fast-check';
import protocols from '../../../src/app/dns/index.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { REQUEST, RESPONSE, framed, message, nameBytes, record } from './messages.ts';

const [dns, mdns] = protocols;
const NAME = nameBytes('www.example.com');
const MESSAGES = [
  message({ flags: REQUEST, questions: [[NAME, 1]] }),
  message({
    flags: RESPONSE,
    questions: [[NAME, 1]],
    answers: [record(1, Buffer.of(192, 0, 2, 1)), record(16, Buffer.of(2, 65, 66, 0)), record(5, nameBytes('a.b'))],
    authorities: [
      record(6, Buffer.concat([nameBytes('a'), nameBytes('b'), Buffer.alloc(20)])),
      record(33, Buffer.concat([Buffer.alloc(6), nameBytes('srv')])),
    ],
    additionals: [
      record(41, Buffer.of(0, 10, 0, 2, 1, 2)),
      record(44, Buffer.of(1, 1, 9)),
      record(15, Buffer.of(0, 1, 0)),
    ],
  }),
];

describe('DNS follower', () => {
  for (const protocol of [dns!, mdns!])
    it(`counts and fails like the parser of ${protocol.name}, whatever the bytes are and wherever they are cut`, () => {
      const change = fc.tuple(fc.nat(400), fc.nat(255));
      const spoken = fc.tuple(fc.constantFrom(0 as const, 1 as const), fc.nat(1), fc.array(change, { maxLength: 4 }));
      fc.assert(
        fc.property(fc.array(spoken, { maxLength: 5 }), fc.integer({ min: 1, max: 80 }), (turns, cut) => {
          const [parser, follower] = [false, true].map((isFollower) => {
            const driver = new ParserDriver(protocol, { isFollower });
            for (const [direction, which, changes] of turns) {
              const bytes = framed(MESSAGES[which]!);
              for (const [at, value] of changes) bytes[at % bytes.length] = value;
              driver.feed(direction, bytes.subarray(0, cut)).feed(direction, bytes.subarray(cut));
            }
            return { count: driver.parser.transactionCount, hasFailed: driver.hasFailed };
          });
          assert.deepEqual(follower, parser);
        }),
        { numRuns: 2000 },
      );
    });

  it('keeps no transaction', () => {
    const driver = new ParserDriver(dns!, { isFollower: true }).feed(0, framed(MESSAGES[0]!));
    assert.equal(driver.parser.transactionCount, 1);
    assert.deepEqual(driver.parser.transactions, []);
  });
});
