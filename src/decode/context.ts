// IpContext: what the IP and transport decoders ask of the decoder beyond what encapsulations may.
import type { LayerContext, LayerResult } from '../framework/layer.ts';
import type { Packet } from '../framework/packet.ts';

export interface IpContext extends LayerContext {
  /** The transport of an IP packet; LAYER_NOT_MINE when nobody knows the protocol. */
  transport(p: Packet, protocol: number, offset: number, end: number): LayerResult;
  /** Hands an IP fragment to reassembly. */
  fragment(p: Packet): void;
  /** Tries the UDP encapsulations registered for the packet's ports; true when one took the payload. */
  udpLayer(p: Packet, offset: number, end: number): boolean;
}
