// Smb2: messages of SMB 2 and 3 (MS-SMB2), each put to the request or the response it is.

import type { AppInput } from '../../framework/app-input.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { CO_HEADER } from '../../applayer/dcerpc/pdu.ts';
import { SMB_ANOMALY } from './events.ts';
import type { SmbHost } from './host.ts';
import { keyOf, le16, le32 } from './read.ts';
import type { Side } from './side.ts';
import { Smb2Command } from './smb2-header.ts';
import { Fixed, Smb2Message, carriesCall } from './smb2-message.ts';
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
    if (header.command === Smb2Command.write && direction === TO_SERVER)
      return this.neededOfWrite(data, at, available, length);
    if (header.command === Smb2Command.read && direction === TO_CLIENT)
      return this.neededOfRead(data, at, available, length);
    return WHOLE;
  }

  /** As much as tells whether it is a call, which is waited for. */
  private neededOfWrite(data: Uint8Array, at: number, available: number, length: number): number {
    const enough = Fixed.write + CO_HEADER;
    if (available < Math.min(enough, length)) return enough;
    if (available < Fixed.write) return WHOLE;
    const file = keyOf(data, at + 80, at + 96);
    const start = at + le16(data, at + 66);
    return carriesCall(this.host, this.message.header, file, data, start, at + available) ? WHOLE : Fixed.write;
  }

  private neededOfRead(data: Uint8Array, at: number, available: number, length: number): number {
    const enough = Fixed.dataRead + CO_HEADER;
    if (available < Math.min(enough, length)) return enough;
    const { header } = this.message;
    const read = this.host.session.reads.get(messageKey(header));
    if (available < Fixed.dataRead || read === undefined) return Fixed.dataRead;
    const start = at + data[at + 66]!;
    return carriesCall(this.host, header, read.file, data, start, at + available) ? WHOLE : Fixed.dataRead;
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
