// Settings that several outputs have for files: which hashes and descriptions are made of all of them.

import { HASH_NAMES } from '../framework/file.ts';
import type { FileWishes, HashName } from '../framework/file.ts';
import type { ConfigNode } from '../config/index.ts';
import { OutputError } from './output-error.ts';

/** `force-magic`, `force-hash: [md5, sha1, sha256]`, and `force-md5` as it once was. */
export function wishForFiles(wishes: FileWishes | undefined, node: ConfigNode | undefined): void {
  if (wishes === undefined || node === undefined) return;
  if (node.bool('force-magic', false)) wishes.magic();
  if (node.bool('force-md5', false)) wishes.hash('md5');
  for (const name of hashNames(node)) wishes.hash(name);
}

/** @throws OutputError for a hash that is not known */
export function hashNames(node: ConfigNode): HashName[] {
  const list = node.strings('force-hash');
  return list.map((text) => {
    const name = HASH_NAMES.find((one) => one === text.toLowerCase());
    if (name === undefined)
      throw new OutputError(
        'bad_setting',
        `Invalid configuration: force-hash algorithm "${text}": ${HASH_NAMES.join(', ')}`,
      );
    return name;
  });
}
