// compileRule: one syntax tree to one signature, or to the diagnostic that says why not.

import { diagnostic } from '../../base/diagnostic.ts';
import type { Diagnostic, Span } from '../../base/diagnostic.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { Action } from '../../framework/packet.ts';
import { RuleError } from '../../framework/keyword.ts';
import type { KeywordDefinition, RulesetSetup } from '../../framework/keyword.ts';
import { F } from '../../framework/flows.ts';
import { ProtocolTest, SigFlag } from '../../framework/signature.ts';
import type {
  FrameInspection,
  PacketMatch,
  PayloadConditions,
  Signature,
  SignatureHeader,
} from '../../framework/signature.ts';
import type { Located, RuleAst, RuleOption, Variables } from '../../rules/index.ts';
import { dsizeOf, finishChain } from '../content/reach.ts';
import { checkTransforms } from '../content/transform.ts';
import type { ChainBuilder } from './chain-builder.ts';
import { checkWhole } from './checks.ts';
import { chosenContent } from './fast-pattern.ts';
import { pendingBuffer } from './pending.ts';
import { isTcpProtocol, protocolNames, protocolTest } from './protocols.ts';
import { ruleTypeOf } from './rule-type.ts';
import { isProtocolNews } from './protocol-news.ts';
import {
  addHook,
  checkHook,
  checkProtocols,
  checkSubStates,
  settleDirection,
  toInspection,
  txStepsOf,
} from './tx-steps.ts';
import { RuleBuilder } from './signature-builder.ts';
import type { RuleWarning } from './signature-builder.ts';

const ACTIONS: Readonly<Record<string, number>> = {
  alert: Action.alert,
  pass: Action.pass,
  drop: Action.drop | Action.alert,
  reject: Action.reject | Action.drop | Action.alert,
  rejectsrc: Action.reject | Action.drop | Action.alert,
  rejectdst: Action.rejectDst | Action.drop | Action.alert,
  rejectboth: Action.rejectBoth | Action.drop | Action.alert,
  config: Action.config,
};

const ACTION_NAMES = Object.keys(ACTIONS);

/** What compiling needs besides the rule. */
export interface CompileContext {
  readonly setup: RulesetSetup;
  readonly variables: Variables;
  /** `action-order`; undefined: pass, drop, reject, alert. */
  readonly actionOrder?: readonly string[] | undefined;
  /** Names for "did you mean". */
  keywordNames(): readonly string[];
  findKeyword(name: string): KeywordDefinition | undefined;
  /** True for keywords and protocols of application layers that are known but not there yet. */
  isPendingKeyword(name: string): boolean;
  isPendingProtocol(name: string): boolean;
  /** True for keywords that nothing here will serve. */
  isUnsupportedKeyword(name: string): boolean;
  /** Engine analysis: told of every rule that loads, with what is known of it beyond the signature. */
  readonly observer?: ((signature: Signature, builder: RuleBuilder) => void) | undefined;
}

export type Compiled =
  | {
      readonly ok: true;
      readonly signature: Signature;
      /** Place by the state it changes and reads, smaller first. */
      readonly rank: number;
      /** One of its keywords reads files. */
      readonly readsFiles: boolean;
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly problem: Diagnostic; readonly readsFiles: boolean };

/** Where compiling is, so that an error can name its place. */
class Place {
  span: Span;
  /** Whose argument is being read. */
  module = 'parse';
  readonly ast: RuleAst;

  constructor(ast: RuleAst) {
    this.ast = ast;
    this.span = ast.span;
  }

  diagnostic(error: RuleError): Diagnostic {
    const { ast, span, module } = this;
    const found = diagnostic('error', error.code, error.message, { file: ast.file, span }, error.hint);
    return { ...found, module: error.module ?? moduleName(module), rule: ast.raw };
  }
}

function moduleName(keyword: string): string {
  return `detect-${keyword.replaceAll(/[._]/g, '-')}`;
}

function toDiagnostic({ message, hint, span, module }: RuleWarning, { file, raw }: RuleAst): Diagnostic {
  const found = diagnostic('warning', 'rule/warning', message, { file, span }, hint);
  return { ...found, module: moduleName(module), rule: raw };
}

