// Unfiltered: signatures that have nothing that could be looked for, by the application protocol they ask for.

import type { SignatureOutline } from '../compile/outline.ts';
import type { ProtocolIds } from '../compile/tx-plan.ts';
import type { Candidates } from './candidates.ts';

const NONE = new Int32Array(0);

export class Unfiltered {
  /** Candidates whatever the flow speaks. */
  private readonly anyProtocol: Int32Array;
  /** By number of the flow's protocol. */
  private readonly byProtocol: readonly Int32Array[];

  constructor(signatures: readonly SignatureOutline[], ids: ProtocolIds) {
    const any: number[] = [];
    const lists: number[][] = [];
    for (const { iid, protocol } of signatures) {
      const asked = ids(protocol.toLowerCase());
      if (asked === undefined) any.push(iid);
      else for (const id of asked) (lists[id] ??= []).push(iid);
    }
    this.anyProtocol = Int32Array.from(any);
    this.byProtocol = Array.from(lists, (list) => (list === undefined ? NONE : Int32Array.from(list)));
  }

  /** @param appProtocol number of the protocol that the packet's flow speaks, 0 for none */
  collect(appProtocol: number, candidates: Candidates): void {
    if (this.anyProtocol.length > 0) candidates.addAll(this.anyProtocol);
    if (appProtocol < this.byProtocol.length) candidates.addAll(this.byProtocol[appProtocol]!);
  }
}
