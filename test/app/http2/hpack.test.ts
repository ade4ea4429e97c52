import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Block, HpackDecoder } from '../../../src/app/http2/hpack.ts';
import type { HeaderField, HpackLimits } from '../../../src/app/http2/hpack.ts';
import { decodeHuffman } from '../../../src/app/http2/huffman.ts';
import { STATIC_FIELDS } from '../../../src/app/http2/static-table.ts';
import { block, tableSize } from './messages.ts';

const LIMITS: HpackLimits = { tableSize: 65_536, listSize: 102_400 };
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

function read(decoder: HpackDecoder, data: Buffer): { result: number; lines: string[]; fields: HeaderField[] } {
  const fields: HeaderField[] = [];
  // bytes around it must not be looked at
  const padded = Buffer.concat([Buffer.of(0x82), data, Buffer.of(0x82)]);
  const result = decoder.decode(padded, 1, 1 + data.length, fields);
  const latin = (one: Uint8Array): string => Buffer.from(one).toString('latin1');
  const lines = fields.map(({ name, value, sizeUpdate }) =>
    sizeUpdate >= 0 ? `table ${String(sizeUpdate)}` : `${latin(name)}: ${latin(value)}`,
  );
  return { result, lines, fields };
}

/** Blocks of one connection in hexadecimal, and the headers of each (RFC 7541 appendix C). */
interface Vector {
  readonly name: string;
  readonly tableSize: number;
  readonly blocks: readonly (readonly [hex: string, lines: readonly string[]])[];
}

const REQUESTS = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'],
  [':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com', 'custom-key: custom-value'],
] as const;
const LOCATION = 'location: https://www.example.com';
const RESPONSES = [
  [':status: 302', 'cache-control: private', 'date: Mon, 21 Oct 2013 20:13:21 GMT', LOCATION],
  [':status: 307', 'cache-control: private', 'date: Mon, 21 Oct 2013 20:13:21 GMT', LOCATION],
  [
    ':status: 200',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:22 GMT',
    LOCATION,
    'content-encoding: gzip',
    'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
  ],
] as const;

const VECTORS: readonly Vector[] = [
  {
    name: 'C.2.1 literal that enters the table',
    tableSize: 4096,
    blocks: [
      ['400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572', ['custom-key: custom-header']],
      ['be', ['custom-key: custom-header']],
    ],
  },
  {
    name: 'C.2.2 literal that stays out of the table',
    tableSize: 4096,
    blocks: [['040c 2f73 616d 706c 652f 7061 7468', [':path: /sample/path']]],
  },
  {
    name: 'C.2.3 literal that never enters a table',
    tableSize: 4096,
    blocks: [['1008 7061 7373 776f 7264 0673 6563 7265 74', ['password: secret']]],
  },
  { name: 'C.2.4 index', tableSize: 4096, blocks: [['82', [':method: GET']]] },
  {
    name: 'C.3 requests',
    tableSize: 4096,
    blocks: [
      ['8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d', REQUESTS[0]],
      ['8286 84be 5808 6e6f 2d63 6163 6865', REQUESTS[1]],
      ['8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65', REQUESTS[2]],
    ],
  },
  {
    name: 'C.4 requests in Huffman code',
    tableSize: 4096,
    blocks: [
      ['8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', REQUESTS[0]],
      ['8286 84be 5886 a8eb 1064 9cbf', REQUESTS[1]],
      ['8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf', REQUESTS[2]],
    ],
  },
  {
    name: 'C.5 responses, with a table of 256 bytes',
    tableSize: 256,
    blocks: [
      [
        '4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120' +
          '474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        RESPONSES[0],
      ],
      ['4803 3330 37c1 c0bf', RESPONSES[1]],
      [
        '88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738' +
          '666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33' +
          '3630 303b 2076 6572 7369 6f6e 3d31',
        RESPONSES[2],
      ],
    ],
  },
  {
    name: 'C.6 responses in Huffman code, with a table of 256 bytes',
    tableSize: 256,
    blocks: [
      [
        '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718' +
          '63c7 8f0b 97c8 e9ae 82ae 43d3',
        RESPONSES[0],
      ],
      ['4883 640e ffc1 c0bf', RESPONSES[1]],
      [
        '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7' +
          'b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
        RESPONSES[2],
      ],
    ],
  },
];