/** Never throws for what a rule says; a throw is a bug in a keyword. */
export function compileRule(ast: RuleAst, context: CompileContext): Compiled {
  const place = new Place(ast);
  let builder: RuleBuilder | undefined;
  try {
    builder = newBuilder(ast, context, place);
    // a rule for other versions may hold anything: what it requires is read before the rest
    for (const option of ast.options.filter(isRequires)) applyOption(builder, option, context, place);
    const header = compileHeader(builder, ast, context, place);
    for (const option of ast.options.filter((one) => !isRequires(one))) applyOption(builder, option, context, place);
    place.span = ast.span;
    for (const keyword of builder.toCheck) checkKeyword(keyword, builder, place);
    place.module = 'content';
    builder.at = { span: ast.span, module: 'parse' };
    const appProtocols = appProtocolsOf(ast, context);
    if (ast.hook !== undefined) addHook(builder, ast, ast.hook);
    const signature = finish(builder, header, { appProtocols, isNegated: hasNegatedAddress(ast, context) });
    context.observer?.(signature, builder);
    const warnings = builder.warnings.map((one) => toDiagnostic(one, ast));
    return { ok: true, signature, rank: builder.order.rank, readsFiles: builder.readsFiles, warnings };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { ok: false, problem: place.diagnostic(error), readsFiles: builder?.readsFiles === true };
  }
}

function newBuilder(ast: RuleAst, context: CompileContext, place: Place): RuleBuilder {
  place.span = ast.actionSpan;
  const action = ACTIONS[ast.action.toLowerCase()];
  if (action === undefined)
    throw new RuleError(
      `An invalid action "${ast.action}" was given`,
      likely(ast.action, ACTION_NAMES),
      'rule/unknown-action',
    );
  return new RuleBuilder(ast, context.setup, action);
}

function compileHeader(builder: RuleBuilder, ast: RuleAst, context: CompileContext, place: Place): SignatureHeader {
  return {
    protocol: protocolOf(builder, ast, context, place),
    source: resolve(ast.source, place, (text) => context.variables.addresses(text)),
    sourcePort: resolve(ast.sourcePort, place, (text) => context.variables.ports(text)),
    destination: resolve(ast.destination, place, (text) => context.variables.addresses(text)),
    destinationPort: resolve(ast.destinationPort, place, (text) => context.variables.ports(text)),
    isEitherWay: ast.direction === '<>',
  };
}

function protocolOf(builder: RuleBuilder, ast: RuleAst, context: CompileContext, place: Place): number {
  place.span = ast.protocol.span;
  const name = ast.protocol.text.toLowerCase();
  const test = protocolTest(name);
  if (test !== undefined) return test;
  if (context.setup.appProtocols(name) !== undefined) return ProtocolTest.any;
  if (context.isPendingProtocol(name)) {
    builder.awaitAppLayer(`application layer "${name}" is not supported yet`);
    return 0;
  }
  throw new RuleError(
    `protocol "${name}" cannot be used in a signature`,
    likely(name, protocolNames()),
    'rule/unknown-protocol',
  );
}

type Resolved<T> = { ok: true; value: T } | { ok: false; error: { message: string; hint?: string; code?: string } };

function resolve<T>(at: Located, place: Place, read: (text: string) => Resolved<T>): T {
  place.span = at.span;
  const result = read(at.text);
  if (result.ok) return result.value;
  throw new RuleError(result.error.message, result.error.hint, result.error.code ?? 'rule/address');
}

function isRequires({ key }: RuleOption): boolean {
  return key.toLowerCase() === 'requires';
}

function applyOption(builder: RuleBuilder, option: RuleOption, context: CompileContext, place: Place): void {
  const name = option.key.toLowerCase();
  const keyword = context.findKeyword(name);
  place.span = option.keySpan;
  place.module = 'parse';
  if (keyword === undefined) {
    awaitKeyword(builder, option, context);
    return;
  }
  place.span = option.valueSpan;
  place.module = keyword.name;
  builder.at = { span: place.span, module: keyword.name };
  const rest = builder.ast.direction === '=>' && name !== 'flow' ? takeSide(builder, option) : option;
  checkArgument(keyword, rest);
  if (keyword.readsFiles === true) builder.readsFiles = true;
  keyword.compile(builder, rest);
  builder.side = null;
  if (keyword.check !== undefined) builder.toCheck.add(keyword);
  builder.seen.push(name);
}

function checkArgument(keyword: KeywordDefinition, option: RuleOption): void {
  const { name, argument } = keyword;
  const isEmpty = (option.value ?? '') === '';
  if (argument === 'required' && isEmpty)
    throw new RuleError(
      `invalid formatting or malformed option to ${name} keyword: it needs an argument: '${option.key}'`,
    );
  if (argument === 'none' && !isEmpty) throw new RuleError(`${name} takes no argument`);
  checkQuotes(keyword, option);
}

