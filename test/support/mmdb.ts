// Writes small MaxMind databases (MMDB format 2.0): IPv4, records of 24 bits, one country a network.

type Value = string | number | readonly string[] | { readonly [key: string]: Value };

const TYPE = { text: 2, uint16: 5, uint32: 6, map: 7 };
const ARRAY_BEYOND_7 = 4;

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(TYPE.text, value.length), Buffer.from(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(TYPE.uint32, 4), bytes]);
  }
  if (Array.isArray(value))
    return Buffer.concat([Buffer.of(value.length, ARRAY_BEYOND_7), ...(value as readonly string[]).map(encode)]);
  const entries = Object.entries(value as { readonly [key: string]: Value });
  return Buffer.concat([
    control(TYPE.map, entries.length),
    ...entries.flatMap(([key, one]) => [encode(key), encode(one)]),
  ]);
}

/** Sizes below 29 alone. */
function control(type: number, size: number): Buffer {
  if (size >= 29) throw new Error('too long for this writer');
  return Buffer.of((type << 5) | size);
}

/** A record points to the next node, to nothing, or to data. */
type Node = [Entry, Entry];
type Entry = Node | string | null;

function insert(root: Node, network: string, country: string): void {
  const [address, length] = network.split('/');
  const bits = address!.split('.').map((byte) => Number(byte).toString(2).padStart(8, '0'));
  const path = bits.join('').slice(0, Number(length));
  let node = root;
  for (const bit of path.slice(0, -1)) {
    const side = Number(bit) as 0 | 1;
    if (!Array.isArray(node[side])) node[side] = [node[side], node[side]];
    node = node[side];
  }
  node[Number(path.at(-1)) as 0 | 1] = country;
}

/** @param networks `address/length` -> code of the country, the wider ones first */
export function countryMmdb(networks: Readonly<Record<string, string>>): Buffer {
  const root: Node = [null, null];
  for (const [network, country] of Object.entries(networks)) insert(root, network, country);
  const nodes: Node[] = [root];
  for (const node of nodes) for (const entry of node) if (Array.isArray(entry)) nodes.push(entry);
  const offsets = new Map<string, number>();
  let data = Buffer.alloc(0);
  for (const country of new Set(Object.values(networks))) {
    offsets.set(country, data.length);
    data = Buffer.concat([data, encode(country === '' ? {} : { country: { iso_code: country } })]);
  }
  const record = (entry: Entry): number => {
    if (entry === null) return nodes.length;
    return typeof entry === 'string' ? nodes.length + 16 + offsets.get(entry)! : nodes.indexOf(entry);
  };
  const tree = Buffer.alloc(nodes.length * 6);
  for (const [i, node] of nodes.entries()) {
    tree.writeUIntBE(record(node[0]), i * 6, 3);
    tree.writeUIntBE(record(node[1]), i * 6 + 3, 3);
  }
  const metadata = encode({
    node_count: nodes.length,
    record_size: 24,
    ip_version: 4,
    database_type: 'Test-Country',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 0,
    description: { en: 'for tests' },
  });
  const marker = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
  return Buffer.concat([tree, Buffer.alloc(16), data, marker, metadata]);
}
