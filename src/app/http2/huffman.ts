// The Huffman code of header strings (RFC 7541 section 5.2 and appendix B), read four bits at a time.

/** Lengths of the codes of the bytes 0 to 255 and of the end of string; the code is canonical, so that they are all of it. */
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const END_OF_STRING = 256;
const LONGEST = 30;
const NIBBLE = 16;

/** Next state in the low bits, the byte that the four bits completed above them. */
const STATE_MASK = 0x1ff;
const EMITS = 1 << 9;
const BYTE_SHIFT = 10;
/** No code begins like this: the end of string within one (RFC 7541 section 5.2). */
const BROKEN = -1;

interface Node {
  readonly next: [Node | null, Node | null];
  symbol: number;
}

const newNode = (): Node => ({ next: [null, null], symbol: -1 });

/** Codes of a length follow one another in the order of their symbols, shorter codes come first. */
function codeTree(): Node {
  const root = newNode();
  let code = 0;
  for (let length = 1; length <= LONGEST; length++) {
    code *= 2;
    LENGTHS.forEach((own, symbol) => {
      if (own !== length) return;
      let at = root;
      for (let bit = length - 1; bit >= 0; bit--) at = at.next[(code >>> bit) & 1 ? 1 : 0] ??= newNode();
      at.symbol = symbol;
      code++;
    });
  }
  return root;
}

/** Inner nodes of the tree are the states, the root is state 0. */
function buildTable(): { table: Int32Array; mayEnd: Uint8Array } {
  const root = codeTree();
  const states: Node[] = [root];
  const numbers = new Map<Node, number>([[root, 0]]);
  for (let i = 0; i < states.length; i++) {
    for (const node of states[i]!.next) {
      if (node === null || node.symbol >= 0) continue;
      numbers.set(node, states.length);
      states.push(node);
    }
  }
  const table = new Int32Array(states.length * NIBBLE);
  states.forEach((state, number) => {
    for (let bits = 0; bits < NIBBLE; bits++) table[number * NIBBLE + bits] = stepOf(state, bits, root, numbers);
  });
  return { table, mayEnd: endingStates(root, numbers) };
}

function stepOf(from: Node, bits: number, root: Node, numbers: ReadonlyMap<Node, number>): number {
  let at = from;
  let emitted = -1;
  for (let bit = 3; bit >= 0; bit--) {
    const node = at.next[(bits >>> bit) & 1 ? 1 : 0];
    if (node === null || node.symbol === END_OF_STRING) return BROKEN;
    if (node.symbol >= 0) emitted = node.symbol;
    at = node.symbol >= 0 ? root : node;
  }
  const state = numbers.get(at)!;
  return emitted < 0 ? state : state | EMITS | (emitted << BYTE_SHIFT);
}

/** Padding is at most seven bits, the first of the end of string, which are ones. */
function endingStates(root: Node, numbers: ReadonlyMap<Node, number>): Uint8Array {
  const mayEnd = new Uint8Array(numbers.size);
  let at: Node | null = root;
  for (let ones = 0; ones <= 7 && at !== null; ones++) {
    mayEnd[numbers.get(at)!] = 1;
    at = at.next[1];
  }
  return mayEnd;
}

const { table, mayEnd } = buildTable();
/** The shortest code has five bits. */
const GROWTH = 8 / 5;
const SCRATCH = new Uint8Array(4096);

/** The string that [start, end) encodes, a copy of its own; null when it is none. */
export function decodeHuffman(data: Uint8Array, start: number, end: number): Uint8Array | null {
  const most = Math.ceil((end - start) * GROWTH);
  const out = most <= SCRATCH.length ? SCRATCH : new Uint8Array(most);
  let size = 0;
  let state = 0;
  for (let i = start; i < end; i++) {
    const byte = data[i]!;
    let step = table[state * NIBBLE + (byte >> 4)]!;
    if (step < 0) return null;
    if ((step & EMITS) !== 0) out[size++] = step >> BYTE_SHIFT;
    step = table[(step & STATE_MASK) * NIBBLE + (byte & 15)]!;
    if (step < 0) return null;
    if ((step & EMITS) !== 0) out[size++] = step >> BYTE_SHIFT;
    state = step & STATE_MASK;
  }
  return mayEnd[state] === 1 ? out.slice(0, size) : null;
}
