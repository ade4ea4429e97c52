// FragmentSink: where the IP decoders leave fragments; the defragmenter implements it.
import type { Packet } from '../framework/packet.ts';

export interface FragmentSink {
  /**
   * Keeps the fragment `p`. When it completes a packet, `rebuilt` is filled (data, start, end, link fields,
   * `l3Offset` at the IP header) and true returned; the bytes stay valid until `releaseRebuilt`.
   */
  submit(p: Packet, rebuilt: Packet): boolean;
  /** The rebuilt packets handed out so far are done with. */
  releaseRebuilt(): void;
}
