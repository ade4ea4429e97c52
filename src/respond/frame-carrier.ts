// FrameCarrier: packets as frames, back onto the wires between which a bridge stands: its host need not have addresses.

import type { Packet } from '../framework/packet.ts';
import { ETHERNET_HEADER_LENGTH, MAC_LENGTH } from '../wire/ethernet.ts';
import { VIRTIO_NET_HEADER_LENGTH } from '../wire/virtio-net.ts';
import type { RefusalCarrier } from './rejects.ts';

const MAX_TAGS = 3;
const TAG = 4;

/** Sends a frame with its header of virtio. @returns below zero when it was not sent */
export type SendFrame = (frame: Uint8Array, length: number, p: Packet, isBack: boolean) => number;

export class FrameCarrier implements RefusalCarrier {
  readonly headroom = VIRTIO_NET_HEADER_LENGTH + ETHERNET_HEADER_LENGTH + MAX_TAGS * TAG;
  private readonly send: SendFrame;

  constructor(send: SendFrame) {
    this.send = send;
  }

  carry(out: Uint8Array, length: number, p: Packet, isBack: boolean): number {
    const header = p.l3Offset - p.etherOffset;
    // nothing but tags between the addresses and the packet: what else there is has lengths of its own
    if (p.etherOffset < 0 || header !== ETHERNET_HEADER_LENGTH + p.vlanCount * TAG) return -1;
    const start = this.headroom - header;
    const frame = start - VIRTIO_NET_HEADER_LENGTH;
    out.fill(0, frame, start);
    for (let i = 0; i < header; i++) out[start + i] = p.data[p.etherOffset + i]!;
    if (isBack) {
      for (let i = 0; i < MAC_LENGTH; i++) {
        out[start + i] = p.data[p.etherOffset + MAC_LENGTH + i]!;
        out[start + MAC_LENGTH + i] = p.data[p.etherOffset + i]!;
      }
    }
    return this.send(
      out.subarray(frame, this.headroom + length),
      VIRTIO_NET_HEADER_LENGTH + header + length,
      p,
      isBack,
    );
  }

  close(): void {
    // the wires are the bridge's
  }
}
