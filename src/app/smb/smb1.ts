// Smb1: messages of SMB1 (MS-CIFS, MS-SMB), each command of a chain put to the request or the response it is.

import type { AppInput } from '../../framework/app-input.ts';
import { TO_CLIENT, TO_SERVER } from '../../framework/transaction.ts';
import type { Direction } from '../../framework/transaction.ts';
import { SMB_ANOMALY } from './events.ts';
import type { SmbHost } from './host.ts';
import { UNKNOWN_TREE } from './session.ts';
import type { Side } from './side.ts';
import { CHAINED, NO_COMMAND, SMB1_HEADER, Smb1Command } from './smb1-header.ts';
import { Smb1Message, treeKey } from './smb1-message.ts';
import { Smb1Requests } from './smb1-requests.ts';
import { Smb1Responses } from './smb1-responses.ts';
import { WHOLE } from './version.ts';
import type { SmbVersion } from './version.ts';

/** Words that a write and the answer to a read begin with, and what lies before them and behind. */
const WRITE_WORDS = 12;
const READ_WORDS = 12;
const MOST_CHAINED = 16;

export class Smb1 implements SmbVersion {
  private readonly host: SmbHost;
  private readonly message = new Smb1Message();
  private readonly requests: Smb1Requests;
  private readonly responses: Smb1Responses;

  constructor(host: SmbHost) {
    this.host = host;
    this.requests = new Smb1Requests(host, this.message);
    this.responses = new Smb1Responses(host, this.message);
  }

  needed(data: Uint8Array, at: number, available: number, _length: number, direction: Direction): number {
    const command = data[at + 4]!;
    const carriesFile = command === (direction === TO_SERVER ? Smb1Command.writeAndX : Smb1Command.readAndX);
    if (!carriesFile) return WHOLE;
    if (available < SMB1_HEADER + 2) return SMB1_HEADER + 2;
    const words = data[at + SMB1_HEADER]!;
    if (words < (direction === TO_SERVER ? WRITE_WORDS : READ_WORDS) || data[at + SMB1_HEADER + 1] !== NO_COMMAND)
      return WHOLE;
    const { header } = this.message;
    header.read(data, at);
    const { isPipe } = this.host.session.trees.get(treeKey(header)) ?? UNKNOWN_TREE;
    return isPipe ? WHOLE : SMB1_HEADER + 1 + 2 * words + 2;
  }

  take({ data, direction }: AppInput, at: number, end: number, side: Side): void {
    const { message, host } = this;
    message.begin(data, at, end, side.message);
    if (message.header.isResponse !== (direction === TO_CLIENT)) {
      host.note(direction === TO_SERVER ? SMB_ANOMALY.response_to_server : SMB_ANOMALY.request_to_client);
      return;
    }
    let offset = SMB1_HEADER;
    for (let i = 0; i < MOST_CHAINED; i++) {
      const isWhole = message.goTo(offset);
      if (!isWhole && i > 0) {
        if (direction === TO_SERVER) host.note(SMB_ANOMALY.malformed_data);
        return;
      }
      if (direction === TO_SERVER) this.requests.take(side);
      else this.responses.take(side);
      if (!isWhole || !CHAINED.has(message.command) || message.count < 2) return;
      const next = message.byte(0);
      const behind = message.u16(2);
      if (next === NO_COMMAND || behind <= offset) return;
      message.command = next;
      offset = behind;
    }
  }
}
