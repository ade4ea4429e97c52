import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseDnsMessage } from '../../src/wire/dns.ts';
import type { DnsRecord } from '../../src/wire/dns.ts';
import { beforeName, rdataKind } from '../../src/wire/dns-rdata.ts';
import { DnsRows } from '../../src/wire/dns-rows.ts';
import { TO_QUESTION, message, nameBytes, record } from '../app/dns/messages.ts';

const label = fc.string({ minLength: 1, maxLength: 63, unit: fc.constantFrom('a', 'B', '.', '\u00e9', '"') });
/** Also long enough to be cut, and pointers to what came before: the question, its middle, themselves, the header. */
const name = fc.oneof(
  fc.array(label, { maxLength: 20 }).map((labels) => joined(labels)),
  fc.constantFrom(TO_QUESTION, Buffer.from([0xc0, 14]), Buffer.from([0xc0, 40]), Buffer.from([1, 0x61, 0xc0, 12])),
);

function joined(labels: readonly string[]): Buffer {
  const parts = labels.map((one) => Buffer.from(one, 'latin1'));
  return Buffer.concat([...parts.map((one) => Buffer.concat([Buffer.of(one.length), one])), Buffer.of(0)]);
}

const bytes = fc.uint8Array({ maxLength: 40 });
const text = bytes.map((one) => Buffer.concat([Buffer.of(one.length), one]));
const rdata = fc.oneof(
  fc.tuple(fc.constantFrom(1, 28, 10, 46, 300), bytes),
  fc.tuple(fc.constantFrom(2, 5, 12), name),
  fc.tuple(fc.constant(15), fc.tuple(fc.uint8Array({ minLength: 2, maxLength: 2 }), name).map(Buffer.concat)),
  fc.tuple(fc.constant(16), fc.array(text, { maxLength: 3 }).map(Buffer.concat)),
  fc.tuple(fc.constant(6), fc.tuple(name, name, fc.uint8Array({ minLength: 20, maxLength: 24 })).map(Buffer.concat)),
  fc.tuple(fc.constant(33), fc.tuple(fc.uint8Array({ minLength: 6, maxLength: 6 }), name).map(Buffer.concat)),
  fc.tuple(fc.constant(44), bytes),
  fc.tuple(fc.constant(41), fc.array(text.map((one) => Buffer.concat([Buffer.of(0, 3, 0), one]))).map(Buffer.concat)),
);
const records = fc.array(
  fc.tuple(name, rdata).map(([of, [type, data]]) => record(type, data, of)),
  { maxLength: 4 },
);
const messages = fc
  .record({
    flags: fc.nat(0xffff),
    questions: fc.array(fc.tuple(name, fc.nat(0xffff)), { maxLength: 3 }),
    answers: records,
    authorities: records,
    additionals: records,
  })
  .map(message);
const damaged = fc.tuple(messages, fc.nat(), fc.nat(255), fc.nat(3)).map(([whole, at, value, cut]) => {
  const copy = Buffer.from(whole.subarray(0, whole.length - cut));
  copy[at % copy.length] = value;
  return copy;
});

describe('rows of a DNS message', () => {
  it('say the same as its records', () => {
    const rows = new DnsRows();
    let seen = 0;
    fc.assert(
      fc.property(fc.oneof(messages, damaged), (data) => {
        const parsed = parseDnsMessage(data, 0, data.length);
        if (parsed === null) return;
        parsed.fill(rows);
        parsed.questions.forEach(({ name: { bytes: expected, isTruncated }, type }, row) => {
          rows.readName(row);
          assert.deepEqual(Buffer.from(rows.names.out.subarray(0, rows.names.length)), Buffer.from(expected));
          assert.equal(rows.names.isTruncated, isTruncated);
          assert.equal(rows.type(row), type);
        });
        assert.equal(rows.questions, parsed.questions.length);
        const all = [...parsed.answers, ...parsed.authorities, ...parsed.additionals];
        assert.equal(rows.answers, rows.questions + parsed.answers.length);
        assert.equal(rows.authorities, rows.answers + parsed.authorities.length);
        assert.equal(rows.additionals, rows.questions + all.length);
        all.forEach((one, i) => compare(rows, rows.questions + i, one));
        seen += all.length;
      }),
      { numRuns: 1000 },
    );
    assert.ok(seen > 100);
  });

  it('find nothing in a section that is broken, nor behind it', () => {
    const broken = record(2, Buffer.from([63]));
    const good = record(1, Buffer.of(1, 2, 3, 4));
    const questions = [[nameBytes('a.example'), 1]] as const;
    const rows = new DnsRows();
    const data = message({ flags: 0x8180, questions, answers: [good], authorities: [broken], additionals: [good] });
    parseDnsMessage(data, 0, data.length)!.fill(rows);
    assert.deepEqual([rows.questions, rows.answers, rows.authorities, rows.additionals], [1, 2, 2, 2]);
  });
});

function compare(rows: DnsRows, row: number, { name: of, type, ttl, rdata: data }: DnsRecord): void {
  const { names } = rows;
  const shown = (): Buffer => Buffer.from(names.out.subarray(0, names.length));
  rows.readName(row);
  assert.deepEqual(shown(), Buffer.from(of.bytes));
  assert.equal(names.isTruncated, of.isTruncated);
  assert.equal(rows.type(row), type);
  assert.equal(rows.ttl(row), ttl);
  assert.equal(rdataKind(type), data.kind);
  const start = rows.start(row);
  const end = rows.end(row);
  if (data.kind === 'address' || data.kind === 'bytes' || data.kind === 'other')
    assert.deepEqual(Buffer.from(rows.data.subarray(start, end)), Buffer.from(data.bytes));
  else if (data.kind === 'name') {
    assert.equal(names.show(start + beforeName(type), end), true);
    assert.deepEqual(shown(), Buffer.from(data.name.bytes));
    assert.equal(names.isTruncated, data.name.isTruncated);
  } else if (data.kind === 'soa') {
    assert.equal(names.show(start, end), true);
    assert.deepEqual(shown(), Buffer.from(data.mname.bytes));
    assert.equal(names.show(names.next, end), true);
    assert.deepEqual(shown(), Buffer.from(data.rname.bytes));
  }
}
