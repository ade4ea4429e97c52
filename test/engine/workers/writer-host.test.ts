import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigNode, setFinal } from '../../../src/config/index.ts';
import { WriterHost } from '../../../src/engine/workers/writer-host.ts';
import { ascii } from '../../support/packets.ts';

describe('WriterHost', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-writers-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('writes what comes from a worker that takes the place of another when the others have closed', () => {
    const config = new ConfigNode('');
    setFinal(config, 'log.filename', 'some.log');
    const host = new WriterHost(config, { logDir: folder, mayWait: true });
    const request = { section: 'log', defaultName: 'other.log', kind: 'log' } as const;
    const writers = [0, 1].map((worker) => host.open(request, worker));
    assert.deepEqual(writers[0], writers[1]);
    const first = writers[0]!;
    assert.ok('writer' in first);
    const { writer } = first;
    const write = (text: string, worker: number): void => {
      host.take({ type: 'bytes', writer, bytes: ascii(text), records: 1 }, worker);
    };
    write('one\n', 0);
    host.lose(0);
    write('two\n', 1);
    host.take({ type: 'close', writer }, 1);
    assert.equal(readFileSync(join(folder, 'some.log'), 'latin1'), 'one\ntwo\n');
    assert.deepEqual(host.open(request, 0), first);
    write('three\n', 0);
    host.take({ type: 'close', writer }, 0);
    host.closeAll();
    assert.equal(readFileSync(join(folder, 'some.log'), 'latin1'), 'one\ntwo\nthree\n');
  });
});
