// What is kept of earlier connections does not change what is told of later ones.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { digestOf } from '../../../src/base/digest.ts';
import { CertificateChain, chainOf } from '../../../src/app/tls/chain.ts';
import { ja4Text } from '../../../src/app/tls/fingerprint.ts';
import { timeOf } from '../../../src/app/tls/certificate-time.ts';
import { OfferScan } from '../../../src/app/tls/offer.ts';
import { isGrease } from '../../../src/app/tls/grease.ts';
import { parseHello } from '../../../src/app/tls/hello.ts';
import type { Hello } from '../../../src/app/tls/hello.ts';
import { alpn, certificate, certificates, clientHello, empty, groups, pointFormats, signatures } from './messages.ts';
import { sni, versions } from './messages.ts';
import type { Extension } from './messages.ts';

function told({ problems, leaf, count, ders }: CertificateChain): unknown {
  const list = ders.map((one) => Buffer.from(one).toString('hex'));
  if (leaf === null) return { problems, count, list };
  const { subject, issuer, serial, notBefore, notAfter, fingerprint, names } = leaf;
  const digits = createHash('sha1').update(leaf.der).digest('hex');
  assert.equal(fingerprint, digits.match(/../g)!.join(':'));
  return { problems, count, list, subject, issuer, serial, notBefore, notAfter, fingerprint, names };
}

describe('certificate chains that are kept', () => {
  it('say what those say that are read for the first time, whatever byte of them is another', () => {
    const message = certificates(certificate(), certificate({ names: ['other.example'] })).subarray(4);
    const fresh = (data: Buffer): unknown => told(new CertificateChain(Uint8Array.from(data)));
    const whole = fresh(message);
    for (let at = 0; at < message.length; at++) {
      const changed = Buffer.concat([Buffer.of(9), message]); // not at the beginning of its bytes
      changed[at + 1]! ^= 1 << (at % 8);
      assert.deepEqual(told(chainOf(changed, 1, changed.length)), fresh(changed.subarray(1)));
      assert.deepEqual(told(chainOf(message, 0, message.length)), whole);
    }
    for (let end = 0; end < message.length; end++)
      assert.deepEqual(told(chainOf(message, 0, end)), fresh(message.subarray(0, end)));
  });

  it('are copies of their own, shared by those who send the same', () => {
    const message = certificates(certificate({ serial: Buffer.of(77) })).subarray(4);
    const one = chainOf(Buffer.from(message), 0, message.length);
    const other = Buffer.from(message);
    assert.equal(chainOf(other, 0, other.length), one);
    other.fill(0);
    assert.equal(one.leaf?.subject, 'C=US, CN=example.com');
  });
});

const values = fc.array(fc.oneof(fc.nat(0xffff), fc.constantFrom(0x0a0a, 0x1a1a, 0xfafa)), { maxLength: 6 });
const lists = fc.record({
  ciphers: values,
  more: values,
  groups: values,
  formats: fc.array(fc.nat(255), { maxLength: 3 }),
  signatures: values,
  versions: fc.array(fc.constantFrom(0x0a0a, 0x0303, 0x0304, 0x7f1c, 0x0505), { minLength: 1, maxLength: 6 }),
  names: fc.array(fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom('h', '2', '/') }), { maxLength: 3 }),
  host: fc.option(fc.constantFrom('a.example', 'b.example')),
});

describe('offers that are kept', () => {
  const known = [0, 10, 11, 13, 16, 35, 43];
  const real = (list: readonly number[]): number[] => list.filter((value) => !isGrease(value));

  it('have the lists of the hello, without reserved values', () => {
    fc.assert(
      fc.property(lists, (of) => {
        const more = of.more.filter((type) => !known.includes(type));
        const extensions: Extension[] = [
          ...(of.host === null ? [] : [sni(of.host)]),
          ...more.map(empty),
          groups(...of.groups),
          pointFormats(...of.formats),
          signatures(...of.signatures),
          versions(...of.versions),
          alpn(...of.names),
        ];
        const message = clientHello(of.ciphers, extensions);
        for (let i = 0; i < 2; i++) {
          const { offer, sni: name } = hello(message);
          assert.deepEqual(offer.ciphers, real(of.ciphers));
          assert.deepEqual(offer.extensions, real(extensions.map(([type]) => type)));
          assert.deepEqual(offer.groups, real(of.groups));
          assert.deepEqual(offer.pointFormats, of.formats);
          assert.deepEqual(offer.signatures, real(of.signatures));
          assert.deepEqual(offer.versions, real(of.versions));
          assert.deepEqual(
            offer.alpns.map(String),
            of.names.map((one) => String(Uint8Array.from(Buffer.from(one)))),
          );
          assert.equal(name === null ? null : Buffer.from(name).toString(), of.host);
          assert.equal(
            offer.ja3,
            [771, ...[real(of.ciphers), offer.extensions, real(of.groups), of.formats].map((l) => l.join('-'))].join(),
          );
          assert.equal(offer.ja3Hash, createHash('md5').update(offer.ja3).digest('hex'));
          assert.equal(offer.ja4(name), ja4Text({ sni: name, offer }, 't'));
          assert.equal(hello(message).offer, offer);
        }
      }),
    );
  });

  it('are told apart where only a value differs, however many share a place', () => {
    const scan = new OfferScan();
    for (let round = 0; round < 2; round++) {
      for (let value = 0; value < 10_000; value++) {
        scan.begin('client', 0x0303);
        scan.ciphers.push(value);
        scan.groups.push(value % 7);
        const { ciphers, groups: found } = scan.offer;
        assert.deepEqual([ciphers, found], [[value], [value % 7]]);
      }
    }
  });

  it('are those of one side and version', () => {
    const message = clientHello([1, 2], []);
    const other = clientHello([1, 2], [], { version: 0x0302 });
    assert.notEqual(hello(message).offer, hello(other).offer);
    assert.equal(hello(other).offer.version, 0x0302);
  });
});

