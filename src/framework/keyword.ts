// defineKeyword: the contract by which a rule keyword describes itself and adds to a signature.

import type { RuleAst, RuleOption } from '../rules/index.ts';
import type { Counters } from '../base/counters.ts';
import type { ProtocolDefinition } from './app-protocol.ts';
import type { BufferDefinition, BufferEngine, TransformUse } from './buffer.ts';
import type { ChainElement, ContentSpec } from './chain.ts';
import type { Description, Details, Requirement } from './description.ts';
import type { PacketMatch, PostMatch, Reference, ThresholdSpec, TxMatch } from './signature.ts';

/** A rule that cannot be loaded: becomes a Diagnostic at the option's place. */
export class RuleError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  /** Module of the engine log, where it is not that of the keyword. */
  readonly module: string | undefined;

  /** @param code stable, e.g. `rule/bad-argument` (the default) */
  constructor(message: string, hint?: string, code = 'rule/bad-argument', module?: string) {
    super(message);
    this.hint = hint;
    this.code = code;
    this.module = module;
  }
}

/** Values a keyword may set on the signature as a whole. */
export interface SignatureMeta {
  msg: string;
  sid: number;
  gid: number;
  rev: number;
  classtype: string;
  category: string;
  /** From classtype; `priority` overrides. -1: not given. */
  priority: number;
  readonly references: Reference[];
  readonly metadata: [string, string][];
  target: 'none' | 'src_ip' | 'dest_ip';
  threshold: ThresholdSpec | null;
}

/** State between packets by which rules are put in order. */
export type StateKind = 'flowbits' | 'flowint' | 'flowvar' | 'pktvar' | 'host' | 'pair';

/** What a keyword uses to add to the rule being compiled. Order of calls is the order of the rule. */
export interface SignatureBuilder {
  readonly ast: RuleAst;
  readonly meta: SignatureMeta;
  readonly setup: RulesetSetup;
  /** Bits of SigFlag. */
  flags: number;
  /** Action bits; `alert`/`noalert` may change what is written, not this. */
  readonly action: number;

  /** Names of options that came before, lower case (for "X must follow Y" checks). */
  readonly seen: readonly string[];
  /** Keyword that `prefilter` was set on, undefined without. */
  readonly prefilterKeyword: string | undefined;
  /** The header, or a keyword before, says which application protocol the rule is about. */
  readonly namesProtocol: boolean;

  /** The buffer that following payload keywords apply to. Null: the packet payload/stream. */
  readonly currentBuffer: BufferDefinition | null;
  /** Selects a sticky buffer (null: back to the payload, `pkt_data`). The same multi buffer named again opens another instance. */
  setBuffer(buffer: BufferDefinition | null): void;
  addTransform(transform: TransformUse): void;
  /**
   * The content just before belongs to this buffer (`http_uri` and its like); false when there is none to move.
   * `within`: the rule is about that protocol alone, of those that have the buffer.
   */
  moveLastContent(buffer: BufferDefinition, where?: { readonly within?: string }): boolean;
  /** Compiles another keyword with this option's argument. */
  compileOther(keyword: string, option: RuleOption): void;
  /** What `add` adds belongs to this buffer; the current one stays. */
  inBuffer(buffer: BufferDefinition, add: () => void, where?: { readonly within?: string }): void;

  /** Adds `content` to the current buffer; modifiers then change `lastContent()`. */
  addContent(spec: ContentSpec): void;
  /** The content just before in the same buffer (modifiers need one), null when there is none. */
  lastContent(): ContentSpec | null;
  /** The last content in any sticky buffer, null when there is none. */
  lastBufferContent(): ContentSpec | null;
  /** The content just before, if nothing else stands behind it in its buffer. */
  precedingContent(): ContentSpec | null;
  /** Adds any other condition on the current buffer. */
  addElement(element: ChainElement): void;
  /** The elements so far of the current buffer. */
  elements(): readonly ChainElement[];
  /**
   * Slot of a byte_extract/byte_math variable; declares it when `declare`, else undefined for an unknown name. `use here`:
   * neither is one known that is read from the payload where another buffer is at hand.
   */
  variable(name: string, mode: 'declare' | 'use' | 'use here'): number | undefined;

  /** A condition on the packet. Sets requirePacket unless `keepsStream` (flow, flowbits ... work on stream matches too). */
  addPacketMatch(match: PacketMatch, options?: PacketMatchOptions): void;
  /** A condition on transactions of the protocols and directions named, from the progress named on. */
  addTxMatch(match: TxMatch<never>, options: TxMatchOptions): void;
  /** @param description what it does, for engine analysis; `isPerPacket` is false without it */
  addPostMatch(action: PostMatch, description?: Description): void;
  /** Done with matches that thresholds let through. */
  addAlertAction(action: PostMatch, description: Description): void;
  /** Marks `prefilter` on the condition before; throws where it cannot be looked at first. */
  markPrefilter(): void;
  /** Says that the rule reads or changes a kind of state: rules that change it are evaluated before those that read it. */
  usesState(kind: StateKind, access: 'read' | 'write'): void;
  /** Nothing is wrong, but the rule waits for an application layer: the rest is checked, then the rule refused. */
  awaitAppLayer(reason: string): void;
  /** Warns without rejecting the rule; the warning is about the option being compiled or checked. */
  warn(message: string, hint?: string): void;
  /** Lists a condition on the packet that needs no closure, for engine analysis. */
  describe(description: Description, requires?: Requirement): void;
  /** A remark for engine analysis alone. */
  note(remark: string): void;
}

