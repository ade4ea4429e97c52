import assert from 'node:assert/strict';
import { endianness } from 'node:os';
import { AF_INET, AF_INET6, socketAddress } from '../../src/wire/sockaddr.ts';

describe('sockaddr', () => {
  it('is an address and a port as the kernel takes them', function () {
    if (endianness() !== 'LE') this.skip(); // the family is the machine's
    const v4 = socketAddress('127.0.0.1', 4789)!;
    assert.equal(v4.family, AF_INET);
    assert.equal(Buffer.from(v4.bytes).toString('hex'), '020012b57f0000010000000000000000');
    const v6 = socketAddress('fe80::1', 6081)!;
    assert.equal(v6.family, AF_INET6);
    assert.equal(Buffer.from(v6.bytes).toString('hex'), '0a0017c100000000fe80000000000000000000000000000100000000');
    assert.equal(socketAddress('host', 1), undefined);
  });
});
