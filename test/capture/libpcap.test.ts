import assert from 'node:assert/strict';
import { LibpcapSource } from '../../src/capture/libpcap.ts';
import { Counters } from '../../src/base/counters.ts';
import { PacketBatch } from '../../src/pcap/index.ts';

/** Stands for the package: an interface named `broken` cannot be opened. */
class FakeCap {
  static all: FakeCap[] = [];
  isOpen = false;
  private buffer: Buffer = Buffer.alloc(0);
  private take: (length: number, isTruncated: boolean) => void = () => undefined;

  constructor() {
    FakeCap.all.push(this);
  }

  open(device: string, _filter: string, _size: number, buffer: Buffer): string {
    if (device === 'broken') throw new Error('no such device');
    this.buffer = buffer;
    this.isOpen = true;
    return device === 'odd' ? 'Unknown linktype 999' : 'ETHERNET';
  }

  close(): void {
    this.isOpen = false;
  }

  on(_event: 'packet', take: (length: number, isTruncated: boolean) => void): void {
    this.take = take;
  }

  deliver(bytes: Uint8Array, isTruncated = false): void {
    this.buffer.set(bytes);
    this.take(bytes.length, isTruncated);
  }
}

function sourceOf(...names: string[]): LibpcapSource | string {
  FakeCap.all = [];
  const interfaces = names.map((name) => ({ name, blockSize: 4096, blockCount: 4 }));
  return LibpcapSource.create(interfaces, 'AF_PACKET is a part of Linux', () => ({ Cap: FakeCap }));
}

function started(...names: string[]): { source: LibpcapSource; counters: Counters; problem: string | undefined } {
  const source = sourceOf(...names) as LibpcapSource;
  const counters = new Counters();
  return { source, counters, problem: source.start(counters) };
}

const REGION = { offset: 0, size: 1 << 18 };

describe('libpcap', () => {
  it('hands over packets as they came, with their interface', () => {
    const { source, counters } = started('en0', 'en1');
    const batch = new PacketBatch(new Uint8Array(REGION.size), 4);
    assert.equal(source.next(batch, REGION), 0);
    assert.equal(source.wait(), false);
    FakeCap.all[1]!.deliver(Buffer.from('second'));
    FakeCap.all[0]!.deliver(Buffer.from('first of all'), true);
    assert.equal(source.next(batch, REGION), 2);
    const text = (i: number): string =>
      Buffer.from(batch.data.subarray(batch.offset[i], batch.offset[i]! + batch.length[i]!)).toString();
    assert.deepEqual([text(0), text(1)], ['second', 'first of all']);
    assert.deepEqual([...batch.interfaceId.subarray(0, 2)], [1, 0]);
    assert.deepEqual([batch.linkType[0], batch.wireLength[0], batch.wireLength[1]], [1, 6, 13]);
    assert.ok(Math.abs(batch.timestamp[0]! - Date.now() * 1000) < 60e6);
    source.updateCounters();
    assert.equal(counters.byName('capture.kernel_packets'), 2);
    assert.equal(source.countsOf('en1')!.packets, 1);
    assert.equal(source.countsOf('en2'), undefined);
    source.close();
    assert.ok(FakeCap.all.every(({ isOpen }) => !isOpen));
  });

  it('rests until a packet comes, or for as long as it may', async () => {
    const { source } = started('en0');
    assert.equal(await source.rest(5), false);
    const rest = source.rest(60_000);
    FakeCap.all[0]!.deliver(Buffer.from('one'));
    assert.equal(await rest, true);
    assert.equal(await source.rest(60_000), true);
  });

  it('counts what the worker did not take in time', () => {
    const { source, counters } = started('en0');
    const packet = Buffer.alloc(60_000);
    for (let i = 0; i < 1000; i++) FakeCap.all[0]!.deliver(packet);
    const batch = new PacketBatch(new Uint8Array(REGION.size), 4);
    let taken = 0;
    for (let count = source.next(batch, REGION); count > 0; count = source.next(batch, REGION)) taken += count;
    source.updateCounters();
    assert.equal(counters.byName('capture.kernel_packets'), 1000);
    assert.equal(counters.byName('capture.kernel_drops'), 1000 - taken);
    assert.ok(taken > 500 && taken < 600);
  });

  it('says why it cannot be', () => {
    const none = LibpcapSource.create([], 'AF_PACKET is a part of Linux', () => {
      throw new Error("Cannot find module 'cap'");
    });
    assert.match(none as string, /^AF_PACKET is a part of Linux; .*npm install cap.*Cannot find module/);
    assert.equal(started('broken').problem, 'broken: no such device');
    assert.equal(started('odd').problem, 'odd: interfaces of link type Unknown linktype 999 cannot be read');
  });
});