export interface TxMatchOptions {
  readonly keyword: string;
  readonly engines: readonly BufferEngine[];
  /** It may come to hold later in the same state. */
  readonly isRepeated?: boolean;
  /** It may do so, and once the transaction has left that state not any more. */
  readonly isBrief?: boolean;
  /** The rule matches again each time it is looked at while it holds. */
  readonly isLasting?: boolean;
  /** What engine analysis calls the place that is looked at; without it the state of the transaction. */
  readonly place?: string;
  /** For engine analysis. */
  readonly details?: Details;
}

export interface PacketMatchOptions {
  readonly keepsStream?: boolean;
  readonly keyword?: string;
  /** For engine analysis. */
  readonly details?: Details;
  readonly requires?: Requirement;
  /** See Description; true without it. */
  readonly isPerPacket?: boolean;
  /** Only packets of that IP protocol can satisfy it: others are not looked at. */
  readonly ipProtocol?: number;
}

/** What compilation shares across signatures. */
export interface RulesetSetup {
  /** Objects shared by all signatures of a rule set (flowbit names, xbit stores, data sets), made on first use. */
  shared<T>(key: string, create: () => T): T;
  /** classification.config: short name -> description and priority. */
  classification(short: string): { description: string; priority: number } | undefined;
  /** reference.config: type -> URL prefix. */
  reference(type: string): string | undefined;
  /** A setting of the configuration, as text. */
  setting(path: string): string | undefined;
  /** Version announced to rules (`requires`), e.g. [9, 0, 0]; and features. */
  readonly version: readonly [number, number, number];
  readonly features: ReadonlySet<string>;
  hasKeyword(name: string): boolean;
  /** A keyword by name or alias. */
  readonly keyword: (name: string) => KeywordDefinition | undefined;
  /** The buffer that a keyword selects; undefined where it selects none. */
  readonly bufferOf: (keyword: string) => BufferDefinition | undefined;
  /** Numbers of the application protocols that a name of rule headers covers; undefined: no such protocol. */
  readonly appProtocols: (name: string) => readonly number[] | undefined;
  /** True for a protocol that is known and not parsed yet. */
  readonly isPendingProtocol: (name: string) => boolean;
  /** A protocol's definition by its own name. */
  readonly protocol: (name: string) => ProtocolDefinition | undefined;
  /** Folder that relative file names of rules (datasets, hash lists, scripts) start from. */
  readonly ruleFolder: string;
  readonly dataFolder: string;
  readonly isInline: boolean;
  /** Keywords that refuse values they do not know, where others warn (`--strict-rule-keywords`). */
  readonly strictKeywords: ReadonlySet<string>;
  readonly counters: Counters | null;
  /** What rules look at that parsers make only on demand (`hassh`); keywords add to it. */
  readonly demands: Set<string>;
}

export interface KeywordDefinition {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly argument: 'none' | 'optional' | 'required';
  readonly kind: 'meta' | 'content' | 'modifier' | 'match' | 'buffer' | 'transform' | 'state' | 'post';
  /** One sentence for `--list-keywords` and the reference. */
  readonly summary: string;
  /** Page of the public manual, relative: e.g. `rules/payload-keywords.html#depth`. */
  readonly page: string;
  /** Whole rules that must compile; the reference shows them. */
  readonly examples: readonly string[];
  /** Features as `--list-keywords=csv` prints them. */
  readonly supportsPrefilter?: boolean;
  readonly supportsFastPattern?: boolean;
  /** Whether the argument may, or must, stand between double quotes; without it they are refused. */
  readonly quotes?: 'optional' | 'required';
  /** Compiling it reads files (data sets, hash lists): done at start, even when the rest of a rule can wait. */
  readonly readsFiles?: boolean;
  /** The sticky buffer that it selects, so that others can name it (`pcre:"/x/U"`). */
  readonly buffer?: BufferDefinition;
  /** Adds the option to the rule; throws RuleError for a bad one. `option.value` is the raw text, undefined without. */
  compile(builder: SignatureBuilder, option: RuleOption): void;
  /** Looks at a rule that has the keyword once all its options are read; throws RuleError, or warns. */
  check?(builder: SignatureBuilder): void;
}

/** Declares a keyword (the default export of a file of `keywords/`). */
export function defineKeyword(definition: KeywordDefinition): KeywordDefinition {
  return definition;
}
