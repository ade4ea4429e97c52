// Steps on transactions: the conditions of a rule that look into application protocols, and where each can be looked at.

import { RuleError } from '../../framework/keyword.ts';
import type { BufferEngine } from '../../framework/buffer.ts';
import { DEFAULT_STATES } from '../../framework/app-protocol.ts';
import type { ProtocolDefinition } from '../../framework/app-protocol.ts';
import { SigFlag } from '../../framework/signature.ts';
import { PacketFlag } from '../../framework/packet.ts';
import type { BufferInspection, PacketMatch, TxStep } from '../../framework/signature.ts';
import type { RuleAst } from '../../rules/index.ts';
import type { ChainBuilder } from './chain-builder.ts';
import { HOOK } from './tx-plan.ts';
import type { RuleBuilder, TxMatchStep } from './signature-builder.ts';

export function txStepsOf(builder: RuleBuilder): TxStep[] {
  const steps: TxStep[] = [];
  for (const step of builder.txSteps) {
    const before = steps.at(-1);
    steps.push('match' in step ? matchStep(step) : bufferStep(step, before?.engines ?? [], builder.flags));
  }
  return steps;
}

function matchStep({ keyword, engines, match, isRepeated, isBrief, isLasting }: TxMatchStep): TxStep {
  return {
    keyword,
    engines,
    match,
    buffer: null,
    isRepeated: isRepeated === true || isBrief === true,
    isBrief: isBrief === true,
    isLasting: isLasting === true,
  };
}

/** @param inherited engines of the buffer before: what was decoded from it (base64_data) is where it is */
function bufferStep(chain: ChainBuilder, inherited: readonly BufferEngine[], flags: number): TxStep {
  const buffer = chain.buffer!;
  const engines = enginesOf(chain, buffer.engines ?? inherited, flags);
  return {
    keyword: buffer.name,
    engines,
    match: null,
    buffer: toInspection(chain),
    isRepeated: buffer.isGrowing === true,
    isBrief: false,
    isLasting: false,
  };
}

/** Where a chain is looked at: in the protocol, direction and side that the rule asks for. */
export function enginesOf(
  { within, side }: Pick<ChainBuilder, 'within' | 'side'>,
  engines: readonly BufferEngine[],
  flags: number,
): readonly BufferEngine[] {
  const possible = within === null ? engines : engines.filter(({ appProtocol }) => appProtocol === within);
  return ofSide(ofDirection(possible, flags), side);
}

function ofSide(engines: readonly BufferEngine[], side: BufferEngine['direction'] | null): readonly BufferEngine[] {
  return side === null ? engines : engines.filter(({ direction }) => direction === side);
}

/** Engines in the direction that the rule asks for; all where it asks for none. */
export function ofDirection(engines: readonly BufferEngine[], flags: number): readonly BufferEngine[] {
  const directions = flags & (SigFlag.toServer | SigFlag.toClient);
  if (directions === SigFlag.toServer) return engines.filter(({ direction }) => direction === 'toserver');
  if (directions === SigFlag.toClient) return engines.filter(({ direction }) => direction === 'toclient');
  return engines;
}

/** Keywords of one protocol do not go with the header of another, nor with a direction they are never in. */
export function checkProtocols(
  builder: RuleBuilder,
  steps: readonly TxStep[],
  appProtocols: readonly number[] | null,
): void {
  const isTransactional = builder.ast.direction === '=>';
  for (const { keyword, engines } of steps) {
    if (engines.length === 0 && !isTransactional)
      throw conflictingDirections(builder, `${keyword} is not in that direction`);
    if (appProtocols === null) continue;
    const fits = engines.some(({ appProtocol }) =>
      (builder.setup.appProtocols(appProtocol) ?? []).some((id) => appProtocols.includes(id)),
    );
    if (!fits && engines.length > 0)
      throw new RuleError(`rule ${builder.meta.sid}: ${keyword} is not in protocol ${builder.ast.protocol.text}`);
  }
}

/** What only one direction has makes the whole rule one of that direction. */
export function settleDirection(builder: RuleBuilder, steps: readonly TxStep[]): void {
  if (builder.ast.direction === '=>') {
    checkBothDirections(builder, steps);
    return;
  }
  let possible = SigFlag.toServer | SigFlag.toClient;
  for (const { engines } of steps) {
    if (engines.length > 0) possible &= directionsOf(engines);
  }
  if (possible === 0) throw conflictingDirections(builder, 'a transactional rule with => may look at both');
  const isOpen = (builder.flags & (SigFlag.toServer | SigFlag.toClient)) === 0;
  if (isOpen && possible !== (SigFlag.toServer | SigFlag.toClient)) builder.flags |= possible;
}

const BOTH = SigFlag.toServer | SigFlag.toClient;

/** A rule with `=>` has something to look at in either direction, and says of everything in which. */
function checkBothDirections({ flags, meta }: RuleBuilder, steps: readonly TxStep[]): void {
  const rule = `rule ${String(meta.sid)}`;
  if ((flags & BOTH) !== 0)
    throw new RuleError(`${rule} means to use both directions, cannot specify a flow direction`);
  const directions = steps.map(({ engines }) => directionsOf(engines));
  if (directions.includes(BOTH))
    throw new RuleError(
      `${rule} means to use both directions, cannot have keywords ambiguous about directions`,
      'keyword: to_server or keyword: to_client',
    );
  if (directions.reduce((all, one) => all | one, 0) !== BOTH)
    throw new RuleError(`${rule} should use both directions, but does not`);
}

function directionsOf(engines: readonly BufferEngine[]): number {
  return engines.reduce(
    (all, { direction }) => all | (direction === 'toserver' ? SigFlag.toServer : SigFlag.toClient),
    0,
  );
}

