// flowint: named counters of a flow. Conditions are checked first, changes happen once the rule matched.

import type { DetectContext } from '../framework/detect-context.ts';
import { acceptUnsigned, unquoted } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { RulesetSetup } from '../framework/keyword.ts';
import type { Packet } from '../framework/packet.ts';
import type { PacketMatch } from '../framework/signature.ts';

/** Numbers of the names; outputs ask for the names. Shared under the key `flowints`. */
export class FlowintNames {
  readonly names: string[] = [];
  private readonly ids = new Map<string, number>();

  id(name: string): number {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    this.ids.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

/** Counters keep their numbers from one rule set to the next. */
export function inheritFlowints(setup: RulesetSetup, former: RulesetSetup): void {
  setup.shared('flowints', () => flowintNames(former));
}

export function flowintNames(setup: RulesetSetup): FlowintNames {
  return setup.shared('flowints', () => new FlowintNames());
}

function valueOf(p: Packet, ctx: DetectContext, id: number): number | undefined {
  return p.flow < 0 ? undefined : ctx.flows.peekExtra(p.flow)?.flowints?.get(id);
}

/** A constant, or the number of another counter (0 while that is not set). */
type Operand = { readonly constant: number } | { readonly id: number };

function operandValue(operand: Operand, p: Packet, ctx: DetectContext): number {
  return 'constant' in operand ? operand.constant : (valueOf(p, ctx, operand.id) ?? 0);
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};
const CHANGE: Readonly<Record<string, (a: number, b: number) => number>> = {
  '=': (_, b) => b,
  '+': (a, b) => (a + b) >>> 0,
  '-': (a, b) => (a - b) >>> 0,
};

/** As engine analysis names the operators. */
const COMMANDS: Readonly<Record<string, string>> = {
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
  '==': 'eq',
  '!=': 'ne',
  '=': 'set',
  '+': 'add',
  '-': 'sub',
};

function presence(id: number, wanted: boolean): PacketMatch {
  return (p, ctx) => p.flow >= 0 && (valueOf(p, ctx, id) !== undefined) === wanted;
}

const FORM = /^([A-Za-z][\w./]+)\s*,\s*(isset|isnotset|notset|<=|>=|==|!=|[-+=<>])\s*(?:,\s*(\d+|[A-Za-z]\S+)\s*)?$/;

export default defineKeyword({
  name: 'flowint',
  argument: 'required',
  kind: 'state',
  summary: 'Counts in the flow, and compares the counts.',
  page: 'rules/flow-keywords.html#flowint',
  examples: [
    'alert tcp any any -> any any (msg:"m"; content:"x"; flowint:tries,+,1; noalert; sid:1;)',
    'alert tcp any any -> any any (msg:"m"; flowint:tries,>,5; sid:2;)',
  ],
  compile(builder, option) {
    const match = FORM.exec(unquoted(option));
    if (match === null) throw new RuleError('flowint cannot be read', 'flowint:name,+,1 or flowint:name,isset');
    const names = flowintNames(builder.setup);
    const id = names.id(match[1]!);
    const operator = match[2]!;
    const right = match[3];
    const shared = { keyword: 'flowint', keepsStream: true, requires: 'flow' } as const;
    if (/[a-z]/.test(operator)) {
      builder.usesState('flowint', 'read');
      // a value is accepted and means nothing
      builder.addPacketMatch(presence(id, operator === 'isset'), {
        ...shared,
        details: { flowint: { cmd: operator === 'isset' ? 'isset' : 'isnotset', var: match[1]! } },
      });
      return;
    }
    if (right === undefined) throw new RuleError(`flowint: ${operator} needs a value`);
    const operand: Operand = /^\d/.test(right)
      ? { constant: acceptUnsigned(option, right, { max: 0xffffffff }) }
      : { id: names.id(right) };
    const details = {
      flowint: { cmd: COMMANDS[operator]!, var: match[1]!, value: 'constant' in operand ? operand.constant : right },
    };
    const compare = COMPARE[operator];
    builder.usesState('flowint', compare === undefined ? 'write' : 'read');
    if (compare !== undefined) {
      builder.addPacketMatch(
        (p, ctx) => {
          const value = valueOf(p, ctx, id);
          return value !== undefined && compare(value, operandValue(operand, p, ctx));
        },
        { ...shared, details },
      );
      return;
    }
    const change = CHANGE[operator]!;
    builder.addPostMatch(
      (p, ctx) => {
        if (p.flow < 0) return;
        const values = (ctx.flows.extraOf(p.flow).flowints ??= new Map<number, number>());
        values.set(id, change(values.get(id) ?? 0, operandValue(operand, p, ctx)));
      },
      { keyword: 'flowint', details, isPerPacket: true },
    );
  },
});
