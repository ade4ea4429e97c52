// Transfers: what a command sends over the next data channel, and which way.

import type { AppFlow } from '../../framework/app-flow.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';

/** Handed to the parser of the data channel. */
export interface Transfer {
  readonly command: string;
  /** null for listings, which are no files. */
  readonly name: Uint8Array | null;
  /** The way of the bytes on the data channel, whose client is who opens it. */
  readonly direction: Direction;
}

interface Kind {
  readonly isUpload: boolean;
  readonly name: 'required' | 'optional' | 'none';
}

const KINDS: Readonly<Record<string, Kind>> = {
  RETR: { isUpload: false, name: 'required' },
  STOR: { isUpload: true, name: 'required' },
  APPE: { isUpload: true, name: 'required' },
  STOU: { isUpload: true, name: 'optional' },
  LIST: { isUpload: false, name: 'none' },
  NLST: { isUpload: false, name: 'none' },
  MLSD: { isUpload: false, name: 'none' },
};
/** The server gives the file a name of its own. */
const UNIQUE = Buffer.from('<stou>');

/** What a command transfers, seen on a channel that the client opens; null for other commands. */
export function transferOf(command: string, argument: Uint8Array | null): Transfer | 'nameless' | null {
  const kind = KINDS[command];
  if (kind === undefined) return null;
  if (kind.name === 'required' && argument === null) return 'nameless';
  const name = kind.name === 'none' ? null : (argument ?? UNIQUE);
  return { command, name, direction: kind.isUpload ? TO_SERVER : TO_CLIENT };
}

/** Tells the engine of the channel; an active one is opened by the server, so that all goes the other way there. */
export function announceTransfer(
  app: AppFlow,
  transfer: Transfer,
  { port, isActive }: { readonly port: number; readonly isActive: boolean },
): void {
  const direction = (isActive ? transfer.direction ^ 1 : transfer.direction) as Direction;
  app.services.expect(app, {
    protocol: 'ftp-data',
    port,
    listener: isActive ? 'client' : 'server',
    state: { ...transfer, direction },
  });
}
