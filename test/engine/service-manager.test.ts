// What a service manager hears (sd_notify(3)), on a real socket.

import assert from 'node:assert/strict';
import { ServiceManager } from '../../src/engine/service-manager.ts';

import { AF_UNIX, KernelSocket, SOCK_DGRAM, kernelSocketReason } from '../../src/native/kernel-socket.ts';
import { registerBuffer, unregisterBuffer } from '../../src/native/buffers.ts';

const NAME = `tayra-notify-${String(process.pid)}`;

describe('a service manager', () => {
  let socket: KernelSocket;
  const room = new Uint8Array(1024);
  before(function () {
    if (kernelSocketReason !== '') this.skip();
    socket = KernelSocket.open(AF_UNIX, SOCK_DGRAM, 0) as KernelSocket;
    assert.equal(socket.bind(Uint8Array.from([1, 0, 0, ...Buffer.from(NAME)])), 0);
  });
  after(() => {
    unregisterBuffer(room);
    if ((socket as KernelSocket | undefined) !== undefined) socket.close();
  });

  function heard(): string[] {
    const lengths = new Int32Array(8);
    const count = Math.max(0, socket.receive(registerBuffer(room), 0, 128, lengths));
    return Array.from({ length: count }, (_, i) => Buffer.from(room.slice(i * 128, i * 128 + lengths[i]!)).toString());
  }

  it('hears of the beginning and the end', () => {
    const manager = ServiceManager.of({ NOTIFY_SOCKET: `@${NAME}` });
    manager?.ready();
    manager?.beat(1_000_000);
    manager?.stopping();
    manager?.close();
    assert.deepEqual(heard(), ['READY=1', 'STOPPING=1']);
  });

  it('hears of life twice in each interval of its watchdog', () => {
    const manager = ServiceManager.of({ NOTIFY_SOCKET: `@${NAME}`, WATCHDOG_USEC: '2000000' });
    for (let now = 1000; now < 5000; now += 250) manager?.beat(now);
    manager?.close();
    assert.deepEqual(heard(), ['WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1', 'WATCHDOG=1']);
    const other = ServiceManager.of({ NOTIFY_SOCKET: `@${NAME}`, WATCHDOG_USEC: '2000000', WATCHDOG_PID: '1' });
    other?.beat(10_000);
    other?.close();
    assert.deepEqual(heard(), [], 'the watchdog is another’s');
  });

  it('is not there without its variable, or with one that names no socket', () => {
    assert.equal(ServiceManager.of({}), undefined);
    assert.equal(ServiceManager.of({ NOTIFY_SOCKET: 'notify' }), undefined);
    assert.equal(ServiceManager.of({ NOTIFY_SOCKET: `/${'x'.repeat(200)}` }), undefined);
  });

  it('that is gone disturbs nobody', () => {
    const manager = ServiceManager.of({ NOTIFY_SOCKET: '/nowhere/at/all' });
    assert.ok(manager !== undefined);
    assert.doesNotThrow(() => {
      manager.ready();
      manager.close();
    });
  });
});
