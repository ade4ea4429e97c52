// A builder that collects what a keyword contributes, and the context its closures run in.

import { Counters } from '../../src/base/counters.ts';
import type { Description } from '../../src/framework/description.ts';
import type { BufferDefinition } from '../../src/framework/buffer.ts';
import { Inspection } from '../../src/framework/chain.ts';
import type { ChainElement } from '../../src/framework/chain.ts';
import type { DetectContext } from '../../src/framework/detect-context.ts';
import { Flows } from '../../src/framework/flows.ts';
import { findKeyword } from '../../src/engine/keyword-table.ts';
import { protocolDefinition, protocolIds } from '../../src/engine/protocol-names.ts';
import { RuleError } from '../../src/framework/keyword.ts';
import type { KeywordDefinition, RulesetSetup, SignatureBuilder } from '../../src/framework/keyword.ts';
import { Packet } from '../../src/framework/packet.ts';
import type { PacketMatch, PostMatch, Signature } from '../../src/framework/signature.ts';
import { parseRuleText } from '../../src/rules/index.ts';

export class TestSetup implements RulesetSetup {
  readonly version = [9, 0, 0] as const;
  readonly features = new Set(['geoip']);
  ruleFolder = '.';
  dataFolder = '.';
  isInline = false;
  readonly strictKeywords = new Set<string>();
  readonly counters = null;
  readonly demands = new Set<string>();
  readonly isPendingProtocol = (): boolean => false;
  readonly keyword = findKeyword;
  readonly bufferOf = (name: string) => findKeyword(name)?.buffer;
  readonly appProtocols = protocolIds;
  readonly protocol = protocolDefinition;
  readonly settings = new Map<string, string>();
  private readonly objects = new Map<string, unknown>();

  shared<T>(key: string, create: () => T): T {
    if (!this.objects.has(key)) this.objects.set(key, create());
    return this.objects.get(key) as T;
  }

  classification(short: string): { description: string; priority: number } | undefined {
    return short === 'trojan-activity' ? { description: 'A Network Trojan was detected', priority: 1 } : undefined;
  }

  reference(type: string): string | undefined {
    return type === 'cve' ? 'https://cve.org/' : undefined;
  }

  setting(path: string): string | undefined {
    return this.settings.get(path);
  }

  hasKeyword(name: string): boolean {
    return name === 'content';
  }
}

export class Collected {
  readonly matches: { match: PacketMatch; keepsStream: boolean }[] = [];
  readonly posts: PostMatch[] = [];
  readonly elements: ChainElement[] = [];
  readonly warnings: string[] = [];
  readonly descriptions: Description[] = [];
  buffer: BufferDefinition | null = null;
  builder!: SignatureBuilder;

  matchesPacket(p: Packet, ctx: DetectContext): boolean {
    return this.matches.every(({ match }) => match(p, ctx));
  }

  runPost(p: Packet, ctx: DetectContext): void {
    for (const post of this.posts) post(p, ctx, {} as Signature);
  }
}

/** Compiles the options of a rule with the given keywords. */
export function compileOptions(
  keywords: readonly KeywordDefinition[],
  options: string,
  setup = new TestSetup(),
): Collected {
  const file = parseRuleText(`alert ip any any -> any any (${options})`, 'test.rules');
  const ast = file.rules[0];
  if (ast === undefined) throw new Error(`no rule: ${options}`);
  const c = new Collected();
  const seen: string[] = [];
  const refuse = (): never => {
    throw new Error('not in this test');
  };
  c.builder = {
    ast,
    setup,
    prefilterKeyword: undefined,
    namesProtocol: false,
    meta: {
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
    },
    flags: 0,
    action: 1,
    addTxMatch: refuse,
    moveLastContent: refuse,
    compileOther: refuse,
    inBuffer: refuse,
    seen,
    get currentBuffer() {
      return c.buffer;
    },
    setBuffer: (buffer) => {
      c.buffer = buffer;
    },
    addTransform: refuse,
    addContent: refuse,
    lastContent: () => null,
    lastBufferContent: () => null,
    precedingContent: () => null,
    addElement: (element) => c.elements.push(element),
    elements: () => c.elements,
    variable: () => undefined,
    addPacketMatch: (match, o) => c.matches.push({ match, keepsStream: o?.keepsStream === true }),
    addPostMatch: (post) => c.posts.push(post),
    addAlertAction: (post) => c.posts.push(post),
    markPrefilter: () => undefined,
    usesState: () => undefined,
    awaitAppLayer: (reason) => {
      throw new RuleError(reason, undefined, 'rule/app-layer-missing');
    },
    warn: (message) => c.warnings.push(message),
    describe: (description) => c.descriptions.push(description),
    note: () => undefined,
  };
  for (const option of ast.options) {
    const key = option.key.toLowerCase();
    const keyword = keywords.find((k) => k.name === key || k.aliases?.includes(key) === true);
    if (keyword === undefined) throw new RuleError(`unknown keyword ${key}`);
    keyword.compile(c.builder, option);
    seen.push(key);
  }
  return c;
}

/** An empty IPv4 packet over `data`. */
export function packet(data: Uint8Array = new Uint8Array(64)): Packet {
  const p = new Packet(data);
  p.reset(data, -1, 0, data.length);
  p.ipVersion = 4;
  return p;
}

export function context(): DetectContext {
  return {
    flows: new Flows(16),
    tcp: {} as DetectContext['tcp'],
    rawStream: {} as DetectContext['rawStream'],
    counters: new Counters(),
    inspection: new Inspection(),
    now: 1_000_000,
    isInline: false,
    isStreamInspection: false,
    tx: null,
    txDirection: 0,
    txProgress: 0,
    txProgressBefore: -1,
    app: null,
    appOf: () => null,
    packetVars: [],
    captures: [],
  };
}

/** The RuleError a rule is refused with. */
export function refusal(keywords: readonly KeywordDefinition[], options: string, setup?: TestSetup): RuleError {
  try {
    compileOptions(keywords, options, setup);
  } catch (error) {
    if (error instanceof RuleError) return error;
    throw error;
  }
  throw new Error(`accepted: ${options}`);
}