function conflictingDirections({ meta }: RuleBuilder, hint: string): RuleError {
  return new RuleError(`rule ${meta.sid} mixes keywords with conflicting directions`, hint);
}

/** `http1:request_line`: the rule is looked at when the transaction is in (or past) that state. */
export function addHook(builder: RuleBuilder, ast: RuleAst, hook: NonNullable<RuleAst['hook']>): void {
  const name = ast.protocol.text.toLowerCase();
  const ids = builder.setup.appProtocols(name);
  if (ids === undefined) {
    addPacketHook(builder, hook.name);
    return;
  }
  const { subState, toServer, toClient } = placeOf(builder.setup.protocol(name), hook.name);
  if (toServer < 0 && toClient < 0)
    throw new RuleError(`protocol ${name} does not support hook "${hook.name}"`, undefined, 'rule/unknown-hook');
  const kind = subState === undefined ? {} : { subState };
  const engines: BufferEngine[] = [];
  if (toServer >= 0) engines.push({ direction: 'toserver', appProtocol: name, progress: toServer, ...kind });
  else engines.push({ direction: 'toclient', appProtocol: name, progress: toClient, ...kind });
  builder.flags |= toServer >= 0 ? SigFlag.toServer : SigFlag.toClient;
  builder.addTxMatch(() => true, { keyword: HOOK, engines });
}

/** A rule with a hook looks into what comes with that very state, or is there from the first on. */
export function checkHook({ ast, setup }: RuleBuilder, steps: readonly TxStep[]): void {
  const hook = steps.find(({ keyword }) => keyword === HOOK)?.engines[0];
  if (hook === undefined || ast.hook!.orBefore) return;
  const ids = setup.appProtocols(hook.appProtocol) ?? [];
  const isOwn = ({ appProtocol, direction }: BufferEngine): boolean =>
    direction === hook.direction && (setup.appProtocols(appProtocol) ?? []).some((id) => ids.includes(id));
  for (const { keyword, buffer, engines } of steps) {
    if (buffer === null) continue;
    const own = engines.filter(isOwn);
    if (own.length === 0 || own.some(({ progress }) => progress === 0 || progress === hook.progress)) continue;
    throw new RuleError(
      "engine progress value doesn't match hook",
      `${keyword} is not looked at in the state ${ast.hook!.name}`,
      'rule/hook-mismatch',
    );
  }
}

interface HookPlace {
  readonly subState: string | undefined;
  /** Progress by direction, -1 where it is none of that direction. */
  readonly toServer: number;
  readonly toClient: number;
}

/** `request_headers`, or `stream:request_headers` where a protocol has several kinds of transactions. */
function placeOf(definition: ProtocolDefinition | undefined, hook: string): HookPlace {
  const all = definition?.states ?? DEFAULT_STATES;
  const colon = hook.indexOf(':');
  const subState = colon < 0 ? undefined : hook.slice(0, colon);
  const states = subState === undefined ? all : definition?.subStates?.[subState];
  if (states === undefined) return { subState, toServer: -1, toClient: -1 };
  const name = hook.slice(colon + 1);
  const of = (side: 'request' | 'response'): number => {
    const [own, whole] = side === 'request' ? [states.toServer, all.toServer] : [states.toClient, all.toClient];
    const number = stateNumber(own, name, side);
    return number === own.length - 1 ? whole.length - 1 : number;
  };
  return { subState, toServer: of('request'), toClient: of('response') };
}

/** What only one kind of transactions has does not go with the hook of another. */
export function checkSubStates({ meta, setup }: RuleBuilder, steps: readonly TxStep[]): void {
  const hook = steps.find(({ keyword }) => keyword === HOOK)?.engines[0];
  const hooked = hook?.subState;
  if (hook === undefined || hooked === undefined) return;
  const ids = setup.appProtocols(hook.appProtocol) ?? [];
  for (const { keyword, engines } of steps) {
    const fits = engines.some(
      ({ appProtocol, subState = hooked }) =>
        subState === hooked && setup.appProtocols(appProtocol)?.some((id) => ids.includes(id)) === true,
    );
    if (!fits) throw new RuleError(`rule ${meta.sid}: ${keyword} is not in transactions of kind "${hooked}"`);
  }
}

/** Places on the way of a packet; those before the flow is known belong to firewall mode. */
function addPacketHook(builder: RuleBuilder, hook: string): void {
  if (hook === 'all') return;
  if (hook !== 'flow_start')
    throw new RuleError(`hook "${hook}" is not supported`, 'flow_start or all', 'rule/unknown-hook');
  builder.flags |= SigFlag.requireFlow;
  builder.addPacketMatch(isFirstOfFlow, { keyword: HOOK, requires: 'flow' });
}

/** The first packet of either direction. */
const isFirstOfFlow: PacketMatch = ({ flow, flags }) => flow >= 0 && (flags & FIRST) !== 0;
const FIRST = PacketFlag.firstToServer | PacketFlag.firstToClient;

/** Every protocol has the states at the ends of a direction, whatever it calls them itself. */
function stateNumber(names: readonly string[], hook: string, side: 'request' | 'response'): number {
  const own = names.indexOf(hook);
  if (own >= 0) return own;
  if (hook === `${side}_started`) return 0;
  return hook === `${side}_complete` ? names.length - 1 : -1;
}

export function toInspection(chain: ChainBuilder): BufferInspection {
  return {
    buffer: chain.buffer!,
    transforms: chain.transforms,
    contents: chain.contents,
    match: chain.link(),
    matchesAbsent: chain.elements[0]?.keyword === 'absent',
  };
}