describe('HPACK', () => {
  for (const { name, tableSize: size, blocks } of VECTORS) {
    it(`reads RFC 7541 ${name}`, () => {
      const decoder = new HpackDecoder({ ...LIMITS, tableSize: size });
      for (const [hex, lines] of blocks) {
        const got = read(decoder, bytes(hex));
        assert.equal(got.result, Block.sound);
        assert.deepEqual(got.lines, lines);
      }
    });
  }

  it('has the static table from first to last', () => {
    assert.equal(STATIC_FIELDS.length, 61);
    assert.deepEqual(read(new HpackDecoder(LIMITS), Buffer.of(0x81, 0xbd)).lines, [
      ':authority: ',
      'www-authenticate: ',
    ]);
  });

  it('reads integers in several bytes (C.1)', () => {
    assert.deepEqual(read(new HpackDecoder(LIMITS), bytes('3f9a0a')).lines, ['table 1337']);
    assert.deepEqual(read(new HpackDecoder(LIMITS), bytes('2a')).lines, ['table 10']);
  });

  it('names integers that are too large', () => {
    for (const hex of ['ffffffffffff7f', '3fffffffffff7f', '00ffffffffffffffff', '3f808080808080808080808001'])
      assert.equal(read(new HpackDecoder(LIMITS), bytes(hex)).result, Block.integerOverflow, hex);
  });

  it('names indexes of nothing, and strings that are no Huffman code', () => {
    for (const hex of ['80', 'be', '7f0001', '008100', '0083ffffff00', '0084ffffffff00'])
      assert.notEqual(read(new HpackDecoder(LIMITS), bytes(hex)).result, Block.sound, hex);
    assert.equal(read(new HpackDecoder(LIMITS), bytes('80')).result, Block.broken);
    assert.equal(read(new HpackDecoder(LIMITS), bytes('be')).result, Block.broken);
    assert.equal(read(new HpackDecoder(LIMITS), bytes('0084ffffffff00')).result, Block.broken);
  });

  it('names blocks that end within a header, wherever they are cut', () => {
    const whole = block([['some-name', 'some value']]);
    for (let end = 1; end < whole.length; end++)
      assert.equal(read(new HpackDecoder(LIMITS), whole.subarray(0, end)).result, Block.cut);
  });

  it('lets the oldest go when the table is full, and all when it shrinks', () => {
    const decoder = new HpackDecoder(LIMITS);
    // 32 + 1 + 1 bytes each: two of them in 70
    read(decoder, Buffer.concat([tableSize(70), block([['a', '1'], ['b', '2'], ['c', '3']], 'enters')])); // prettier-ignore
    assert.deepEqual(read(decoder, Buffer.of(0xbe, 0xbf)).lines, ['c: 3', 'b: 2']);
    assert.equal(read(decoder, Buffer.of(0xc0)).result, Block.broken);
    const other = new HpackDecoder(LIMITS);
    read(other, block([['a', '1']], 'enters'));
    assert.equal(read(other, Buffer.concat([tableSize(0), Buffer.of(0xbe)])).result, Block.broken);
  });

  it('empties the table for a header that is larger than it', () => {
    const decoder = new HpackDecoder({ ...LIMITS, tableSize: 100 });
    read(decoder, block([['a', '1']], 'enters'));
    assert.deepEqual(read(decoder, block([['big', 'x'.repeat(100)]], 'enters')).result, Block.sound);
    assert.equal(read(decoder, Buffer.of(0xbe)).result, Block.broken);
  });

  it('tells when the table is to be larger than agreed on, and bounds it', () => {
    const decoder = new HpackDecoder(LIMITS);
    read(decoder, tableSize(65_536));
    assert.equal(decoder.hasOverflow, false);
    read(decoder, tableSize(65_537));
    assert.equal(decoder.hasOverflow, true);
    const told = new HpackDecoder(LIMITS);
    told.allow(100);
    read(told, tableSize(4096));
    assert.equal(told.hasOverflow, false);
    read(told, tableSize(4097));
    assert.equal(told.hasOverflow, true);
  });

  it('bounds what the headers of a block come to, though they are one byte each', () => {
    const decoder = new HpackDecoder({ tableSize: 65_536, listSize: 10_000 });
    read(decoder, block([['a', 'x'.repeat(4000)]], 'enters'));
    const { fields, result } = read(decoder, Buffer.alloc(1000, 0xbe));
    assert.equal(result, Block.sound);
    assert.equal(fields.length, 2);
    assert.ok(decoder.isTooLong);
  });

  it('goes on without what was lost, and believes in the table no longer', () => {
    const decoder = new HpackDecoder(LIMITS);
    read(decoder, block([['a', '1']], 'enters'));
    decoder.lose();
    const { result, lines } = read(decoder, Buffer.concat([Buffer.of(0xbe, 0x82), block([['b', '2']])]));
    assert.equal(result, Block.sound);
    assert.deepEqual(lines, [':method: GET', 'b: 2']);
  });

  it('never throws, and never reads beyond the block', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), (blocks) => {
        const decoder = new HpackDecoder({ tableSize: 256, listSize: 1000 });
        for (const one of blocks) {
          const { fields } = read(decoder, Buffer.from(one));
          for (const { name, value } of fields) assert.ok(name.length + value.length <= 1000);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('gives back what was put in', () => {
    const name = fc.string({ unit: fc.constantFrom(...'abcdefgh-'), minLength: 1, maxLength: 300 });
    const header = fc.tuple(name, fc.string({ unit: 'grapheme-ascii', maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(header, { maxLength: 12 }), fc.boolean(), (list, enters) => {
        const { lines } = read(new HpackDecoder(LIMITS), block(list, enters ? 'enters' : 'stays out'));
        assert.deepEqual(
          lines,
          list.map(([one, value]) => `${one}: ${value}`),
        );
      }),
    );
  });
});

describe('Huffman code', () => {
  it('takes padding of up to seven ones, and none else', () => {
    const text = (hex: string): string | null => {
      const data = bytes(hex);
      const plain = decodeHuffman(data, 0, data.length);
      return plain === null ? null : Buffer.from(plain).toString();
    };
    assert.equal(text('1f'), 'a'); // 00011 and three ones
    assert.equal(text('18'), null);
    assert.equal(text('1fff'), null);
    assert.equal(text(''), '');
  });
});
