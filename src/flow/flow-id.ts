// Flow id: the number that ties all events of a flow together; exact in a double, equal for equal input.

/** 51 bits: the tuple's hash and the running number of the flow. */
export function flowId(hash: number, running: number): number {
  return (hash >>> 0) * 0x80000 + (running % 0x80000) + 1;
}
