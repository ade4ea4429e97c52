// The firewall of this system: rules go in and come out through iptables or, where that is missing, nft.

import { spawnSync } from 'node:child_process';
import { setupText, teardownText } from './iptables.ts';
import { setupScript, teardownScript } from './nft.ts';
import type { Family, FirewallPlan } from './plan.ts';

/** Others may hold the lock of iptables for a moment: seconds. */
const PATIENCE = '5';

interface Result {
  /** Undefined: the program is not there. */
  readonly status: number | null | undefined;
  readonly output: string;
  readonly error: string;
}

/** Runs a program; tests put their own in its place. */
export type RunProgram = (program: string, words: readonly string[], input: string) => Result;

const runProgram: RunProgram = (program, words, input) => {
  const { error, status, stdout, stderr } = spawnSync(program, words, { input, encoding: 'utf8' });
  if (error !== undefined) return { status: undefined, output: '', error: error.message };
  return { status, output: stdout, error: stderr.trim() };
};

export interface Firewall {
  readonly tool: 'iptables' | 'nft';
  /** Adds the rules. @returns what went wrong; then nothing was added */
  setUp(plan: FirewallPlan): string | undefined;
  /** Removes every rule of ours. @returns how many places had some, or what went wrong */
  tearDown(): number | string;
}

/** The firewall that can be spoken to, or why there is none. */
export function findFirewall(run: RunProgram = runProgram): Firewall | string {
  const iptables = run('iptables', ['-w', PATIENCE, '-t', 'mangle', '-S'], '');
  if (iptables.status === 0) return new Iptables(run, familiesOf(run));
  const nft = run('nft', ['list', 'tables'], '');
  if (nft.status === 0) return new Nft(run);
  if (iptables.status === undefined && nft.status === undefined) return 'neither iptables nor nft is there';
  return iptables.status === undefined ? `nft: ${nft.error}` : `iptables: ${iptables.error}`;
}

function familiesOf(run: RunProgram): Family[] {
  // a system without IPv6 has nothing to queue of it
  return run('ip6tables', ['-w', PATIENCE, '-t', 'mangle', '-S'], '').status === 0 ? [4, 6] : [4];
}

class Iptables implements Firewall {
  readonly tool = 'iptables';
  private readonly run: RunProgram;
  private readonly families: readonly Family[];

  constructor(run: RunProgram, families: readonly Family[]) {
    this.run = run;
    this.families = families;
  }

  setUp(plan: FirewallPlan): string | undefined {
    for (const family of this.families) {
      const problem = this.restore(family, setupText(plan, family));
      if (problem === undefined) continue;
      this.tearDown();
      return problem;
    }
    return undefined;
  }

  tearDown(): number | string {
    let places = 0;
    for (const family of this.families) {
      const listing = this.run(program(family), ['-w', PATIENCE, '-t', 'mangle', '-S'], '');
      if (listing.status !== 0) return `${program(family)}: ${listing.error}`;
      const text = teardownText(listing.output);
      if (text === '') continue;
      const problem = this.restore(family, text);
      if (problem !== undefined) return problem;
      places++;
    }
    return places;
  }

  private restore(family: Family, text: string): string | undefined {
    const name = `${program(family)}-restore`;
    const { status, error } = this.run(name, ['-w', PATIENCE, '--noflush'], text);
    return status === 0 ? undefined : `${name}: ${error}`;
  }
}

class Nft implements Firewall {
  readonly tool = 'nft';
  private readonly run: RunProgram;

  constructor(run: RunProgram) {
    this.run = run;
  }

  setUp(plan: FirewallPlan): string | undefined {
    const { status, error } = this.run('nft', ['-f', '-'], setupScript(plan));
    return status === 0 ? undefined : `nft: ${error}`;
  }

  tearDown(): number | string {
    const listing = this.run('nft', ['list', 'tables'], '');
    if (listing.status !== 0) return `nft: ${listing.error}`;
    const script = teardownScript(listing.output);
    if (script === '') return 0;
    const { status, error } = this.run('nft', ['-f', '-'], script);
    return status === 0 ? 1 : `nft: ${error}`;
  }
}

function program(family: Family): 'iptables' | 'ip6tables' {
  return family === 4 ? 'iptables' : 'ip6tables';
}
