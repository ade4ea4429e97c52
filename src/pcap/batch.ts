// PacketBatch: what a capture source hands over, one arena of bytes plus typed arrays, filled again and again.

/** Packets a batch holds unless told otherwise: its bytes then stay in the cache. */
export const DEFAULT_BATCH_CAPACITY = 512;

/** The packets of one `next` call. They stay valid until the next call on the same source. */
export class PacketBatch {
  /** The arena that `offset` points into. */
  readonly data: Uint8Array;
  readonly capacity: number;
  count = 0;
  /** Where each packet begins in `data`. */
  readonly offset: Int32Array;
  /** Captured bytes. */
  readonly length: Int32Array;
  /** Bytes on the wire: more than `length` when the capture was cut at a snap length. */
  readonly wireLength: Int32Array;
  /** Microseconds since the epoch, whole. */
  readonly timestamp: Float64Array;
  readonly linkType: Int32Array;
  /** Interface number inside a pcapng section; 0 in a pcap file. */
  readonly interfaceId: Int32Array;
  /** 1 where the sender's network card was to compute the checksum of the transport. */
  readonly hasNoChecksum: Uint8Array;

  /** Network identifier of the tunnel that a live source took off, -1 without. */
  readonly vni: Int32Array;

  constructor(data: Uint8Array, capacity: number = DEFAULT_BATCH_CAPACITY) {
    this.data = data;
    this.capacity = capacity;
    this.offset = new Int32Array(capacity);
    this.length = new Int32Array(capacity);
    this.wireLength = new Int32Array(capacity);
    this.timestamp = new Float64Array(capacity);
    this.linkType = new Int32Array(capacity);
    this.interfaceId = new Int32Array(capacity);
    this.hasNoChecksum = new Uint8Array(capacity);
    this.vni = new Int32Array(capacity).fill(-1);
  }

  /** Puts a packet in the place of another: how gaps are closed that unwanted packets leave. */
  move(from: number, to: number): void {
    if (from === to) return;
    this.offset[to] = this.offset[from]!;
    this.length[to] = this.length[from]!;
    this.wireLength[to] = this.wireLength[from]!;
    this.timestamp[to] = this.timestamp[from]!;
    this.linkType[to] = this.linkType[from]!;
    this.interfaceId[to] = this.interfaceId[from]!;
    this.hasNoChecksum[to] = this.hasNoChecksum[from]!;
    this.vni[to] = this.vni[from]!;
  }
}
