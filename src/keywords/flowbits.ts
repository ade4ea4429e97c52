// flowbits: named marks on a flow, set by one rule and asked for by another.

import { requiredArgument } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { RulesetSetup, SignatureBuilder } from '../framework/keyword.ts';
import { SigFlag } from '../framework/signature.ts';
import type { PacketMatch, PostMatch } from '../framework/signature.ts';

/** Numbers of the names; outputs ask for the names. Shared under the key `flowbits`. */
export class FlowbitNames {
  readonly names: string[] = [];
  private readonly ids = new Map<string, number>();
  private readonly set = new Set<number>();
  /** By bit, the sids of the rules that ask for it to be set. */
  private readonly askers = new Map<number, Set<number>>();

  /** @param names known before, in the order of their numbers */
  constructor(names: readonly string[] = []) {
    for (const name of names) this.id(name);
  }

  id(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = this.names.push(name) - 1;
    this.ids.set(name, id);
    return id;
  }

  noteSet(id: number): void {
    this.set.add(id);
  }

  noteAsked(id: number, sid: number): void {
    const known = this.askers.get(id);
    if (known === undefined) this.askers.set(id, new Set([sid]));
    else known.add(sid);
  }

  /** Bits that are asked for and never set, with the sids of who asks. */
  *unset(): Generator<{ readonly name: string; readonly sids: readonly number[] }> {
    for (const [id, sids] of this.askers) if (!this.set.has(id)) yield { name: this.names[id]!, sids: [...sids] };
  }
}

/** Bits keep their numbers from one rule set to the next. */
export function inheritFlowbits(setup: RulesetSetup, former: RulesetSetup): void {
  setup.shared('flowbits', () => new FlowbitNames(flowbitNames(former).names));
}

export function flowbitNames(setup: RulesetSetup): FlowbitNames {
  return setup.shared('flowbits', () => new FlowbitNames());
}

const COMMAND = /^([a-z]+)(?:,\s*(.*?))?$/;

function isset(id: number): PacketMatch {
  return (p, ctx) => p.flow >= 0 && ctx.flows.peekExtra(p.flow)?.flowbits?.has(id) === true;
}

function anySet(ids: readonly number[]): PacketMatch {
  return (p, ctx) => {
    if (p.flow < 0) return false;
    const bits = ctx.flows.peekExtra(p.flow)?.flowbits;
    if (bits === null || bits === undefined) return false;
    for (let i = 0; i < ids.length; i++) if (bits.has(ids[i]!)) return true;
    return false;
  };
}

function negate(match: PacketMatch): PacketMatch {
  return (p, ctx) => p.flow >= 0 && !match(p, ctx);
}

function change(command: 'set' | 'unset' | 'toggle', id: number): PostMatch {
  return (p, ctx) => {
    if (p.flow < 0) return;
    if (command === 'unset') {
      ctx.flows.peekExtra(p.flow)?.flowbits?.delete(id);
      return;
    }
    const bits = (ctx.flows.extraOf(p.flow).flowbits ??= new Set());
    if (command === 'toggle' && bits.has(id)) bits.delete(id);
    else bits.add(id);
  };
}

function readNames(text: string, command: string): string[] {
  const names = text
    .split('|')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new RuleError(`flowbits: ${command} needs a name`);
  for (const name of names) if (/\s/.test(name)) throw new RuleError(`"${name}" is no name of a flowbit`);
  // a list says what to ask for; as the name of one mark it is one that nothing asks for
  return command === 'isset' || command === 'isnotset' || names.length === 1 ? names : [text];
}

interface Use {
  readonly command: string;
  readonly names: readonly string[];
}

/** Commands of the rule that take a name, in its order. */
function usesOf({ ast }: SignatureBuilder): Use[] {
  const uses: Use[] = [];
  for (const { key, value } of ast.options) {
    if (key.toLowerCase() !== 'flowbits') continue;
    const [, command = '', list] = COMMAND.exec(value?.trim() ?? '') ?? [];
    if (list !== undefined && list !== '') uses.push({ command, names: readNames(list, command) });
  }
  return uses;
}

