// A syntax tree back to one line of rule text; parsing it gives an equal tree, places aside.
import type { RuleAst, RuleOption } from './ast.ts';

export function printRule(rule: RuleAst): string {
  const header = [
    printActions(rule),
    printProtocol(rule),
    rule.source.text,
    rule.sourcePort.text,
    rule.direction,
    rule.destination.text,
    rule.destinationPort.text,
  ].join(' ');
  return `${header} (${rule.options.map(printOption).join(' ')})`;
}

function printActions(rule: RuleAst): string {
  const first = { name: rule.action, ...(rule.actionScope !== undefined && { scope: rule.actionScope }) };
  const actions: { name: string; scope?: string }[] = [first, ...rule.secondaryActions];
  return actions.map((a) => (a.scope === undefined ? a.name : `${a.name}:${a.scope}`)).join(',');
}

function printProtocol(rule: RuleAst): string {
  if (rule.hook === undefined) return rule.protocol.text;
  const hook = rule.hook.orBefore ? rule.hook.name.replace(/[^:]+$/, '<$&') : rule.hook.name;
  return `${rule.protocol.text}:${hook}`;
}

function printOption(option: RuleOption): string {
  if (option.value === undefined) return `${option.key};`;
  // a backslash right before the semicolon would protect it
  return `${option.key}:${option.value}${option.value.endsWith('\\') ? ' ' : ''};`;
}
