// xbits and hostbits: named marks on hosts and pairs of hosts, which outlive flows.

import { NumberWords } from '../base/journal.ts';
import type { Journal } from '../base/journal.ts';
import { nameNumber } from '../base/name-number.ts';
import { WordTable } from '../base/word-table.ts';
import type { WordTableContent } from '../base/word-table.ts';
import { requiredArgument } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { RulesetSetup, SignatureBuilder } from '../framework/keyword.ts';
import { NO_HOSTS, putHosts, takeHosts } from '../framework/journal-hosts.ts';
import type { Hosts } from '../framework/journal-hosts.ts';
import { JournalKind } from '../framework/journal-kind.ts';
import type { Packet } from '../framework/packet.ts';
import { SigFlag } from '../framework/signature.ts';

type Track = 'ip_src' | 'ip_dst' | 'ip_pair';

const DEFAULT_EXPIRE = 30;
const MAX_BITS = 1 << 18;

/** Addresses a mark may belong to. */
type Addressed = Hosts & Pick<Packet, 'ipVersion'>;

const TRACK_NAMES: readonly Track[] = ['ip_src', 'ip_dst', 'ip_pair'];
const COMMANDS = ['set', 'unset', 'toggle', 'isset', 'isnotset'];
/** Words of a journal entry: name, whom by, IP version, command, both addresses, two times. */
const ENTRY_WORDS = 16;

/** A host by its address. */
export interface Host {
  readonly isIp6: boolean;
  readonly words: readonly [number, number, number, number];
}

/** Key of a mark of hosts, as against those of pairs. */
const HOST_MARK = /^(?:hostbits|xbits)\/host\/(.+)$/;

/** All marks of a rule set, with the time each ends. Shared under the key `xbits`. */
export class HostBits {
  private readonly ids = new Map<string, number>();
  private readonly taken = new Set<number>();
  private readonly table = new WordTable(MAX_BITS, 1);
  private journal: Journal | null = null;
  private readonly entry = new Int32Array(ENTRY_WORDS);
  private readonly numbers = new NumberWords();

  /** Tag of a name; host and pair marks of the same name are different ones. */
  tag(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    let id = nameNumber(name);
    while (this.taken.has(id)) id = (id + 1) & 0x3fffffff;
    this.taken.add(id);
    this.ids.set(name, id);
    return id;
  }

  /** From now on other workers set marks too, and each is told of what the others do. */
  share(journal: Journal): void {
    this.journal = journal;
    const hosts = { ipVersion: 0, ...NO_HOSTS };
    journal.on(JournalKind.hostBit, (words) => {
      hosts.ipVersion = words[2]!;
      takeHosts(words, 4, hosts);
      const mark = { tag: words[0]!, track: TRACK_NAMES[words[1]!]!, until: this.numbers.read(words, 14) };
      this.change(COMMANDS[words[3]!]!, mark, hosts, this.numbers.read(words, 12));
    });
  }

  /** All marks, for a worker that comes later. */
  content(): WordTableContent {
    return this.table.content();
  }

  /** Has the marks that others have. */
  restore(content: WordTableContent): void {
    this.table.fill(content);
  }

  isSet(tag: number, track: Track, p: Addressed, now: number): boolean {
    this.journal?.catchUp();
    return this.isMarked(tag, track, p, now);
  }

  /** @param command `set`, `unset` or `toggle` */
  apply(command: string, mark: { tag: number; track: Track; until: number }, p: Addressed, now: number): void {
    const { journal, entry, numbers } = this;
    journal?.begin();
    this.change(command, mark, p, now);
    if (journal === null) return;
    entry[0] = mark.tag;
    entry[1] = TRACK_NAMES.indexOf(mark.track);
    entry[2] = p.ipVersion;
    entry[3] = COMMANDS.indexOf(command);
    putHosts(entry, 4, p);
    numbers.write(now, entry, 12);
    numbers.write(mark.until, entry, 14);
    journal.append(JournalKind.hostBit, entry, ENTRY_WORDS);
    journal.end();
  }

  private change(
    command: string,
    { tag, track, until }: { tag: number; track: Track; until: number },
    p: Addressed,
    now: number,
  ): void {
    const isOff = command === 'unset' || (command === 'toggle' && this.isMarked(tag, track, p, now));
    if (isOff) this.unset(tag, track, p);
    else this.set(tag, track, p, now, until);
  }

  private isMarked(tag: number, track: Track, p: Addressed, now: number): boolean {
    const slot = this.find(tag, track, p);
    return slot >= 0 && this.table.values[slot]! > now;
  }

  private set(tag: number, track: Track, p: Addressed, now: number, until: number): void {
    if (this.table.isFull) this.table.purge((slot) => this.table.values[slot]! <= now);
    const slot = this.insert(tag, track, p);
    if (slot >= 0) this.table.values[slot] = until;
  }

  private unset(tag: number, track: Track, p: Addressed): void {
    const slot = this.find(tag, track, p);
    if (slot >= 0) this.table.values[slot] = 0;
  }