/** Pairs on one name of which the later or the earlier does nothing. */
const INCONSEQUENTIAL: readonly (readonly string[])[] = [
  ['set', 'isset'],
  ['unset', 'isnotset'],
  ['set', 'unset'],
  ['set', 'toggle'],
  ['unset', 'toggle'],
];
const CONTRADICTION = ['isset', 'isnotset'];

function isPair(a: string, b: string, [one, other]: readonly string[]): boolean {
  return (a === one && b === other) || (a === other && b === one);
}

function checkPair(builder: SignatureBuilder, first: Use, second: Use): void {
  if (!second.names.some((name) => first.names.includes(name))) return;
  const where = 'flowbit command combination in the same signature:';
  if (isPair(first.command, second.command, CONTRADICTION))
    throw new RuleError(`invalid ${where} ${CONTRADICTION.join(' and ')}`, 'no flow can be both');
  if (INCONSEQUENTIAL.some((pair) => isPair(first.command, second.command, pair)))
    builder.warn(`inconsequential ${where} ${first.command} and ${second.command}`);
}

const LIMIT = 'detect.flowbits.max-per-signature';

/** How many commands with a name one rule may have; 0: any number. */
function checkCount({ setup, meta }: SignatureBuilder, uses: readonly Use[]): void {
  const text = setup.setting(LIMIT) ?? '0';
  if (!/^\d+$/.test(text)) throw new RuleError(`${LIMIT}: "${text}" is no number`, 'a number, 0 for no limit');
  const most = Number(text);
  if (most > 0 && uses.length > most)
    throw new RuleError(`rule ${String(meta.sid)}: too many flowbits (max ${String(most)} per signature)`);
}

export default defineKeyword({
  name: 'flowbits',
  argument: 'required',
  kind: 'state',
  supportsPrefilter: true,
  summary: 'Sets, clears or asks for a named mark of the flow.',
  page: 'rules/flow-keywords.html#flowbits',
  examples: [
    'alert tcp any any -> any any (msg:"m"; content:"x"; flowbits:set,seen; flowbits:noalert; sid:1;)',
    'alert tcp any any -> any any (msg:"m"; flowbits:isset,seen|known; content:"y"; sid:2;)',
  ],
  compile(builder, option) {
    const match = COMMAND.exec(requiredArgument(option));
    const command = match?.[1] ?? '';
    const list = match?.[2];
    if (command === 'noalert') {
      if (list !== undefined) throw new RuleError('flowbits: noalert takes no name');
      builder.flags |= SigFlag.noAlert;
      return;
    }
    if (!['set', 'unset', 'toggle', 'isset', 'isnotset'].includes(command))
      throw new RuleError(`unknown flowbits command "${command}"`, 'set, unset, toggle, isset, isnotset or noalert');
    if (list === undefined || list === '') throw new RuleError(`flowbits: ${command} needs a name`);
    const names = flowbitNames(builder.setup);
    const listed = readNames(list, command);
    const ids = listed.map((name) => names.id(name));
    const details = {
      flowbits: { cmd: command, names: listed, ...(listed.length > 1 && { operator: 'or' }) },
    };
    builder.flags |= SigFlag.requireFlow;
    if (command === 'isset' || command === 'isnotset') {
      builder.usesState('flowbits', 'read');
      const test = ids.length === 1 ? isset(ids[0]!) : anySet(ids);
      builder.addPacketMatch(command === 'isset' ? test : negate(test), {
        keyword: 'flowbits',
        keepsStream: true,
        details,
        requires: 'flow',
      });
      return;
    }
    if (command !== 'unset') names.noteSet(ids[0]!);
    builder.usesState('flowbits', 'write');
    // what takes a mark away is asked for with every packet (measured beside Suricata 8.0.8)
    const isPerPacket = command !== 'set';
    builder.addPostMatch(change(command as 'set' | 'unset' | 'toggle', ids[0]!), {
      keyword: 'flowbits',
      details,
      isPerPacket,
    });
  },
  check(builder) {
    const uses = usesOf(builder);
    checkCount(builder, uses);
    const known = flowbitNames(builder.setup);
    for (const { command, names } of uses)
      if (command === 'isset') for (const name of names) known.noteAsked(known.id(name), builder.meta.sid);
    uses.forEach((second, i) => {
      for (const first of uses.slice(0, i)) checkPair(builder, first, second);
    });
  },
});
