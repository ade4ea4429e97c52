import assert from 'node:assert/strict';
import { Counters } from '../../src/base/counters.ts';
import { createHash } from 'node:crypto';
import { Files } from '../../src/applayer/files.ts';
import { keepFiles } from '../../src/detect/files/keep-files.ts';
import type { DetectContext } from '../../src/framework/detect-context.ts';
import type { AppFlow } from '../../src/framework/app-flow.ts';
import { FileState } from '../../src/framework/file.ts';
import type { FileStorage } from '../../src/framework/file.ts';
import { Transaction } from '../../src/framework/transaction.ts';
import { describeBytes } from '../../src/applayer/magic/describe.ts';

const app = { keptFiles: 0 } as never as AppFlow;
const name = Buffer.from('a.pdf');

describe('files of traffic', () => {
  it('are hashed as they come, when asked for', () => {
    const files = new Files(new Set(['file.sha256']), new Counters());
    const file = files.open(app, new Transaction(0), 1, name);
    const data = Buffer.from('some bytes of a file');
    for (let i = 0; i < data.length; i++) files.append(file, data, i, i + 1);
    files.close(file, 'closed');
    assert.equal(file.sha256, createHash('sha256').update(data).digest('hex'));
    assert.equal(file.md5, null);
  });

  it('with a gap are truncated, and only SHA256 tells what was seen of them', () => {
    const files = new Files(new Set(['file.md5', 'file.sha256']), new Counters());
    const file = files.open(app, new Transaction(0), 1, name);
    files.gap(file, 10);
    files.append(file, name, 0, name.length);
    files.close(file, 'closed');
    assert.deepEqual([file.state, file.size, file.md5], [FileState.truncated, 10 + name.length, null]);
    assert.equal(file.sha256, createHash('sha256').update(name).digest('hex'));
  });

  it('have their stream followed to the depth of the store when a rule keeps them', () => {
    const files = new Files(new Set(), new Counters());
    const storage: FileStorage = { isForced: true, depth: 5, append: () => undefined };
    files.store(storage);
    const depths: number[] = [];
    const services = { files, followTo: (_app: AppFlow, depth: number) => depths.push(depth) };
    const kept = { keptFiles: 0, services } as never as AppFlow;
    const tx = new Transaction(0);
    const file = files.open(kept, tx, 1, name);
    files.append(file, Buffer.from('12345678'), 0, 8);
    assert.deepEqual([file.size, file.state, depths], [8, FileState.opened, []]);
    const ctx = { tx, app: kept, txDirection: 1 } as never as DetectContext;
    keepFiles({ direction: null, scope: 'file', unknown: [] }, 7, ctx, [file]);
    assert.deepEqual([file.isStored, file.sids, depths], [true, [7], [5]]);
  });

  it('are described in the words of libmagic', () => {
    assert.equal(describeBytes(Buffer.from('%PDF-1.4\n')), 'PDF document, version 1.4');
    assert.equal(describeBytes(Buffer.from('GIF89a\x01\0\x02\0')), 'GIF image data, version 89a, 1 x 2');
    assert.equal(describeBytes(Buffer.from('hello')), 'ASCII text, with no line terminators');
    assert.equal(describeBytes(Buffer.from([0, 1, 2])), 'data');
  });
});
