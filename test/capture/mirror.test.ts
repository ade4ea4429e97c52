import assert from 'node:assert/strict';
import { Counters } from '../../src/base/counters.ts';
import { MIRROR_REGION, MirrorSource } from '../../src/capture/mirror.ts';
import { AF_INET, KernelSocket, SOCK_DGRAM, kernelSocketReason } from '../../src/native/kernel-socket.ts';
import { PacketBatch } from '../../src/pcap/index.ts';
import { socketAddress } from '../../src/wire/sockaddr.ts';
import { ascii, concat, hex, udp4 } from '../support/packets.ts';

const VXLAN = hex('08 00 00 00 00 00 07 00');
const PORT = 48_790;

describe('MirrorSource', () => {
  it('counts as dropped what was taken and is not looked at', function () {
    if (kernelSocketReason !== '') {
      console.log(`      skipped: ${kernelSocketReason}`);
      this.skip();
    }
    const address = socketAddress('127.0.0.1', PORT)!;
    const source = MirrorSource.create([{ name: 'vxlan', encapsulation: 'vxlan', address }], () => undefined);
    assert.ok(typeof source !== 'string');
    const counters = new Counters();
    assert.equal(source.start(counters), undefined);
    const sender = KernelSocket.open(AF_INET, SOCK_DGRAM, 0) as KernelSocket;
    const datagram = concat(VXLAN, udp4({}, ascii('hello')));
    for (let i = 0; i < 3; i++) sender.send(datagram, 0, datagram.length, address.bytes);
    const batch = new PacketBatch(new Uint8Array(MIRROR_REGION));
    assert.equal(source.next(batch, { offset: 0, size: MIRROR_REGION }), 3);
    source.noteLost(batch.interfaceId[2]!);
    source.updateCounters();
    const { packets, drops } = source.countsOf('vxlan')!;
    assert.deepEqual([packets, drops], [3, 1]);
    assert.equal(counters.byName('capture.kernel_packets'), 3);
    assert.equal(counters.byName('capture.kernel_drops'), 1);
    sender.close();
    source.close();
  });
});
