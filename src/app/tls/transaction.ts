// TlsTransaction: a whole connection, from its hellos to the end of its handshake.

import { TO_SERVER, Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import type { Certificate } from './certificate.ts';
import type { Hello } from './hello.ts';

export const STATES = {
  toServer: ['client_in_progress', 'client_hello_done', 'client_cert_done', 'client_handshake_done', 'client_finished'],
  toClient: [
    'server_in_progress',
    'server_hello',
    'server_cert_done',
    'server_hello_done',
    'server_handshake_done',
    'server_finished',
  ],
} as const;
export const ClientState = { inProgress: 0, helloDone: 1, certDone: 2, handshakeDone: 3, finished: 4 } as const;
export const ServerState = {
  inProgress: 0,
  hello: 1,
  certDone: 2,
  helloDone: 3,
  handshakeDone: 4,
  finished: 5,
} as const;

/** What `ssl_state` asks for. */
export const SslState = {
  clientHello: 1,
  serverHello: 2,
  clientKeyExchange: 4,
  serverKeyExchange: 8,
  unknown: 16,
} as const;

/** One end of the connection. */
export class TlsSide {
  hello: Hello | null = null;
  /** Leaf first. */
  certificates: readonly Certificate[] = [];
  chain: readonly Uint8Array[] = [];
  /** Version of its records or hello, 0 unknown. */
  version = 0;
  hasChangedCipher = false;
  ja3: string | null = null;
  ja3Hash: string | null = null;
}

export class TlsTransaction extends Transaction {
  readonly client = new TlsSide();
  readonly server = new TlsSide();
  ja4: string | null = null;
  isResumed = false;
  /** Bits of SslState. */
  sslState = 0;
  wantsStore = false;

  side(direction: Direction): TlsSide {
    return direction === TO_SERVER ? this.client : this.server;
  }

  /** The version agreed upon; 0 unknown. */
  get version(): number {
    const { hello } = this.server;
    return hello?.versions[0] ?? hello?.version ?? this.server.version;
  }
}

const TEXTS: Readonly<Record<number, string>> = {
  0x0002: 'SSLv2',
  0x0300: 'SSLv3',
  0x0301: 'TLSv1',
  0x0302: 'TLS 1.1',
  0x0303: 'TLS 1.2',
  0x0304: 'TLS 1.3',
};

/** As in EVE. */
export function versionText(version: number): string {
  if (version === 0) return 'UNDETERMINED';
  if (version >> 8 === 0x7f) return `TLS 1.3 draft-${String(version & 0xff).padStart(2, '0')}`;
  return TEXTS[version] ?? `0x${version.toString(16).padStart(4, '0')}`;
}
