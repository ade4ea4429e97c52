import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoredBytes } from '../../src/output/stored-bytes.ts';
import { temporaryFolder } from './support.ts';

const OPEN = { count: 0, limit: 0, onChange: () => undefined, onLimit: () => undefined };
const LARGE = Buffer.alloc(4 << 20, 'a');

describe('stored bytes', () => {
  const folder = temporaryFolder();

  it('go to the disk when they are many, and to their place when they are all', () => {
    const bytes = new StoredBytes(folder, OPEN);
    for (const part of [LARGE, Buffer.from('end')]) bytes.append(part, 0, part.length);
    assert.equal(bytes.moveTo(join(folder, 'place')), true);
    assert.equal(readFileSync(join(folder, 'place')).length, LARGE.length + 3);
    assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
  });

  it('are lost, and not kept in memory, where the disk does not take them', () => {
    rmSync(join(folder, 'tmp'), { recursive: true, force: true });
    writeFileSync(join(folder, 'tmp'), ''); // where their folder should be
    const bytes = new StoredBytes(folder, OPEN);
    assert.throws(() => {
      bytes.append(LARGE, 0, LARGE.length);
    }, /EEXIST|ENOTDIR/);
    rmSync(join(folder, 'tmp'));
    bytes.append(LARGE, 0, LARGE.length); // no longer asked of the disk
    assert.equal(bytes.isLost, true);
    assert.equal(existsSync(join(folder, 'tmp')), false);
  });
});
