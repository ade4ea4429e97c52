// EVE `ssh`: what both sides said of themselves.

import type { JsonText } from '../../base/json-writer.ts';
import { bytesText } from '../../base/json-writer.ts';
import type { EveDeclaration } from '../../framework/app-protocol.ts';
import { SshState } from './transaction.ts';
import type { SshSide, SshTransaction } from './transaction.ts';

/** Longer versions are cut. */
const LIMIT = 256;

export const SSH_EVE: EveDeclaration = {
  type: 'ssh',
  addresses: 'flow',
  hasTxId: false,
  isDue,
  create: () => ({ log }),
};

/** Fingerprints are there at the latest when both sides change keys; nothing else comes after the banners. */
function isDue(tx: SshTransaction): boolean {
  if (tx.hasHassh) return tx.isWatchedToTheEnd && tx.areBoth(SshState.finished);
  return tx.areBoth(SshState.bannerDone);
}

function log(tx: SshTransaction, json: JsonText): boolean {
  const [client, server] = tx.sides;
  if (client.proto === null && server.proto === null) return false;
  writeSide(json, 'client', client);
  writeSide(json, 'server', server);
  return true;
}

function writeSide(json: JsonText, key: string, side: SshSide): void {
  if (side.proto === null) return;
  json.open(key);
  json.string('proto_version', limited(side.proto));
  if (side.software!.length > 0) json.string('software_version', limited(side.software!));
  if (side.hasshString !== null) {
    json.open('hassh').bytes('hash', side.hassh!).bytes('string', side.hasshString).close();
  }
  json.close();
}

function limited(bytes: Uint8Array): string {
  if (bytes.length <= LIMIT) return bytesText(bytes);
  return `${bytesText(bytes.subarray(0, LIMIT))}[truncated ${String(bytes.length - LIMIT)} additional bytes]`;
}
