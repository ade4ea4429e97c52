import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSharedFile } from '../../src/base/shared-bytes.ts';

describe('readSharedFile', () => {
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tayra-shared-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  const isSharedText = (bytes: Uint8Array<SharedArrayBuffer>, text: string): void => {
    assert.ok(bytes.buffer instanceof SharedArrayBuffer);
    assert.equal(Buffer.from(bytes).toString(), text);
  };

  it('reads files whole', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'some text');
    isSharedText(readSharedFile(file), 'some text');
    writeFileSync(file, '');
    isSharedText(readSharedFile(file), '');
    assert.throws(() => readSharedFile(join(folder, 'none')), { code: 'ENOENT' });
  });

  it('reads pipes to their end', function () {
    const pipe = join(folder, 'pipe');
    if (spawnSync('mkfifo', [pipe]).status !== 0) this.skip();
    const text = 'alert tcp any any -> any any (sid:1;)\n'.repeat(5000);
    const script = `require('node:fs').writeFileSync(${JSON.stringify(pipe)}, ${JSON.stringify('alert tcp any any -> any any (sid:1;)\n')}.repeat(5000))`;
    const shell = `"$1" -e "$2" & "$1" --import=tsx -e "$3"; wait`;
    const read = `import('./src/base/shared-bytes.ts').then(({ readSharedFile }) => process.stdout.write(Buffer.from(readSharedFile(${JSON.stringify(pipe)}))))`;
    const { stdout } = spawnSync('sh', ['-c', shell, 'sh', process.execPath, script, read], { encoding: 'utf8' });
    assert.equal(stdout, text);
  });
});
