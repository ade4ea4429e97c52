import assert from 'node:assert/strict';
import { HeaderTable } from '../../../src/detect/run/header-table.ts';
import { PacketFlag } from '../../../src/framework/packet.ts';
import { compile, packet } from './support.ts';

describe('headers of rules', () => {
  it('a packet without a flow counts as one to a server', () => {
    const { outlines } = compile([
      'alert ip any any -> any any (flow:to_server; ttl:>0; sid:1;)',
      'alert ip any any -> any any (flow:to_client; ttl:>0; sid:2;)',
    ]);
    const table = new HeaderTable(outlines);
    const p = packet({ proto: 103, direction: 'none' });
    const covered = (): boolean[] =>
      outlines.map(({ iid }) => {
        table.addresses.nextPacket();
        return table.matches(iid, p);
      });
    assert.deepEqual(covered(), [true, false]);
    p.flags |= PacketFlag.toClient;
    assert.deepEqual(covered(), [false, true]);
  });
});
