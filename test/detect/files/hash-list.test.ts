import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashListPath, parseHashList, readHashList } from '../../../src/detect/files/hash-list.ts';
import { RuleError } from '../../../src/framework/keyword.ts';

const hash = (name: string, text: string): string => createHash(name).update(text).digest('hex');

describe('lists of hashes', () => {
  it('hold one a line, with remarks, in either case', () => {
    const [a, b] = [hash('md5', 'a'), hash('md5', 'b')];
    const text = `# remark\r\n${a.toUpperCase()}  name of a file\n\n${b}\n ${b}\n${b}0\nxyz\n`;
    const { hashes, badLines } = parseHashList(text, 'md5');
    assert.deepEqual([...hashes], [a, b]);
    assert.deepEqual(badLines, [5, 6, 7]);
  });

  it('are of one kind', () => {
    for (const name of ['md5', 'sha1', 'sha256'] as const)
      for (const other of ['md5', 'sha1', 'sha256'] as const)
        assert.equal(parseHashList(hash(other, 'a'), name).hashes.size, name === other ? 1 : 0);
  });

  describe('in files', () => {
    let folder = '';
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'tayra-hashes-'));
      mkdirSync(join(folder, 'rules'));
      writeFileSync(join(folder, 'a.list'), hash('sha1', 'a'));
      writeFileSync(join(folder, 'rules', 'b.list'), 'nothing\n');
    });
    after(() => {
      rmSync(folder, { recursive: true });
    });

    it('are found in the folder of rules, else beside the rule', () => {
      const rules = join(folder, 'rules', 'x.rules');
      assert.equal(hashListPath('a.list', folder, rules), join(folder, 'a.list'));
      assert.equal(hashListPath('b.list', folder, rules), join(folder, 'rules', 'b.list'));
      assert.equal(hashListPath('none.list', folder, rules), join(folder, 'none.list'));
    });

    it('must be there and hold something', () => {
      assert.equal(readHashList(join(folder, 'a.list'), 'sha1').hashes.size, 1);
      assert.throws(() => readHashList(join(folder, 'rules', 'b.list'), 'sha1'), RuleError);
      assert.throws(() => readHashList(join(folder, 'none.list'), 'sha1'), RuleError);
    });
  });
});
