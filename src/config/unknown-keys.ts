// Finds keys that mean nothing to us, and the known key that was probably meant.
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { KNOWN_KEYS } from './known-keys.ts';
import type { ConfigNode } from './node.ts';

/** One `warning` diagnostic for each unknown key, however often it occurs. */
export function findUnknownKeys(root: ConfigNode): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  visit(root, '', found);
  return [...found.values()];
}

function visit(node: ConfigNode, path: string, found: Map<string, Diagnostic>): void {
  const known = KNOWN_KEYS[path]?.split(' ');
  for (const child of node.children.values()) {
    const isItem = node.isSequence && /^\d+$/.test(child.name);
    const childPath = isItem ? path : path === '' ? child.name : `${path}.${child.name}`;
    if (known !== undefined && !known.includes('*')) {
      if (!isItem) check(child, child.name, childPath, known, found);
      else if (child.children.size === 0 && child.value !== undefined)
        check(child, child.value, `${path}.${child.value}`, known, found);
    }
    visit(child, childPath, found);
  }
}

function check(
  node: ConfigNode,
  name: string,
  path: string,
  known: readonly string[],
  found: Map<string, Diagnostic>,
): void {
  if (known.includes(name) || found.has(path)) return;
  const near = nearest(name, known);
  const message = `unknown configuration key ${path}`;
  found.set(
    path,
    diagnostic(
      'warning',
      'config/unknown-key',
      message,
      node.place,
      near === undefined ? undefined : `did you mean ${near}?`,
    ),
  );
}

/** The known word nearest to `name`, if it is near enough to be what was meant. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions and changes of characters that lead from one word to the other. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
