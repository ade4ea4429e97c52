// Addresses of pages in the lines of a message.

const MOST = 2048;

/** Adds what begins with one of the schemes in [start, end), in the order of the schemes; the latest comes first. */
export function findUrls(
  data: Uint8Array,
  start: number,
  end: number,
  schemes: readonly Uint8Array[],
  options: { readonly withScheme: boolean },
  found: Uint8Array[],
): void {
  for (const scheme of schemes) {
    const first = scheme[0]!;
    for (let at = start; at + scheme.length <= end; at++) {
      if ((data[at]! | 0x20) !== first || !isAt(data, at, scheme)) continue;
      const from = at + scheme.length;
      let to = from;
      while (to < end && to - from < MOST && !isUrlEnd(data[to]!)) to++;
      found.unshift(data.slice(options.withScheme ? at : from, to));
      at = to - 1;
    }
  }
}

function isAt(data: Uint8Array, at: number, scheme: Uint8Array): boolean {
  for (let i = 1; i < scheme.length; i++) {
    const byte = data[at + i]!;
    if (byte !== scheme[i] && !(byte >= 0x41 && byte <= 0x5a && (byte | 0x20) === scheme[i])) return false;
  }
  return true;
}

/** Space, tab, quotes, angle and closing square brackets. */
function isUrlEnd(byte: number): boolean {
  return (
    byte === 0x20 || byte === 0x09 || byte === 0x22 || byte === 0x27 || byte === 0x3c || byte === 0x3e || byte === 0x5d
  );
}
