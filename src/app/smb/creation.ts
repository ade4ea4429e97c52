// What a CREATE asks for, which SMB1 and SMB2 say alike ([MS-CIFS] 2.2.4.64, [MS-SMB2] 2.2.13).

import { SHARE_ROOT } from './session.ts';
import type { Create } from './transaction.ts';

/** Bits of the options. */
const DIRECTORY = 0x01;
const DELETE_ON_CLOSE = 0x1000;

/** @param name null where it is the root of the share, which is not called a directory */
export function creation(name: Uint8Array | null, disposition: number, options: number): Create {
  return {
    kind: 'create',
    name: name ?? SHARE_ROOT,
    disposition,
    isDirectory: name !== null && (options & DIRECTORY) !== 0,
    deletesOnClose: (options & DELETE_ON_CLOSE) !== 0,
    created: 0,
    accessed: 0,
    modified: 0,
    changed: 0,
    size: 0,
    fuid: '',
  };
}
