// FilterView: where the layers of a captured packet lie, as far as a packet filter looks.

/** How a link type carries the next protocol: header length and where its EtherType stands (-1: raw IP). */
interface LinkShape {
  readonly header: number;
  readonly typeAt: number;
}

const ETHERNET: LinkShape = { header: 14, typeAt: 12 };
const RAW: LinkShape = { header: 0, typeAt: -1 };
const SHAPES: ReadonlyMap<number, LinkShape> = new Map([
  [1, ETHERNET],
  [12, RAW],
  [14, RAW],
  [101, RAW],
  [228, RAW],
  [229, RAW],
  [0, { header: 4, typeAt: -1 }],
  [108, { header: 4, typeAt: -1 }],
  [9, { header: 4, typeAt: 2 }],
  [104, { header: 4, typeAt: 2 }],
  [113, { header: 16, typeAt: 14 }],
  [276, { header: 20, typeAt: 0 }],
]);

export const ETHER_IPV4 = 0x0800;
export const ETHER_IPV6 = 0x86dd;
/** Protocol numbers of PPP (RFC 1661), in the place of an EtherType. */
const PPP_IPV4 = 0x21;
const PPP_IPV6 = 0x57;
const TAGS: readonly number[] = [0x8100, 0x88a8, 0x9100];

/** One reused object for each filter: `aim` it at a packet. All offsets are into `data`. */
export class FilterView {
  data: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  wireLength = 0;
  isEthernet = false;
  /** Network identifier of the tunnel that was around the packet, -1 without. */
  vni = -1;
  /** Where the network header begins without any tag. */
  private base = 0;
  private typeAt = -1;

  /** False when nothing is known of the link type: no filter but `len` can match. */
  aim(data: Uint8Array, start: number, end: number, wireLength: number, linkType: number): boolean {
    this.data = data;
    this.start = start;
    this.end = end;
    this.wireLength = wireLength;
    const shape = SHAPES.get(linkType);
    this.isEthernet = linkType === 1;
    this.base = shape === undefined ? end : start + shape.header;
    this.typeAt = shape === undefined || shape.typeAt < 0 ? -1 : start + shape.typeAt;
    return shape !== undefined;
  }

  /** The EtherType below `tags` VLAN tags (that the expression asked for), -1 when cut off. */
  etherType(tags: number): number {
    if (this.typeAt < 0) {
      const version = this.byte(this.base) >> 4;
      return version === 4 ? ETHER_IPV4 : version === 6 ? ETHER_IPV6 : -1;
    }
    const type = this.word(tags === 0 ? this.typeAt : this.base + 4 * tags - 2);
    return type === PPP_IPV4 ? ETHER_IPV4 : type === PPP_IPV6 ? ETHER_IPV6 : type;
  }

  /** Whether the next header is a VLAN tag, and which: its identifier, or -1. */
  vlanId(tags: number): number {
    return TAGS.includes(this.etherType(tags)) ? this.word(this.base + 4 * tags) & 0xfff : -1;
  }

  /** Offset of the network header below `tags` VLAN tags. */
  network(tags: number): number {
    return this.base + 4 * tags;
  }

  /** -1 beyond the captured bytes. */
  byte(at: number): number {
    return at >= this.start && at < this.end ? this.data[at]! : -1;
  }

  word(at: number): number {
    return at >= this.start && at + 2 <= this.end ? (this.data[at]! << 8) | this.data[at + 1]! : -1;
  }

  /** `size` bytes (1, 2, 4) as an unsigned number; -1 beyond the captured bytes. */
  load(at: number, size: number): number {
    if (at < this.start || at + size > this.end) return -1;
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.data[at + i]!;
    return value;
  }

  /** IP protocol, or the next header of IPv6 (past one fragment header); -1 without IP. */
  protocol(tags: number): number {
    const type = this.etherType(tags);
    const at = this.network(tags);
    if (type === ETHER_IPV4) return this.byte(at + 9);
    if (type !== ETHER_IPV6) return -1;
    const next = this.byte(at + 6);
    return next === 44 ? this.byte(at + 40) : next;
  }

  /** Offset of the transport header; -1 for later fragments and what is no IP. */
  transport(tags: number): number {
    const type = this.etherType(tags);
    const at = this.network(tags);
    if (type === ETHER_IPV6) return this.byte(at + 6) === 44 ? -1 : at + 40;
    if (type !== ETHER_IPV4 || (this.word(at + 6) & 0x1fff) !== 0) return -1;
    return at + (this.byte(at) & 15) * 4;
  }
}
