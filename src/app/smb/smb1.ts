import type { SmbHost } from './host.ts';
import { SMB1_HEADER } from './smb1-header.ts';
import type { SmbVersion } from './version.ts';
export class Smb1 implements SmbVersion {
  private readonly host: SmbHost;
  constructor(host: SmbHost) { this.host = host; }
  needed(): number { return SMB1_HEADER; }
  take(): void { void this.host; }
}
