// SignatureBuilder: gathers what the keywords of one rule contribute.

import type { Span } from '../../base/diagnostic.ts';
import type { BufferDefinition, BufferEngine, TransformUse } from '../../framework/buffer.ts';
import type { ChainElement, ContentSpec } from '../../framework/chain.ts';
import type { Description, Requirement } from '../../framework/description.ts';
import { RuleError } from '../../framework/keyword.ts';
import type {
  KeywordDefinition,
  PacketMatchOptions,
  RulesetSetup,
  SignatureBuilder,
  SignatureMeta,
  StateKind,
  TxMatchOptions,
} from '../../framework/keyword.ts';
import type { PacketMatch, PostMatch, TxMatch } from '../../framework/signature.ts';
import { Action } from '../../framework/packet.ts';
import { SigFlag } from '../../framework/signature.ts';
import type { RuleAst, RuleOption } from '../../rules/index.ts';
import { contentElement } from '../content/content-element.ts';
import { ChainBuilder } from './chain-builder.ts';
import { StateOrder } from './evaluation-order.ts';

const MAX_VARIABLES = 32;
/** Protocols that share a buffer because they are two forms of one (HTTP/1 and 2, DNS and that over HTTP). */
const RELATED = 2;

export interface TxMatchStep extends TxMatchOptions {
  readonly match: TxMatch;
}

export interface RuleWarning {
  readonly message: string;
  readonly hint: string | undefined;
  readonly span: Span;
  readonly module: string;
}

export class RuleBuilder implements SignatureBuilder {
  readonly ast: RuleAst;
  readonly meta: SignatureMeta;
  readonly setup: RulesetSetup;
  readonly action: number;
  readonly seen: string[] = [];
  readonly warnings: RuleWarning[] = [];
  /** Place and keyword of the option being compiled, for warnings. */
  at: Pick<RuleWarning, 'span' | 'module'>;
  readonly packetMatches: PacketMatch[] = [];
  readonly postMatches: PostMatch[] = [];
  readonly alertActions: PostMatch[] = [];
  /** The payload's chain first, then one per buffer in the order of the rule. */
  readonly payload = new ChainBuilder(null);
  readonly chains: ChainBuilder[] = [];
  /** Conditions on transactions in rule order: chains on buffers of application layers, and matches. */
  readonly txSteps: (ChainBuilder | TxMatchStep)[] = [];
  /** Chains on frames in rule order. */
  readonly frameChains: ChainBuilder[] = [];
  /** The only IP protocol whose packets can match, -1 where any may. */
  ipProtocol = -1;
  /** Keywords that made packet conditions, for the rule's type. */
  readonly packetKeywords: string[] = [];
  /** Conditions and actions in words, for engine analysis. */
  readonly packetDescriptions: Description[] = [];
  readonly postDescriptions: Description[] = [];
  readonly requirements = new Set<Requirement>();
  readonly notes: string[] = [];
  /** Direction that the option being compiled is about, in rules on both; null: it does not say. */
  side: BufferEngine['direction'] | null = null;
  /** Keywords of the rule that look at it once it is whole. */
  readonly toCheck = new Set<KeywordDefinition>();
  flags = 0;
  /** One of its keywords reads files. */
  readsFiles = false;
  readonly order = new StateOrder();
  /** Why the rule cannot run yet though nothing is wrong with it. */
  pending: string | undefined;
  /** Keyword that `prefilter` was set on, undefined without. */
  prefilterKeyword: string | undefined;
  private lastCondition: ContentSpec | string | null = null;
  private current: ChainBuilder = this.payload;
  /** The content that a modifier moved to its buffer: further modifiers mean it. */
  private moved: ContentSpec | null = null;
  private movedTo: ChainBuilder | null = null;
  private lastOfBuffers: ContentSpec | null = null;
  private readonly variables = new Map<string, number>();
  private readonly payloadVariables = new Set<string>();