const SIDE = /^\s*to_(server|client)\s*(?:,|$)\s*/;

/** Rules on both directions of a transaction say which one a keyword of either means: `http.connection: to_client`. */
function takeSide(builder: RuleBuilder, option: RuleOption): RuleOption {
  const match = SIDE.exec(option.value ?? '');
  if (match === null) return option;
  builder.side = match[1] === 'server' ? 'toserver' : 'toclient';
  return option.withoutStart(match[0].length);
}

function checkKeyword(keyword: KeywordDefinition, builder: RuleBuilder, place: Place): void {
  place.module = keyword.name;
  builder.at = { span: place.span, module: keyword.name };
  keyword.check!(builder);
}

function checkQuotes({ quotes }: KeywordDefinition, option: RuleOption): void {
  const value = option.value?.trim() ?? '';
  if (quotes === undefined && value.startsWith('"'))
    throw new RuleError(`quotes on ${option.key} keyword that doesn't support them: '${option.key}'`);
  if (quotes === 'required' && !/^!?\s*".*"$/su.test(value))
    throw new RuleError(
      `invalid formatting to ${option.key} keyword: value must be double quoted '${option.key}'`,
      `${option.key}:"..."`,
    );
}

/** A keyword without a parser yet: the rest of the rule is still checked, then the rule refused. */
function awaitKeyword(builder: RuleBuilder, option: RuleOption, context: CompileContext): void {
  const name = option.key.toLowerCase();
  if (context.isUnsupportedKeyword(name))
    throw new RuleError(`keyword "${name}" needs a feature that is not built in`, undefined, 'rule/feature-missing');
  if (!context.isPendingKeyword(name))
    throw new RuleError(
      `unknown rule keyword '${option.key}'.`,
      likely(name, context.keywordNames()),
      'rule/unknown-keyword',
    );
  builder.awaitAppLayer(`keyword "${name}" needs an application layer that is not supported yet`);
  builder.seen.push(name);
  const buffer = pendingBuffer(name, option.value ?? '');
  if (buffer !== null) builder.setBuffer(buffer);
}

function likely(name: string, names: readonly string[]): string | undefined {
  const found = nearestName(name.toLowerCase(), names);
  return found === undefined ? undefined : `did you mean ${found}?`;
}

function hasNegatedAddress({ source, destination }: RuleAst, { variables }: CompileContext): boolean {
  return variables.hasNegation(source.text) || variables.hasNegation(destination.text);
}

interface Whole {
  readonly appProtocols: readonly number[] | null;
  readonly isNegated: boolean;
}

/** The buffer's own say on what is looked for in it; a transform makes it something else. */
function adaptContents(builder: RuleBuilder, { buffer, transforms, contents }: ChainBuilder): void {
  if (buffer?.adapt === undefined || transforms.length > 0) return;
  for (const content of contents) {
    buffer.adapt(content, (message) => {
      builder.warn(message);
    });
  }
}

function payloadOf(chain: ChainBuilder): PayloadConditions {
  const { contents } = chain;
  return { match: chain.link(), contents, chosen: chosenContent(contents) };
}

