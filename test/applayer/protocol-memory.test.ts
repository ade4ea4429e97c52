import assert from 'node:assert/strict';
import ftp from '../../src/app/ftp/index.ts';
import { FtpTransaction } from '../../src/app/ftp/transaction.ts';
import pop3 from '../../src/app/pop3/index.ts';
import { ProtocolMemory, memoryCounter } from '../../src/applayer/protocol-memory.ts';
import { ProtocolTable } from '../../src/applayer/protocol-table.ts';
import { Counters } from '../../src/base/counters.ts';
import type { AppFlow } from '../../src/framework/app-flow.ts';

describe('memory of protocols', () => {
  it('is what the open transactions keep, now', () => {
    const table = new ProtocolTable([ftp, pop3], undefined);
    memoryCounter(table.find('ftp')!);
    const counters = new Counters();
    const memory = new ProtocolMemory(table, counters);
    const tx = new FtpTransaction(0, null, Buffer.from('NOOP'));
    tx.addReply(Buffer.from('200 fine'));
    const flow = (name: string): AppFlow => ({ protocol: table.find(name)!, transactions: [{ tx }, { tx }] }) as never;
    memory.update([flow('ftp'), null, flow('pop3')]);
    assert.equal(counters.byName('ftp.memuse'), 16);
    memory.update([null]);
    assert.equal(counters.byName('ftp.memuse'), 0);
  });
});