  constructor(ast: RuleAst, setup: RulesetSetup, action: number) {
    this.ast = ast;
    this.setup = setup;
    this.action = action;
    this.at = { span: ast.span, module: 'parse' };
    // pass and config write nothing unless `alert` asks for it
    if ((action & Action.alert) === 0) this.flags |= SigFlag.noAlert;
    if (ast.direction === '=>') this.flags |= SigFlag.transactional;
    this.meta = {
      msg: '',
      sid: 0,
      gid: 1,
      rev: 0,
      classtype: '',
      category: '',
      priority: -1,
      references: [],
      metadata: [],
      target: 'none',
      threshold: null,
    };
  }

  get namesProtocol(): boolean {
    const { setup, txSteps } = this;
    const header = this.ast.protocol.text.toLowerCase();
    if (setup.appProtocols(header) !== undefined || setup.isPendingProtocol(header)) return true;
    if (this.frameChains.length > 0) return true;
    return txSteps.some((step) => {
      const engines = step instanceof ChainBuilder ? step.buffer!.engines : step.engines;
      const protocols = new Set(engines?.map(({ appProtocol }) => appProtocol));
      return protocols.size > 0 && protocols.size <= RELATED;
    });
  }

  get currentBuffer(): BufferDefinition | null {
    return this.current.buffer;
  }

  setBuffer(buffer: BufferDefinition | null): void {
    if (buffer === null) {
      this.current = this.payload;
      return;
    }
    if (buffer.source === 'packet') this.flags |= SigFlag.requirePacket;
    const known = this.chains.find((chain) => chain.buffer === buffer && chain.side === this.side);
    if (known !== undefined && !buffer.isMulti && known.transforms.length === 0) this.current = known;
    else this.openChain(buffer);
  }

  private openChain(buffer: BufferDefinition): void {
    this.current = new ChainBuilder(buffer, this.side);
    this.chains.push(this.current);
    if (buffer.source === 'frame' || (buffer.source === 'base64' && this.frameChains.length > 0)) {
      this.frameChains.push(this.current);
      return;
    }
    // what base64_decode found in a buffer of a transaction is looked at right after it
    if (buffer.source === 'app' || (buffer.source === 'base64' && this.txSteps.length > 0))
      this.txSteps.push(this.current);
  }

  addTransform(transform: TransformUse): void {
    const { buffer, elements, transforms } = this.current;
    if (buffer === null) throw new RuleError('a transform needs a sticky buffer before it');
    if (elements.length > 0) {
      // what came before the transform looks at the bytes as they were
      this.openChain(buffer);
      this.current.transforms.push(...transforms);
    }
    this.current.transforms.push(transform);
  }

  moveLastContent(buffer: BufferDefinition, where: { readonly within?: string } = {}): boolean {
    const { elements } = this.payload;
    const last = elements.at(-1);
    if (this.current !== this.payload || !last || last.content === null) return false;
    elements.pop();
    this.inBuffer(buffer, () => this.current.elements.push(last), where);
    this.moved = last.content;
    this.lastOfBuffers = last.content;
    this.movedTo = this.chains.find((chain) => chain.elements.includes(last)) ?? null;
    return true;
  }

  compileOther(keyword: string, option: RuleOption): void {
    this.setup.keyword(keyword)!.compile(this, option);
  }

  inBuffer(buffer: BufferDefinition, add: () => void, { within }: { readonly within?: string } = {}): void {
    const { current } = this;
    const known = this.chains.find((chain) => chain.buffer === buffer && chain.transforms.length === 0);
    if (known === undefined) this.openChain(buffer);
    else this.current = known;
    if (within !== undefined) this.current.within = within;
    add();
    this.current = current;
  }

  addContent(spec: ContentSpec): void {
    this.moved = null;
    this.movedTo = null;
    this.current.elements.push(contentElement(spec));
    this.lastCondition = spec;
    if (this.current !== this.payload) this.lastOfBuffers = spec;
  }

