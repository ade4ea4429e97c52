// Finds keys that mean nothing to us, and the known key that was probably meant.
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { nearestName } from '../base/nearest-name.ts';
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
    // a number names an item also where there was no list before (`--set af-packet.0.interface=eth0`)
    const isItem = /^\d+$/.test(child.name) && (node.isSequence || child.children.size > 0);
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
  const near = nearestName(name, known);
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