function finish(builder: RuleBuilder, header: SignatureHeader, { appProtocols, isNegated }: Whole): Signature {
  const { ast, meta } = builder;
  if (meta.sid === 0) throw new RuleError('Signature missing required value "sid".', 'add sid:NUMBER;', 'rule/no-sid');
  setPayloadFlags(builder);
  builder.notes.push(...finishChain(builder.payload.elements, dsizeOf(builder)));
  for (const chain of builder.chains) {
    adaptContents(builder, chain);
    builder.notes.push(...finishChain(chain.elements));
    for (const content of chain.contents) checkTransforms(chain.transforms, content);
  }
  checkWhole(builder);
  if (builder.pending !== undefined) throw new RuleError(builder.pending, undefined, 'rule/app-layer-missing');
  const txSteps = txStepsOf(builder);
  checkProtocols(builder, txSteps, appProtocols);
  checkSubStates(builder, txSteps);
  checkHook(builder, txSteps);
  settleDirection(builder, txSteps);
  if (appProtocols !== null && txSteps.length === 0) builder.packetMatches.unshift(speaks(appProtocols));
  const type = ruleTypeOf(builder, isNegated);
  if (type === 'pd_only' || builder.prefilterKeyword === 'app-layer-protocol')
    builder.packetMatches.unshift(isProtocolNews);
  return {
    iid: 0,
    sid: meta.sid,
    gid: meta.gid,
    rev: meta.rev,
    msg: meta.msg,
    classtype: meta.classtype,
    category: meta.category,
    priority: meta.priority < 0 ? 3 : meta.priority,
    references: meta.references,
    metadata: meta.metadata,
    target: meta.target,
    action: builder.action,
    actionScope: ast.actionScope ?? '',
    text: ast.raw,
    file: ast.file,
    line: ast.line,
    flags: builder.flags,
    type,
    protocol: ast.protocol.text,
    header: isOfOneProtocol(builder, header) ? { ...header, protocol: builder.ipProtocol } : header,
    needsAnomaly: builder.packetKeywords.some((name) => name === 'decode-event' || name === 'stream-event'),
    packetMatches: builder.packetMatches,
    payload: builder.payload.elements.length === 0 ? null : payloadOf(builder.payload),
    buffers: builder.chains
      .filter((chain) => !builder.txSteps.includes(chain) && !builder.frameChains.includes(chain))
      .map(toInspection),
    frame: frameOf(builder),
    txSteps,
    appProtocols,
    postMatches: builder.postMatches,
    alertActions: builder.alertActions,
    threshold: meta.threshold,
  };
}

/** `ip ... ip_proto:N` is as good as naming the protocol. */
function isOfOneProtocol({ ipProtocol }: RuleBuilder, { protocol }: SignatureHeader): boolean {
  return ipProtocol >= 0 && protocol === ProtocolTest.ip;
}

/** A frame has one type: all conditions on frames are on the same one. */
function frameOf(builder: RuleBuilder): FrameInspection | null {
  const first = builder.frameChains[0]?.buffer?.frame;
  if (first === undefined) return null;
  for (const { buffer } of builder.frameChains) {
    if (buffer!.frame !== undefined && (buffer!.frame.type !== first.type || buffer!.frame.protocol !== first.protocol))
      throw new RuleError('a rule looks at frames of one type', undefined, 'rule/mixed-frames');
  }
  if (builder.txSteps.length > 0)
    throw new RuleError('frames do not go with keywords on transactions', undefined, 'rule/mixed-frames');
  return { ...first, chains: builder.frameChains.map(toInspection) };
}

/** The application protocols of the header's protocol word; null where it names none. */
function appProtocolsOf({ protocol }: RuleAst, { setup }: CompileContext): readonly number[] | null {
  const name = protocol.text.toLowerCase();
  return protocolTest(name) === undefined ? (setup.appProtocols(name) ?? null) : null;
}

function speaks(protocols: readonly number[]): PacketMatch {
  return (p, { flows }) => p.flow >= 0 && protocols.includes(flows.word(p.flow, F.appProtocol));
}

/**
 * TCP payload rules look into the stream, and at single packets when they ask for something only a packet has, or for a
 * place counted from the start, which may be meant in either.
 */
function setPayloadFlags(builder: RuleBuilder): void {
  const protocol = builder.ast.protocol.text.toLowerCase();
  if (protocol === 'tcp-pkt') builder.flags |= SigFlag.requirePacket;
  if (protocol === 'tcp-stream') builder.flags |= SigFlag.requireStream;
  if ((builder.flags & SigFlag.noStream) !== 0) builder.flags |= SigFlag.requirePacket;
  if ((builder.flags & SigFlag.onlyStream) !== 0) builder.flags |= SigFlag.requireStream;
  if (builder.payload.elements.length === 0) return;
  builder.flags |= SigFlag.requirePayload;
  const isDecided = (builder.flags & (SigFlag.requirePacket | SigFlag.requireStream)) !== 0;
  const isApp = protocolTest(protocol) === undefined;
  if (isDecided || !(isTcpProtocol(protocol) || protocol.startsWith('ip') || protocol === 'pkthdr' || isApp)) return;
  builder.flags |= SigFlag.requireStream;
  const isAnchored = builder.payload.contents.some(
    (content) => content.depth !== null || content.offset !== null || content.startsWith,
  );
  // the size of the stream changes with packets that bring no data to it
  if (isAnchored || builder.packetKeywords.includes('stream_size')) builder.flags |= SigFlag.requirePacket;
}
