// One logical line -> RuleAst or one diagnostic that says what was expected where.
import { diagnostic } from '../base/diagnostic.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { RuleOption } from './ast.ts';
import type { Action, Direction, Located, RuleAst, RuleText } from './ast.ts';
import { ruleGrammar } from './grammar.generated.ts';
import type { Header, Hook, Piece, RuleFrame, ScopedAction } from './grammar.generated.ts';
import { grammarRunner } from './grammar-runner.ts';
import type { GrammarError } from './grammar-runner.ts';
import type { SourceLine } from './source.ts';

const run = grammarRunner<RuleFrame>(ruleGrammar);

// far beyond any real rule; bounds the memory of one parse
const MAX_LENGTH = 256 * 1024;

/** The rule on a line; undefined when it does not follow the grammar. What is wrong is added to `diagnostics`. */
export function parseRuleLine(line: SourceLine, text: RuleText, diagnostics: Diagnostic[]): RuleAst | undefined {
  const { file } = text;
  if (line.text.length > MAX_LENGTH) {
    const message = `the rule is longer than ${String(MAX_LENGTH)} characters`;
    diagnostics.push(diagnostic('error', 'rule/too-long', message, { file, span: line.span(0, 1) }));
    return undefined;
  }
  const result = run(line.text);
  if (result.ok) return toAst(result.value, line, text);
  const closed = isUnclosed(result.error) ? run(`${line.text})`) : result;
  diagnostics.push(closed.ok ? unclosed(line, file) : syntaxError(result.error, line, file));
  return closed.ok ? toAst(closed.value, line, text) : undefined;
}

// Suricata loads a rule whose last parenthesis is missing
function isUnclosed(error: GrammarError): boolean {
  return error.found.trim() === '' && error.expected.includes('close');
}

function unclosed(line: SourceLine, file: string): Diagnostic {
  const span = line.span(line.text.length - 1, 1);
  return diagnostic('warning', 'rule/unclosed', 'no closing parenthesis', { file, span }, 'end the rule with )');
}

function toAst(frame: RuleFrame, line: SourceLine, text: RuleText): RuleAst {
  const header = frame.header;
  const locate = (piece: Piece): Located => ({ text: piece.text, span: line.span(piece.at, piece.text.length) });
  const [action, ...others] = header.actions.map((a) => toAction(a, line));
  return {
    action: action!.name,
    ...(action!.scope !== undefined && { actionScope: action!.scope }),
    actionSpan: action!.span,
    secondaryActions: others,
    protocol: locate(header.protocol),
    ...(header.hook !== undefined && { hook: toHook(header.hook, line) }),
    ...endpoints(header, locate),
    options: frame.options.map((option) => toOption(option, line)),
    raw: line.text,
    file: text.file,
    place: { text, start: line.byteStart, line: line.line },
    line: line.line,
    span: line.span(0, line.text.length),
  };
}

function toAction(action: ScopedAction, line: SourceLine): Action {
  const { text, at } = action.action;
  if (action.scope === undefined) return { name: text, span: line.span(at, text.length) };
  const end = action.scope.at + action.scope.text.length;
  return { name: text, scope: action.scope.text, span: line.span(at, end - at) };
}

function toHook(hook: Hook, line: SourceLine): NonNullable<RuleAst['hook']> {
  const { text, at } = hook.name;
  return { name: text, orBefore: hook.orBefore, span: line.span(at, text.length + (hook.orBefore ? 1 : 0)) };
}

type Endpoints = Pick<
  RuleAst,
  'source' | 'sourcePort' | 'direction' | 'directionSpan' | 'destination' | 'destinationPort'
>;

function endpoints(header: Header, locate: (piece: Piece) => Located): Endpoints {
  const direction = locate(header.direction);
  return {
    source: locate(header.source),
    sourcePort: locate(header.sourcePort),
    direction: direction.text as Direction,
    directionSpan: direction.span,
    destination: locate(header.destination),
    destinationPort: locate(header.destinationPort),
  };
}

// `key : value ;` -- the grammar keeps it as one token
function toOption(piece: Piece, line: SourceLine): RuleOption {
  const { text, at } = piece;
  const colon = text.indexOf(':');
  if (colon < 0) return new RuleOption(line, text.slice(0, -1).trimEnd(), at, undefined, at);
  const body = text.slice(colon + 1, -1);
  const value = body.trim();
  const valueAt = at + colon + 1 + (body.length - body.trimStart().length);
  return new RuleOption(line, text.slice(0, colon).trimEnd(), at, value, valueAt);
}

const EXPECTED: Readonly<Record<string, string>> = {
  space: 'white space',
  name: 'a name',
  colon: '":"',
  comma: '","',
  before: '"<"',
  direction: 'a direction (->, <> or =>)',
  open: '"("',
  word: 'an address or a port',
  listOpen: '"["',
  listText: 'a list item',
  listClose: '"]"',
  option: 'an option',
  close: '")"',
};

function syntaxError(error: GrammarError, line: SourceLine, file: string): Diagnostic {
  // white space before the offender is not what is wrong
  const rest = line.text.slice(error.at);
  const found = rest.trimStart();
  const at = line.text.length - found.length;
  const special = specialCase(error, found);
  const word = /^[^\s]*/.exec(found)![0];
  const shown = word.length > 40 ? `${word.slice(0, 40)}...` : word;
  const what = found === '' ? 'the rule ends' : `found ${JSON.stringify(shown)}`;
  const message = special?.message ?? `${what} where ${expectedList(error.expected)} should be`;
  const span = line.span(Math.max(0, Math.min(at, line.text.length - 1)), Math.max(1, word.length));
  return diagnostic('error', 'rule/syntax', message, { file, span }, special?.hint);
}

function expectedList(types: readonly string[]): string {
  const hidden = new Set(['listOpen', ...(types.length > 1 ? ['space'] : [])]);
  const names = types.filter((t) => !hidden.has(t)).map((t) => EXPECTED[t] ?? t);
  if (names.length < 2) return names[0] ?? 'nothing';
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`;
}

// mistakes rule writers make, in their words
function specialCase(error: GrammarError, found: string): { message: string; hint?: string } | undefined {
  const expected = (type: string): boolean => error.expected.includes(type);
  if (expected('direction') && found.startsWith('<-')) {
    return { message: '"<-" is not a direction', hint: 'swap the two sides and write ->' };
  }
  if (expected('option') && found !== '') return optionCase(found);
  if (error.expected.length === 0) return { message: 'text after the closing parenthesis' };
  if (expected('listClose')) return { message: 'a "[" is never closed' };
  if (expected('open') && found.startsWith('(')) {
    return { message: 'white space must stand before "("' };
  }
  if (expected('open') && found !== '') {
    return { message: 'the options must start with "("', hint: 'the header ends after the destination port' };
  }
  return undefined;
}

function optionCase(found: string): { message: string; hint?: string } {
  const hint = 'a semicolon inside a value is written \\;';
  if (found.startsWith(';')) return { message: 'an empty option', hint: 'delete one of the semicolons' };
  if (/^[A-Za-z0-9_]/.test(found)) return { message: 'an option is not ended by ";"', hint };
  return { message: `an option cannot start with ${JSON.stringify(found.slice(0, 1))}`, hint };
}
