// IP reputation: scores per category of hosts and networks, found by longest prefix.

import { parseCidr, wordMask } from '../../base/ip.ts';
import { WordTable } from '../../base/word-table.ts';

export interface LineProblem {
  readonly line: number;
  readonly message: string;
}

const MAX_CATEGORIES = 60;
const MAX_SCORE = 127;
const MAX_ENTRIES = 1 << 24;
/** Tags tell IPv6 prefixes from IPv4 ones by this. */
const VERSION_6 = 0x100;

export class Reputation {
  private readonly categories = new Map<string, number>();
  private readonly known = new Set<number>();
  private readonly table = new WordTable(MAX_ENTRIES, 1);
  /** Prefix lengths in use, longest first. */
  private prefixes4: number[] = [];
  private prefixes6: number[] = [];

  /** Lines `id,short name,description`. */
  addCategories(text: string): LineProblem[] {
    return forLines(text, (line) => {
      const match = /^(\d+)\s*,\s*([^,]+?)\s*,/.exec(line);
      const id = Number(match?.[1]);
      if (match === null) return 'a category is written id,name,description';
      if (id < 1 || id >= MAX_CATEGORIES)
        return `category ${String(id)} is not between 1 and ${String(MAX_CATEGORIES - 1)}`;
      this.categories.set(match[2]!.toLowerCase(), id);
      this.known.add(id);
      return undefined;
    });
  }

  /** Lines `address or network,category id,score`. */
  addScores(text: string): LineProblem[] {
    return forLines(text, (line) => {
      const [address = '', category = '', score = '', ...rest] = line.split(',').map((part) => part.trim());
      const cidr = parseCidr(address);
      if (cidr === undefined) return `"${address}" is no address`;
      if (rest.length > 0 || !/^\d+$/.test(category) || !/^\d+$/.test(score))
        return 'an entry is written address,category,score';
      if (!this.known.has(Number(category))) return `category ${category} is not declared`;
      if (Number(score) > MAX_SCORE) return `score ${score} is more than ${String(MAX_SCORE)}`;
      this.add(cidr, Number(category), Number(score));
      return undefined;
    });
  }

  category(name: string): number | undefined {
    return this.categories.get(name.toLowerCase());
  }

  /** Score of an address in a category, -1 without one. The longest prefix decides. */
  score(category: number, version: number, a0: number, a1: number, a2: number, a3: number): number {
    const prefixes = version === 6 ? this.prefixes6 : this.prefixes4;
    const family = version === 6 ? VERSION_6 : 0;
    for (let i = 0; i < prefixes.length; i++) {
      const n = prefixes[i]!;
      const slot = this.table.find(
        (category << 9) | family | n,
        a0 & wordMask(n),
        a1 & wordMask(n - 32),
        a2 & wordMask(n - 64),
        a3 & wordMask(n - 96),
        0,
        0,
        0,
        0,
      );
      if (slot >= 0) return this.table.values[slot]!;
    }
    return -1;
  }

  private add(cidr: NonNullable<ReturnType<typeof parseCidr>>, category: number, score: number): void {
    const { family, words, prefix: n } = cidr;
    const list = family === 6 ? this.prefixes6 : this.prefixes4;
    if (!list.includes(n)) list.push(n);
    list.sort((a, b) => b - a);
    const tag = (category << 9) | (family === 6 ? VERSION_6 : 0) | n;
    const [a0, a1, a2, a3] = words.map((word, i) => word & wordMask(n - 32 * i)) as [number, number, number, number];
    const slot = this.table.insert(tag, a0, a1, a2, a3, 0, 0, 0, 0);
    if (slot >= 0) this.table.values[slot] = score;
  }
}

function forLines(text: string, read: (line: string) => string | undefined): LineProblem[] {
  const problems: LineProblem[] = [];
  text.split(/\r\n|\r|\n/).forEach((raw, i) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    const message = read(line);
    if (message !== undefined) problems.push({ line: i + 1, message });
  });
  return problems;
}
