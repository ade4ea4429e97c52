// Both hosts of a packet in entries of the journal that workers share.

import type { Packet } from './packet.ts';

/** The addresses of a packet. */
export type Hosts = Pick<Packet, 'src0' | 'src1' | 'src2' | 'src3' | 'dst0' | 'dst1' | 'dst2' | 'dst3'>;

export const NO_HOSTS: Hosts = { src0: 0, src1: 0, src2: 0, src3: 0, dst0: 0, dst1: 0, dst2: 0, dst3: 0 };

/** Writes eight words from `at` on. */
export function putHosts(entry: Int32Array, at: number, p: Hosts): void {
  entry[at] = p.src0;
  entry[at + 1] = p.src1;
  entry[at + 2] = p.src2;
  entry[at + 3] = p.src3;
  entry[at + 4] = p.dst0;
  entry[at + 5] = p.dst1;
  entry[at + 6] = p.dst2;
  entry[at + 7] = p.dst3;
}

/** Reads what `putHosts` wrote. */
export function takeHosts(entry: Int32Array, at: number, into: Hosts): void {
  into.src0 = entry[at]!;
  into.src1 = entry[at + 1]!;
  into.src2 = entry[at + 2]!;
  into.src3 = entry[at + 3]!;
  into.dst0 = entry[at + 4]!;
  into.dst1 = entry[at + 5]!;
  into.dst2 = entry[at + 6]!;
  into.dst3 = entry[at + 7]!;
}