  /** Sets a mark of a host from outside, or ends it (`until` 0). @returns false when no rule knows the name */
  setHost(name: string, { isIp6, words }: Host, { now, until }: { now: number; until: number }): boolean {
    const [src0, src1, src2, src3] = words;
    const hosts = { ...NO_HOSTS, ipVersion: isIp6 ? 6 : 4, src0, src1, src2, src3 };
    const tags = this.hostTags(name);
    for (const tag of tags) this.apply(until > 0 ? 'set' : 'unset', { tag, track: 'ip_src', until }, hosts, now);
    return tags.length > 0;
  }

  isKnownForHosts(name: string): boolean {
    return this.hostTags(name).length > 0;
  }

  /** The marks that a host has or had; undefined when it never had any. */
  marksOf(host: Host): { readonly name: string; readonly until: number }[] | undefined {
    const marks = new Map<string, number>();
    let isKnown = false;
    for (const [key, tag] of this.ids) {
      const name = HOST_MARK.exec(key)?.[1];
      const slot = this.table.find(tag * 2 + (host.isIp6 ? 1 : 0), ...host.words, 0, 0, 0, 0);
      if (name === undefined || slot < 0) continue;
      isKnown = true;
      marks.set(name, Math.max(marks.get(name) ?? 0, this.table.values[slot]!));
    }
    return isKnown ? [...marks].map(([name, until]) => ({ name, until })) : undefined;
  }

  /** Marks by xbits and hostbits of the same name are one to who sets them from outside. */
  private hostTags(name: string): number[] {
    return ['hostbits', 'xbits']
      .map((keyword) => this.ids.get(`${keyword}/host/${name}`))
      .filter((tag) => tag !== undefined);
  }

  private find(name: number, track: Track, p: Addressed): number {
    const t = this.table;
    const tag = familyTag(name, p);
    if (track === 'ip_src') return t.find(tag, p.src0, p.src1, p.src2, p.src3, 0, 0, 0, 0);
    if (track === 'ip_dst') return t.find(tag, p.dst0, p.dst1, p.dst2, p.dst3, 0, 0, 0, 0);
    return isOrdered(p)
      ? t.find(tag, p.src0, p.src1, p.src2, p.src3, p.dst0, p.dst1, p.dst2, p.dst3)
      : t.find(tag, p.dst0, p.dst1, p.dst2, p.dst3, p.src0, p.src1, p.src2, p.src3);
  }

  private insert(name: number, track: Track, p: Addressed): number {
    const t = this.table;
    const tag = familyTag(name, p);
    if (track === 'ip_src') return t.insert(tag, p.src0, p.src1, p.src2, p.src3, 0, 0, 0, 0);
    if (track === 'ip_dst') return t.insert(tag, p.dst0, p.dst1, p.dst2, p.dst3, 0, 0, 0, 0);
    return isOrdered(p)
      ? t.insert(tag, p.src0, p.src1, p.src2, p.src3, p.dst0, p.dst1, p.dst2, p.dst3)
      : t.insert(tag, p.dst0, p.dst1, p.dst2, p.dst3, p.src0, p.src1, p.src2, p.src3);
  }
}

/** An IPv4 address is no IPv6 address that begins with the same bytes. */
function familyTag(name: number, p: Addressed): number {
  return name * 2 + (p.ipVersion === 6 ? 1 : 0);
}

function isOrdered(p: Addressed): boolean {
  return (p.src0 - p.dst0 || p.src1 - p.dst1 || p.src2 - p.dst2 || p.src3 - p.dst3) <= 0;
}

/** The marks of a rule set; those of hosts can be set and asked for from outside. */
export function hostBitsOf(setup: RulesetSetup): HostBits {
  return setup.shared('xbits', () => new HostBits());
}

/** Marks stay from one rule set to the next. */
export function inheritHostBits(setup: RulesetSetup, former: RulesetSetup): void {
  setup.shared('xbits', () => hostBitsOf(former));
}

interface Use {
  readonly keyword: string;
  readonly command: string;
  readonly name: string;
  readonly track: Track;
  /** seconds; Infinity: for good */
  readonly expire: number;
}

function addUse(builder: SignatureBuilder, { keyword, command, name, track, expire }: Use): void {
  const bits = hostBitsOf(builder.setup);
  const tag = bits.tag(`${keyword}/${track === 'ip_pair' ? 'pair' : 'host'}/${name}`);
  const micros = expire * 1e6;
  const hasEnd = keyword === 'xbits' && (command === 'set' || command === 'toggle');
  const details = { [keyword]: { cmd: command, name, track, ...(hasEnd && { expire }) } };
  if (command === 'isset' || command === 'isnotset') {
    const wanted = command === 'isset';
    // Suricata sorts by who reads xbits and by who writes hostbits
    if (keyword === 'xbits') builder.usesState(track === 'ip_pair' ? 'pair' : 'host', 'read');
    builder.addPacketMatch((p, ctx) => p.ipVersion !== 0 && bits.isSet(tag, track, p, ctx.now) === wanted, {
      keyword,
      keepsStream: true,
      isPerPacket: false,
      details,
    });
    return;
  }
  if (keyword === 'hostbits') builder.usesState('host', 'write');
  builder.addPostMatch(
    (p, ctx) => {
      if (p.ipVersion !== 0) bits.apply(command, { tag, track, until: ctx.now + micros }, p, ctx.now);
    },
    { keyword, details },
  );
}

