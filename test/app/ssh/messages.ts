// Messages of SSH, made by hand.

export const CLIENT_BANNER = Buffer.from('SSH-2.0-OpenSSH_9.6 Debian-5\r\n');
export const SERVER_BANNER = Buffer.from('SSH-1.99-Cisco-1.25\n');

export interface Offer {
  readonly kex: string;
  readonly ciphers: readonly [toServer: string, toClient: string];
  readonly macs: readonly [toServer: string, toClient: string];
  readonly compression: readonly [toServer: string, toClient: string];
}

export const OFFER: Offer = {
  kex: 'curve25519-sha256,ecdh-sha2-nistp256',
  ciphers: ['aes128-ctr', 'aes256-ctr'],
  macs: ['hmac-sha1', 'hmac-sha2-256'],
  compression: ['none', 'zlib'],
};

/** A binary packet in the clear: length, padding length, message number, body, padding. */
export function record(message: number, body: Uint8Array, padding = 4): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt32BE(2 + body.length + padding);
  header[4] = padding;
  header[5] = message;
  return Buffer.concat([header, body, Buffer.alloc(padding)]);
}

export function nameList(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text, 'latin1')]);
}

export function kexinit({ kex, ciphers, macs, compression }: Offer = OFFER): Buffer {
  const lists = [kex, 'ssh-ed25519', ...ciphers, ...macs, ...compression, '', ''];
  return record(20, Buffer.concat([Buffer.alloc(16, 0x63), ...lists.map(nameList), Buffer.alloc(5)]));
}

export const NEWKEYS = record(21, Buffer.alloc(0), 10);
