import assert from 'node:assert/strict';
import { Action } from '../../src/framework/packet.ts';
import { Rejects } from '../../src/respond/rejects.ts';
import { Counters } from '../../src/base/counters.ts';
import { ascii, decode, tcp4 } from '../support/packets.ts';

describe('rejects', () => {
  it('go out after the packets that came before and go on, once for each end', () => {
    const order: string[] = [];
    const carrier = {
      headroom: 0,
      carry: (_out: Uint8Array, _length: number, _p: unknown, isBack: boolean) =>
        order.push(isBack ? 'to the sender' : 'to the receiver'),
      close: () => undefined,
    };
    const rejects = new Rejects(carrier, { isInline: true, settle: () => order.push('those before') });
    rejects.attach(new Counters());
    const { packet } = decode(tcp4({ sp: 4000, dp: 80, seq: 1000, ack: 5000, flags: 24 }, ascii('GET /')));
    packet.action = Action.rejectBoth;
    rejects.reject(packet);
    assert.deepEqual(order, ['those before', 'to the sender', 'to the receiver']);
  });
});