  lastContent(): ContentSpec | null {
    if (this.moved !== null && this.current === this.payload) return this.moved;
    for (let i = this.current.elements.length - 1; i >= 0; i--) {
      const { content } = this.current.elements[i]!;
      if (content !== null) return content;
    }
    return null;
  }

  lastBufferContent(): ContentSpec | null {
    return this.lastOfBuffers;
  }

  precedingContent(): ContentSpec | null {
    const isMoved = this.movedTo !== null && this.current === this.payload;
    return (isMoved ? this.movedTo! : this.current).elements.at(-1)?.content ?? null;
  }

  addElement(element: ChainElement): void {
    this.lastCondition = element.keyword;
    // what counts from a content that was moved to its buffer goes there as well
    const isAboutLast = element.isRelative || element.isAboutLast === true;
    if (isAboutLast && this.movedTo !== null && this.current === this.payload) this.movedTo.elements.push(element);
    else this.current.elements.push(element);
  }

  elements(): readonly ChainElement[] {
    return this.current.elements;
  }

  variable(name: string, mode: 'declare' | 'use' | 'use here'): number | undefined {
    const known = this.variables.get(name);
    const isPayload = this.current === this.payload;
    if (mode === 'use here' && !isPayload && this.payloadVariables.has(name)) return undefined;
    if (mode === 'declare') this.payloadVariables[isPayload ? 'add' : 'delete'](name);
    if (known !== undefined || mode !== 'declare') return known;
    if (this.variables.size === MAX_VARIABLES) throw new RuleError(`more than ${MAX_VARIABLES} variables in a rule`);
    const slot = this.variables.size;
    this.variables.set(name, slot);
    return slot;
  }

  addPacketMatch(match: PacketMatch, options: PacketMatchOptions = {}): void {
    const { keyword, details, requires, isPerPacket } = options;
    this.packetMatches.push(match);
    if (options.ipProtocol !== undefined) this.ipProtocol = options.ipProtocol;
    if (keyword !== undefined) {
      this.packetKeywords.push(keyword);
      this.describe(
        { keyword, ...(details !== undefined && { details }), ...(isPerPacket !== undefined && { isPerPacket }) },
        requires,
      );
    }
    if (options.keepsStream !== true) this.flags |= SigFlag.requirePacket;
  }

  addTxMatch(match: TxMatch<never>, options: TxMatchOptions): void {
    const { side } = this;
    const engines = side === null ? options.engines : options.engines.filter(({ direction }) => direction === side);
    this.txSteps.push({ match: match as TxMatch, ...options, engines });
    this.lastCondition = options.keyword;
  }

  addPostMatch(action: PostMatch, description?: Description): void {
    this.postMatches.push(action);
    if (description === undefined) return;
    this.postDescriptions.push(description);
    this.lastCondition = description.keyword;
  }

  addAlertAction(action: PostMatch, description: Description): void {
    this.alertActions.push(action);
    this.postDescriptions.push(description);
    this.lastCondition = description.keyword;
  }

  markPrefilter(): void {
    const { lastCondition } = this;
    if (lastCondition === null)
      throw new RuleError('prefilter needs preceding match', 'it follows the keyword that is to be looked at first');
    if (typeof lastCondition !== 'string') lastCondition.fastPattern = true;
    else if (this.setup.keyword(lastCondition)?.supportsPrefilter === true) this.prefilterKeyword = lastCondition;
    else throw new RuleError(`prefilter is not supported for ${lastCondition}`);
  }

  usesState(kind: StateKind, access: 'read' | 'write'): void {
    this.order.add(kind, access);
  }

  awaitAppLayer(reason: string): void {
    this.pending ??= reason;
  }

  warn(message: string, hint?: string): void {
    this.warnings.push({ message, hint, ...this.at });
  }

  describe(description: Description, requires?: Requirement): void {
    this.packetDescriptions.push(description);
    if (requires !== undefined) this.requirements.add(requires);
    this.lastCondition = description.keyword;
  }

  note(remark: string): void {
    this.notes.push(remark);
  }
}
