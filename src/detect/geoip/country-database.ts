// Countries of IPv4 addresses, from a MaxMind database (MMDB, as GeoLite2-Country).

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { CountryResponse } from 'mmdb-lib';

/** The part of a record that matters. */
interface CountryRecord {
  readonly country?: { readonly iso_code?: string };
}

interface Lookup {
  get(address: string): CountryRecord | null;
}

/** Addresses whose country is remembered; a power of two. */
const REMEMBERED = 1 << 16;

/** Two letters as a number; 0: no country. */
export function countryCode(letters: string): number {
  return letters.length === 2 ? (letters.charCodeAt(0) << 8) | letters.charCodeAt(1) : 0;
}

export class CountryDatabase {
  private readonly reader: Lookup;
  private readonly addresses = new Uint32Array(REMEMBERED);
  private readonly codes = new Uint16Array(REMEMBERED);
  /** 1: the place holds an address */
  private readonly known = new Uint8Array(REMEMBERED);

  constructor(reader: Lookup) {
    this.reader = reader;
  }

  /** Reads a database; throws what reading the file and its format throws. */
  static open(path: string): CountryDatabase {
    const mmdb = createRequire(import.meta.url)('mmdb-lib') as typeof import('mmdb-lib');
    return new CountryDatabase(new mmdb.Reader<CountryResponse>(readFileSync(path)));
  }

  /** Code of the country of an address (a 32-bit word); 0: the database has none. Only an address not remembered costs. */
  country(address: number): number {
    const slot = (Math.imul(address, 0x9e3779b1) >>> 16) & (REMEMBERED - 1);
    if (this.known[slot] === 1 && this.addresses[slot] === address >>> 0) return this.codes[slot]!;
    this.known[slot] = 1;
    this.addresses[slot] = address;
    return (this.codes[slot] = this.find(address));
  }

  private find(address: number): number {
    const text = `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
    return countryCode(this.reader.get(text)?.country?.iso_code ?? '');
  }
}
