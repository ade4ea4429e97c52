import assert from 'node:assert/strict';
import { openConfig } from '../../../src/config/index.ts';
import { parseQueues, queueSettings } from '../../../src/engine/settings/index.ts';
import { open, temporaryFolder } from '../../config/support.ts';

const SECTION = `nfq:
  mode: repeat
  repeat-mark: 0x10
  repeat-mask: 0x30
  bypass-mark: 4294967295
  bypass-mask: lots
  route-queue: 2
  batchcount: 20
  fail-open: no
`;

describe('settings of netfilter queues', () => {
  const folder = temporaryFolder();
  const use = { queues: [0], writesPackets: false };

  it('are those of the configuration', () => {
    const config = open(folder.write('nfq.yaml', SECTION));
    const settings = queueSettings(config.root, use);
    assert.deepEqual(settings.queues, [0]);
    assert.equal(settings.mode, 'repeat');
    assert.deepEqual(settings.repeat, { mark: 0x10, mask: 0x30 });
    assert.deepEqual(settings.bypass, { mark: -1, mask: -1 }, 'a mask that cannot be read is the mark');
    assert.deepEqual([settings.routeQueue, settings.batchCount, settings.isFailOpen], [2, 20, false]);
    assert.match(config.root.takeDiagnostics()[0]?.message ?? '', /bypass-mask: "lots" is no number of 32 bits/);
  });

  it('let packets pass without any, and mark none', () => {
    const settings = queueSettings(openConfig({}).root, use);
    assert.deepEqual([settings.mode, settings.isFailOpen, settings.isShadow], ['accept', true, false]);
    assert.deepEqual(settings.bypass, { mark: 0, mask: 0 });
    assert.ok(settings.batchCount >= 1);
    assert.deepEqual([settings.budget, settings.dropsLate], [0, false]);
  });

  it('drop packets that waited too long only where the policy for exceptions says so', () => {
    const config = openConfig({
      settings: [
        { path: 'nfq.packet-timeout', value: '200' },
        { path: 'exception-policy', value: 'drop-packet' },
        { path: 'tayra.shadow', value: 'yes' },
      ],
    });
    const settings = queueSettings(config.root, use);
    assert.deepEqual([settings.budget, settings.dropsLate, settings.isShadow], [200, true, true]);
  });

  it('ask for packets that can be written into where rules do so', () => {
    const config = openConfig({}).root;
    assert.equal(queueSettings(config, use).takesLarge, true);
    assert.equal(queueSettings(config, { ...use, writesPackets: true }).takesLarge, false);
  });

  it('name each queue once', () => {
    assert.deepEqual(parseQueues(['0', '2:4', '3']), [0, 2, 3, 4]);
    assert.deepEqual(parseQueues(['65535']), [65535]);
    for (const wrong of ['', 'a', '1:', ':1', '1:2:3', '65536', '-1', '1-2'])
      assert.match(parseQueues([wrong]) as string, /^specified queue\(s\) argument '.*' is not valid/, wrong);
  });
});
