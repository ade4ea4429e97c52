import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  bigintToIpv6,
  formatIpv4,
  formatIpv6,
  formatIpv6Short,
  ipv4Range,
  ipv6ToBigint,
  parseCidr,
  parseIpv4,
  parseIpv6,
  prefixOfNetmask,
} from '../../src/base/ip.ts';

const word = fc.integer({ min: 0, max: 0xffffffff });

describe('IPv4 text', () => {
  it('reads dotted quads as unsigned numbers', () => {
    assert.equal(parseIpv4('0.0.0.0'), 0);
    assert.equal(parseIpv4('255.255.255.255'), 0xffffffff);
    assert.equal(parseIpv4('192.168.1.2'), 0xc0a80102);
  });
  it('refuses what is none', () => {
    for (const text of [
      '',
      '1',
      '1.2.3',
      '1.2.3.4.5',
      '256.1.1.1',
      '1..2.3',
      '1.2.3.',
      '.1.2.3',
      '01.2.3.4',
      '1.2.3.a',
      ' 1.2.3.4',
      '-1.2.3.4',
    ]) {
      assert.equal(parseIpv4(text), -1, text);
    }
  });
  it('prints signed and unsigned words alike', () => {
    assert.equal(formatIpv4(-1), '255.255.255.255');
    fc.assert(fc.property(word, (w) => parseIpv4(formatIpv4(w)) === w && formatIpv4(w | 0) === formatIpv4(w)));
  });
});

describe('IPv6 text', () => {
  const read = (text: string): string | undefined => {
    const out = [0, 0, 0, 0];
    return parseIpv6(text, out) ? formatIpv6(out[0]!, out[1]!, out[2]!, out[3]!) : undefined;
  };
  it('prints eight full groups, as EVE has them', () => {
    assert.equal(read('2001:db8:85a3::8a2e:370:7334'), '2001:0db8:85a3:0000:0000:8a2e:0370:7334');
    assert.equal(read('::'), '0000:0000:0000:0000:0000:0000:0000:0000');
    assert.equal(read('::1'), '0000:0000:0000:0000:0000:0000:0000:0001');
    assert.equal(read('fe80::'), 'fe80:0000:0000:0000:0000:0000:0000:0000');
    assert.equal(read('::ffff:1.2.3.4'), '0000:0000:0000:0000:0000:ffff:0102:0304');
    assert.equal(read('1:2:3:4:5:6:7::'), '0001:0002:0003:0004:0005:0006:0007:0000');
  });
  it('refuses what is none', () => {
    for (const text of [
      '',
      ':',
      '1',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      'g::',
      '1:2:3:4:5:6:7:8::',
      '::1.2.3',
      '1.2.3.4::',
      '::1%eth0',
    ]) {
      assert.equal(read(text), undefined, text);
    }
  });
  it('short form (RFC 5952) and full form read back', () => {
    fc.assert(
      fc.property(
        fc.tuple(...[0, 1, 2, 3].map(() => fc.oneof(word, fc.constant(0), fc.integer({ min: 0, max: 0xffff })))),
        (w) => {
          const full = formatIpv6(w[0]!, w[1]!, w[2]!, w[3]!);
          return read(full) === full && read(formatIpv6Short(w[0]!, w[1]!, w[2]!, w[3]!)) === full;
        },
      ),
    );
    assert.equal(formatIpv6Short(0x20010db8, 0, 0, 1), '2001:db8::1');
    assert.equal(formatIpv6Short(0, 0, 0, 0), '::');
  });
  it('128-bit values and words agree', () => {
    fc.assert(
      fc.property(word, word, word, word, (a, b, c, d) => {
        const out = new Uint32Array(4);
        bigintToIpv6(ipv6ToBigint(a, b, c, d), out);
        assert.deepEqual([...out], [a, b, c, d]);
      }),
    );
  });
});

describe('prefixes', () => {
  it('reads lengths and netmasks', () => {
    assert.equal(parseCidr('10.0.0.0/8')?.prefix, 8);
    assert.equal(parseCidr('10.0.0.0/255.255.0.0')?.prefix, 16);
    assert.equal(parseCidr('10.0.0.1')?.prefix, 32);
    assert.equal(parseCidr('2001:db8::/32')?.prefix, 32);
    assert.equal(parseCidr('::1')?.prefix, 128);
    for (const text of ['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/255.0.255.0', '::/129', '::/255.0.0.0', 'x/8']) {
      assert.equal(parseCidr(text), undefined, text);
    }
  });
  it('gives first and last address', () => {
    assert.deepEqual(ipv4Range(0xc0a80102, 24), [0xc0a80100, 0xc0a801ff]);
    assert.deepEqual(ipv4Range(0xc0a80102, 0), [0, 0xffffffff]);
    assert.deepEqual(ipv4Range(0xc0a80102, 32), [0xc0a80102, 0xc0a80102]);
  });
  it('knows netmasks from other words', () => {
    assert.equal(prefixOfNetmask(0), 0);
    assert.equal(prefixOfNetmask(0xffffffff), 32);
    assert.equal(prefixOfNetmask(0xfffffffe), 31);
    assert.equal(prefixOfNetmask(0x0000ffff), -1);
  });
});