function hello(message: Buffer): Hello {
  const parsed = parseHello(message, 4, message.length, 'client');
  assert.ok(parsed !== null);
  return parsed;
}

describe('times of certificates', () => {
  const FORM = /^(?:\d{10}|\d{12}|\d{14})Z$/;

  it('are what the digits say, or none', () => {
    const digits = fc.string({ unit: fc.constantFrom('0', '1', '2', '3', '9', 'x'), minLength: 8, maxLength: 15 });
    const date = fc
      .date({ min: new Date('1950-01-01'), max: new Date('2049-12-31T23:59:59Z'), noInvalidDate: true })
      .map((at) => at.toISOString().replaceAll(/[-:T]|\.\d+/g, ''));
    const text = fc.oneof(
      digits.map((one) => `${one}Z`),
      digits,
      date,
      date.map((one) => one.slice(2)),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(0x17, 0x18, 0x16), (content, tag) => {
        const bytes = Buffer.from(`9${content}`);
        const got = timeOf(bytes, { tag, start: 1, end: bytes.length });
        const isForm =
          FORM.test(content) && (tag === 0x17 ? content.length < 15 : tag === 0x18 && content.length === 15);
        if (!isForm) {
          assert.ok(Number.isNaN(got));
          return;
        }
        const year = tag === 0x18 ? '' : Number(content.slice(0, 2)) < 50 ? '20' : '19';
        const [, y, mo, d, h, mi, s = '00'] = /^(....)(..)(..)(..)(..)(..)?Z$/.exec(year + content)!;
        const day = new Date(0);
        day.setUTCFullYear(Number(y), Number(mo) - 1, Number(d));
        const isDay = day.getUTCMonth() === Number(mo) - 1 && day.getUTCDate() === Number(d);
        const isClock = Number(h) < 24 && Number(mi) < 60 && Number(s) < 60;
        if (!isClock || !isDay) assert.ok(Number.isNaN(got));
        else assert.equal(got, day.getTime() / 1000 + Number(h) * 3600 + Number(mi) * 60 + Number(s));
      }),
    );
  });

  const odd: readonly [tag: number, text: string, wanted: string | null][] = [
    [0x17, '200101000000+0100', '2019-12-31T23:00:00Z'],
    [0x17, '2001010000-0530', '2020-01-01T05:30:00Z'],
    [0x17, '200101000000+2400', null],
    [0x17, '200101000000+010', null],
    [0x17, '200101000000', null],
    [0x17, '200230000000Z', null],
    [0x17, '200101000060Z', null],
    [0x18, '20200101000000.5Z', '2020-01-01T00:00:00Z'],
    [0x18, '20200101000000.Z', null],
    [0x18, '20200101000000-0530', null],
    [0x18, '00000101000000Z', '0000-01-01T00:00:00Z'],
  ];
  for (const [tag, text, wanted] of odd) {
    it(`may be odd: ${text} is ${wanted ?? 'none'}`, () => {
      const bytes = Buffer.from(text);
      const expected = wanted === null ? NaN : Date.parse(wanted) / 1000;
      assert.equal(timeOf(bytes, { tag, start: 0, end: bytes.length }), expected);
    });
  }
});

describe('digests', () => {
  it('are those of the algorithm', () => {
    fc.assert(
      fc.property(fc.constantFrom('md5', 'sha1', 'sha256'), fc.uint8Array(), (algorithm, bytes) => {
        assert.equal(digestOf(algorithm, bytes), createHash(algorithm).update(bytes).digest('hex'));
      }),
    );
  });
});
