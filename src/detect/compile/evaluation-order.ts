// The order in which signatures are evaluated: by action, by what state they change or read, by priority, by number.
// As Suricata's rule analysis shows it for rules of every kind.

import type { StateKind } from '../../framework/keyword.ts';
import { ACTION_REJECT_ANY, Action } from '../../framework/packet.ts';
import type { SignatureOutline } from './outline.ts';

/** Most significant first. */
const KINDS: readonly StateKind[] = ['flowbits', 'flowint', 'flowvar', 'pktvar', 'host', 'pair'];
const RANKS = 4;

/** Who changes a state goes before who reads it, and those before who does neither. */
export class StateOrder {
  private readonly written = new Set<StateKind>();
  private readonly read = new Set<StateKind>();

  add(kind: StateKind, access: 'read' | 'write'): void {
    (access === 'write' ? this.written : this.read).add(kind);
  }

  /** Smaller comes first. */
  get rank(): number {
    return KINDS.reduce((rank, kind) => rank * RANKS + this.rankOf(kind), 0);
  }

  private rankOf(kind: StateKind): number {
    if (!this.written.has(kind)) return this.read.has(kind) ? 2 : 3;
    // a chain of flowbits: who only sets one goes before who asks for one to set the next
    return kind === 'flowbits' && this.read.has(kind) ? 1 : 0;
  }
}

const ACTION_BITS: Readonly<Record<string, number>> = {
  pass: Action.pass,
  reject: ACTION_REJECT_ANY,
  drop: Action.drop,
  alert: Action.alert,
};
const DEFAULT_ORDER = ['pass', 'drop', 'reject', 'alert'];

/** The list of `action-order`, completed; undefined when it names no action or one twice. */
export function actionOrder(names: readonly string[]): readonly string[] | undefined {
  const order = names.map((name) => name.trim().toLowerCase());
  if (order.some((name) => ACTION_BITS[name] === undefined) || new Set(order).size < order.length) return undefined;
  return [...order, ...DEFAULT_ORDER.filter((name) => !order.includes(name))];
}

/** Signatures in evaluation order. */
export function inEvaluationOrder(
  list: readonly SignatureOutline[],
  actions: readonly string[] = DEFAULT_ORDER,
): readonly SignatureOutline[] {
  const rankOf = ({ action }: SignatureOutline): number => {
    const at = actions.indexOf(actionName(action));
    return at < 0 ? actions.length : at;
  };
  return [...list].sort((a, b) => rankOf(a) - rankOf(b) || a.rank - b.rank || a.priority - b.priority || a.sid - b.sid);
}

/** Rejecting includes dropping, and both include alerting: the strongest names the rule. */
function actionName(action: number): string {
  return ['pass', 'reject', 'drop', 'alert'].find((name) => (action & ACTION_BITS[name]!) !== 0) ?? '';
}
