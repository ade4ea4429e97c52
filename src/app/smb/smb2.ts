// Smb2: messages of SMB 2 and 3 (MS-SMB2), each put to the request or the response it is.

import type { AppInput } from '../../framework/app-input.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { SMB_ANOMALY } from './events.ts';
import type { SmbHost } from './host.ts';
import { keyOf, le32 } from './read.ts';
import type { Side } from './side.ts';
import { Smb2Command } from './smb2-header.ts';
import { Fixed, Smb2Message, isCallOf } from './smb2-message.ts';
import { Smb2Requests } from './smb2-requests.ts';
import { Smb2Responses } from './smb2-responses.ts';
import { WHOLE } from './version.ts';
import type { SmbVersion } from './version.ts';
import { messageKey } from './unanswered.ts';

export class Smb2 implements SmbVersion {
  private readonly host: SmbHost;
  private readonly message = new Smb2Message();
  private readonly requests: Smb2Requests;
  private readonly responses: Smb2Responses;

  constructor(host: SmbHost) {
    this.host = host;
    this.requests = new Smb2Requests(host, this.message);
    this.responses = new Smb2Responses(host, this.message);
  }

  /** Bytes to the next message of a chain, 0 for none. */
  nextAt(data: Uint8Array, at: number): number {
    return le32(data, at + 20);
  }

  needed(data: Uint8Array, at: number, available: number, length: number, direction: Direction): number {
    const { header } = this.message;
    header.read(data, at);
    const { command } = header;
    if (direction === TO_CLIENT) return this.neededOfResponse(data, at, available);
    if (command !== Smb2Command.write) return WHOLE;
    if (available < Math.min(Fixed.write, length)) return Fixed.write;
    const isCall = available >= Fixed.write && isCallOf(this.host, header, keyOf(data, at + 80, at + 96));
    return isCall ? WHOLE : Fixed.write;
  }

  private neededOfResponse(data: Uint8Array, at: number, available: number): number {
    const { header } = this.message;
    if (header.command !== Smb2Command.read) return WHOLE;
    if (available < Fixed.dataRead) return Fixed.dataRead;
    const read = this.host.session.reads.get(messageKey(header));
    return read !== undefined && isCallOf(this.host, header, read.file) ? WHOLE : Fixed.dataRead;
  }

  take({ data, direction }: AppInput, at: number, end: number, side: Side): void {
    const { message } = this;
    message.data = data;
    message.start = at;
    message.end = end;
    message.length = side.message;
    message.header.read(data, at);
    if (message.header.isResponse !== (direction === TO_CLIENT)) {
      this.host.note(direction === TO_SERVER ? SMB_ANOMALY.response_to_server : SMB_ANOMALY.request_to_client);
      return;
    }
    if (direction === TO_SERVER) this.requests.take(side);
    else this.responses.take(side);
  }
}
