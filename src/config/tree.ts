// Changes to a configuration tree: finding or making a node, values from the command line, redefinition, dump.
import { ConfigNode } from './node.ts';

/** The node at a dotted path below `root`, made where it is missing; what is made is final on request. */
export function nodeAt(root: ConfigNode, path: string, options: { readonly isFinal?: boolean } = {}): ConfigNode {
  let node = root;
  for (const part of path.split('.')) node = childOf(node, part, options.isFinal === true);
  return node;
}

function childOf(parent: ConfigNode, name: string, isFinal: boolean): ConfigNode {
  let child = parent.children.get(name);
  if (child === undefined) {
    child = new ConfigNode(name, parent);
    child.isFinal = isFinal;
    parent.children.set(name, child);
  }
  return child;
}

/** Sets a value that files read later do not change (`--set`, `-l`, ...). */
export function setFinal(root: ConfigNode, path: string, value: string): ConfigNode {
  const node = nodeAt(root, path, { isFinal: true });
  node.value = value;
  node.isFinal = true;
  return node;
}

/** The argument of `--set`: `key.sub.0=value`, blanks around key and value ignored; undefined when it has no `=`. */
export function parseSetting(text: string): { readonly path: string; readonly value: string } | undefined {
  const at = text.indexOf('=');
  if (at < 0) return undefined;
  return { path: text.slice(0, at).trim(), value: text.slice(at + 1).trim() };
}

/** Forgets value and children that files gave; what the command line fixed stays. True if something was forgotten. */
export function prune(node: ConfigNode): void {
  for (const [name, child] of node.children) {
    prune(child);
    if (!child.isFinal && child.children.size === 0) node.children.delete(name);
  }
  if (!node.isFinal) node.value = undefined;
}

/** `--dump-config`: one line per node, depth first, `path = value`. */
export function dumpConfig(root: ConfigNode): string {
  const lines: string[] = [];
  const walk = (node: ConfigNode, prefix: string): void => {
    for (const child of node.children.values()) {
      const path = prefix === '' ? child.name : `${prefix}.${child.name}`;
      lines.push(`${path} = ${child.value ?? '(null)'}\n`);
      walk(child, path);
    }
  };
  walk(root, '');
  return lines.join('');
}
