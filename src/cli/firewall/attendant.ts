// Sets the firewall up when the queues are attended to, and takes it down before they are left.

import { log } from '../../base/log.ts';
import type { Attendant } from '../attendant.ts';
import { findFirewall } from './firewall.ts';
import type { Firewall } from './firewall.ts';
import { describeExclude } from './plan.ts';
import type { FirewallPlan } from './plan.ts';
import { FirewallState } from './state.ts';

const MODULE = 'firewall';

export class FirewallAttendant implements Attendant {
  readonly keepsPrivileges = true;
  private readonly plan: FirewallPlan;
  private readonly firewall: Firewall;
  private readonly state: FirewallState;
  private readonly hadLeft: boolean;
  private isUp = false;

  private constructor(plan: FirewallPlan, firewall: Firewall, state: FirewallState, left: number) {
    this.hadLeft = left > 0;
    this.plan = plan;
    this.firewall = firewall;
    this.state = state;
  }

  /** Removes what an earlier run left. @returns why the firewall cannot be set up as a text */
  static create(plan: FirewallPlan): FirewallAttendant | string {
    const firewall = findFirewall();
    if (typeof firewall === 'string') return firewall;
    const state = openState();
    if (typeof state === 'string') return state;
    const owner = state.owner();
    if (owner !== undefined) return `process ${String(owner)} has set the firewall up here and is still at work`;
    const left = firewall.tearDown();
    if (typeof left === 'string') return left;
    state.clear();
    return new FirewallAttendant(plan, firewall, state, left);
  }

  ready(): string | undefined {
    this.state.take();
    const problem = this.firewall.setUp(this.plan);
    if (problem !== undefined) {
      this.state.clear();
      return problem;
    }
    this.isUp = true;
    // however the process ends, short of being killed, the rules go
    process.once('exit', () => {
      this.ending();
    });
    if (this.hadLeft) log.notice(MODULE, 'rules that an earlier run left were removed');
    const { excludes, hooks, passesUnattended } = this.plan;
    log.notice(MODULE, `${this.firewall.tool}: packets of ${hooks.join(', ')} are queued`);
    const names = excludes.map(describeExclude).join('; ');
    log.notice(MODULE, names === '' ? 'none are excluded: mind your own way in' : `never queued: ${names}`);
    log.notice(MODULE, `while nobody attends to the queues packets ${passesUnattended ? 'pass' : 'are dropped'}`);
    return undefined;
  }

  ending(): void {
    if (!this.isUp) return;
    this.isUp = false;
    const left = this.firewall.tearDown();
    if (typeof left === 'string')
      log.error(MODULE, `the rules stay: ${left}; remove them with tayra inline --teardown`);
    else this.state.clear();
  }
}

/** Removes the rules of a run that could not. @returns a sentence that says what was done, and whether it was */
export function tearDown(): { readonly done: boolean; readonly text: string } {
  const firewall = findFirewall();
  if (typeof firewall === 'string') return { done: false, text: firewall };
  const state = openState();
  if (typeof state === 'string') return { done: false, text: state };
  const places = firewall.tearDown();
  if (typeof places === 'string') return { done: false, text: places };
  state.clear();
  return { done: true, text: places === 0 ? 'there were no rules of tayra' : 'the rules of tayra are removed' };
}

function openState(): FirewallState | string {
  try {
    return new FirewallState();
  } catch (error) {
    return (error as Error).message;
  }
}
