// TlsTransaction: a whole connection, from its hellos to the end of its handshake.

import type { KeptCertificate } from '../../framework/kept-certificate.ts';
import { TO_SERVER, Transaction } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { NO_CHAIN } from './chain.ts';
import type { CertificateChain } from './chain.ts';
import type { Hello } from './hello.ts';
import { isThirteen } from './version.ts';

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
  none: 0,
  clientHello: 1,
  serverHello: 2,
  clientKeyExchange: 4,
  serverKeyExchange: 8,
  unknown: 16,
} as const;

/** One end of the connection. */
export class TlsSide {
  hello: Hello | null = null;
  chain: CertificateChain = NO_CHAIN;
  /** Version of its hello, of its last record before there is one; 0 unknown. */
  version = 0;
  /** Its certificate came, and the records behind it were whole at some time. */
  hasSettled = false;
  private readonly wantsJa3: boolean;

  constructor({ ja3 }: Fingerprints) {
    this.wantsJa3 = ja3;
  }

  /** JA3 of a client, JA3S of a server; null without a hello, or when nobody wants it. */
  get ja3(): string | null {
    return this.hello !== null && this.wantsJa3 ? this.hello.offer.ja3 : null;
  }

  get ja3Hash(): string | null {
    return this.hello !== null && this.wantsJa3 ? this.hello.offer.ja3Hash : null;
  }
}

/** Which fingerprints are wanted at all. */
interface Fingerprints {
  readonly ja3: boolean;
  readonly ja4: boolean;
}

export class TlsTransaction extends Transaction {
  readonly client: TlsSide;
  readonly server: TlsSide;
  private readonly wantsJa4: boolean;
  /** SslState of the last message in the bytes that came last. */
  sslState: number = SslState.none;
  /** One end has changed to the cipher agreed upon. */
  hasChangedCipher = false;
  /** The server wants a certificate of the client. */
  asksCertificate = false;
  /** Protocol that the flow spoke before (STARTTLS), '' for none. */
  readonly formerProtocol: string;

  constructor(id: number, formerProtocol: string, wanted: Fingerprints) {
    super(id);
    this.formerProtocol = formerProtocol;
    this.client = new TlsSide(wanted);
    this.server = new TlsSide(wanted);
    this.wantsJa4 = wanted.ja4;
  }

  /** JA4 of the client, made when it is asked for; null without a hello. */
  get ja4(): string | null {
    const { hello } = this.client;
    return this.wantsJa4 && hello !== null ? hello.offer.ja4(hello.sni) : null;
  }

  side(direction: Direction): TlsSide {
    return direction === TO_SERVER ? this.client : this.server;
  }

  /** The client can go on with a session it has (RFC 5077), or the server does (RFC 5246 section 7.3). */
  get mayResume(): boolean {
    const { client, server } = this;
    if (client.hello === null) return false;
    return client.hello.hasSessionTicket || (server.hello !== null && client.hello.sharesSession(server.hello));
  }

  /** It goes on with that session: there is no certificate. */
  get isResumed(): boolean {
    const { client, server, isThirteen } = this;
    if (server.hello === null || server.chain.leaf !== null || isThirteen || !this.mayResume) return false;
    // with a ticket nothing but the version says so
    return client.hello?.hasSessionTicket !== true || server.hello.offer.versions.every((one) => one <= TWELVE);
  }

  override certificate(direction: Direction): KeptCertificate | null {
    const { ders, leaf } = this.side(direction).chain;
    if (leaf === null) return null;
    return { chain: ders, subject: leaf.subject, issuer: leaf.issuer, fingerprint: leaf.fingerprint };
  }

  /** The version that the server speaks, else what the client asks for; 0 unknown. */
  get version(): number {
    return this.server.version || this.client.version;
  }

  /**
   * TLS 1.3, a draft or an experiment of it, asked for and agreed upon: certificates are not to be seen. Servers of
   * drafts before the 22nd say so in the hello itself, and need not be asked.
   */
  get isThirteen(): boolean {
    const { client, server } = this;
    if (!isThirteen(server.version)) return false;
    return isThirteen(client.version) || server.hello?.offer.versions.length === 0;
  }
}

const TWELVE = 0x0303;