const TRACKS = ['ip_src', 'ip_dst', 'ip_pair', 'tx'] as const;
const HINT = 'xbits:set,name,track ip_src,expire 60';

interface XbitsArgument {
  readonly command: string;
  readonly name: string;
  /** null: none is given, and the mark belongs to nothing */
  readonly track: (typeof TRACKS)[number] | null;
  readonly expire: number;
}

/** Command and name, then `track` and `expire` in any order; other fields mean nothing. */
function readXbits(text: string): XbitsArgument {
  const [command = '', name = '', ...parts] = text.split(',').map((part) => part.trim());
  if (!COMMANDS.includes(command)) throw new RuleError(`invalid xbits command "${command}"`, HINT);
  if (/\s/.test(name)) throw new RuleError(`xbits: "${name}" is no name`, HINT);
  const fields = new Map<string, string>();
  for (const part of parts.filter((text) => text !== '')) {
    const match = /^(\S+)\s+(\S+)$/.exec(part);
    if (match === null) throw new RuleError(`xbits: "${part}" is not a name and a value`, HINT);
    const key = match[1]!.toLowerCase();
    if (fields.has(key)) throw new RuleError(`xbits: ${key} is given twice`);
    fields.set(key, match[2]!);
  }
  return { command, name, track: trackOf(fields.get('track')), expire: expireOf(fields.get('expire')) };
}

function trackOf(given: string | undefined): XbitsArgument['track'] {
  if (given === undefined) return null;
  const track = TRACKS.find((known) => known === given);
  if (track === undefined) throw new RuleError(`invalid xbits tracker: ${given}`, TRACKS.join(', '));
  return track;
}

function expireOf(given: string | undefined): number {
  if (given === undefined) return DEFAULT_EXPIRE;
  const seconds = /^\d+$/.test(given) ? Number(given) : 0;
  if (seconds < 1 || seconds > 0xffffffff) throw new RuleError(`invalid xbits expire value: ${given}`);
  return seconds;
}

function refuseTx({ command }: XbitsArgument, { ast }: SignatureBuilder): never {
  if (command !== 'set' && command !== 'isset') throw new RuleError('tx xbits only support set and isset');
  if (command === 'isset' && ast.hook === undefined) throw new RuleError('tx xbits require an explicit rule hook');
  throw new RuleError('marks of transactions are not there yet', undefined, 'rule/app-layer-missing');
}

const xbits = defineKeyword({
  name: 'xbits',
  argument: 'required',
  kind: 'state',
  summary: 'Sets, clears or asks for a named mark of a host or a pair of hosts.',
  page: 'rules/xbits.html',
  examples: [
    'alert ssh any any -> any any (msg:"m"; xbits:set,badssh,track ip_src,expire 3600; sid:1;)',
    'alert ip any any -> any any (msg:"m"; xbits:isset,badssh,track ip_src; sid:2;)',
  ],
  compile(builder, option) {
    const text = requiredArgument(option);
    if (text === 'noalert') {
      builder.flags |= SigFlag.noAlert;
      return;
    }
    const use = readXbits(text);
    const { track } = use;
    if (track === 'tx') refuseTx(use, builder);
    if (track !== null) addUse(builder, { ...use, keyword: 'xbits', track });
    else builder.warn('xbits without track: the mark belongs to nothing, and is never set', HINT);
    if (track === null && use.command.startsWith('is'))
      builder.addPacketMatch(() => false, { keyword: 'xbits', keepsStream: true });
  },
});

const HOSTBITS = /^([a-z]+)\s*,\s*([^\s,]+)\s*(?:,\s*(src|dst|both)\s*)?$/;

const hostbits = defineKeyword({
  name: 'hostbits',
  argument: 'required',
  kind: 'state',
  summary: 'Sets, clears or asks for a named mark of a host.',
  page: 'rules/xbits.html',
  examples: ['alert tcp any any -> any any (msg:"m"; hostbits:set,seen,src; sid:1;)'],
  compile(builder, option) {
    const text = requiredArgument(option);
    if (text === 'noalert') {
      builder.flags |= SigFlag.noAlert;
      return;
    }
    const match = HOSTBITS.exec(text);
    const command = match?.[1] ?? '';
    if (match === null || !COMMANDS.includes(command))
      throw new RuleError('hostbits cannot be read', 'hostbits:set,name,src');
    const side = match[3] ?? 'src';
    if (side === 'both')
      throw new RuleError('hostbits: both is not implemented', 'write one with src and one with dst');
    const track = side === 'dst' ? 'ip_dst' : 'ip_src';
    addUse(builder, { keyword: 'hostbits', command, name: match[2]!, track, expire: Infinity });
  },
});

export default [xbits, hostbits];
