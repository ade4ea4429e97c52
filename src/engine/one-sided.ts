// OneSided: notices that only one direction of the traffic is seen, as with a mirror port that is set up for one, and says so.

import { log } from '../base/log.ts';
import { F } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';
import type { Output } from '../framework/output.ts';

const PROTO_TCP = 6;
/** Packets of a session that cannot all be tries to reach somebody who is not there. */
const SOME = 4;
/** Sessions that must have been seen, and the share of them with one direction only. */
const ENOUGH = 50;
const MOST = 0.9;

export class OneSided implements Output {
  private readonly flows: Flows;
  private sessions = 0;
  private oneSided = 0;
  private isTold = false;

  constructor(flows: Flows) {
    this.flows = flows;
  }

  flow(f: number): void {
    const { flows } = this;
    if (this.isTold || (flows.word(f, F.protoVersion) & 0xff) !== PROTO_TCP) return;
    const toServer = flows.word(f, F.packetsToServer);
    const toClient = flows.word(f, F.packetsToClient);
    if (toServer + toClient < SOME) return;
    this.sessions++;
    if (toServer === 0 || toClient === 0) this.oneSided++;
    if (this.sessions < ENOUGH || this.oneSided < this.sessions * MOST) return;
    this.isTold = true;
    log.warning(
      'capture',
      `only one direction is seen of ${String(this.oneSided)} of ${String(this.sessions)} TCP sessions: ` +
        'most of them cannot be inspected; does the mirror port show both (or set stream.async-oneside: yes)?',
    );
  }

  flush(): void {
    // nothing waits
  }

  close(): void {
    // nothing is open
  }
}
