// Generated from grammar/rule.ne by scripts/gen-grammar.mjs: edit that file and run it again.
import type { CompiledGrammar } from './grammar-runner.ts'
import moo from 'moo'
// An option's value ends at the first semicolon that no backslash precedes; quotes do not protect it.
const VALUE = String.raw`[^;\\]*(?:\\(?:;|(?!;))[^;\\]*)*`
const OPTION = new RegExp(String.raw`[ \t]*[A-Za-z0-9_][A-Za-z0-9_.-]*[ \t]*(?::${VALUE})?;`)
const NAME = /[A-Za-z][A-Za-z0-9_.-]*/
const SPACE = /[ \t\r\f\v]+/
// Header words carry the white space that must stand before them; a list without lists in it is one word.
const WORD = /[ \t\r\f\v]+(?:!?[ \t]*\[[^[\]()]*\]|[^\s[\]()]+)(?![^\s(])/
const lexer = moo.states({
  action: {
    space: { match: SPACE, next: 'header' },
    name: NAME,
    colon: ':',
    comma: ',',
    invalid: moo.error,
  },
  header: {
    name: NAME,
    colon: ':',
    before: '<',
    direction: /[ \t\r\f\v]+(?:->|<>|=>)(?=[ \t\r\f\v])/,
    open: { match: /[ \t\r\f\v]+\(/, next: 'options' },
    word: WORD,
    listOpen: { match: /[ \t\r\f\v]+(?:!?[ \t]*|[^\s[\]()]*)\[/, push: 'list' },
    invalid: moo.error,
  },
  list: {
    listText: /[^[\]()\n]+/,
    listOpen: { match: '[', push: 'list' },
    listClose: { match: ']', pop: 1 },
    invalid: moo.error,
  },
  options: {
    option: OPTION,
    close: /[ \t\r\f\v]*\)[) \t\r\f\v]*/,
    space: SPACE,
    invalid: moo.error,
  },
})
/** What the grammar hands to the syntax tree: texts with offsets from the rule's first character. */
export interface Piece { readonly text: string; readonly at: number }
export interface ScopedAction { readonly action: Piece; readonly scope?: Piece }
export interface Hook { readonly name: Piece; readonly orBefore: boolean }
export interface Header {
  readonly actions: ScopedAction[]
  readonly protocol: Piece
  readonly hook: Hook | undefined
  readonly source: Piece
  readonly sourcePort: Piece
  readonly direction: Piece
  readonly destination: Piece
  readonly destinationPort: Piece
}
export interface RuleFrame { readonly header: Header; readonly options: Piece[] }
const piece = (token: { text: string; offset: number }): Piece => {
  const text = token.text.trimStart()
  return { text, at: token.offset + token.text.length - text.length }
}
const append = <T extends { text: string }>(list: T, text: string): T => { list.text += text; return list }
const push = (list: unknown[], item: unknown): unknown[] => { list.push(item); return list }
export const ruleGrammar: CompiledGrammar = {
  Lexer: lexer,
  ParserRules: [
    {"name": "rule", "symbols": ["body", { type: "close" }], "postprocess": (d) => d[0]},
    {"name": "body", "symbols": ["header", { type: "open" }], "postprocess": (d): RuleFrame => ({ header: d[0], options: [] })},
    {"name": "body", "symbols": ["body", { type: "option" }], "postprocess": (d) => { d[0].options.push(piece(d[1])); return d[0] }},
    {"name": "header", "symbols": ["actions", { type: "space" }, "protocol", "endpoint", "endpoint", { type: "direction" }, "endpoint", "endpoint"], "postprocess":  (d): Header => ({ actions: d[0], protocol: d[2].protocol, hook: d[2].hook,
        source: d[3], sourcePort: d[4], direction: piece(d[5]), destination: d[6], destinationPort: d[7] }) },
    {"name": "actions", "symbols": ["scopedAction"], "postprocess": (d) => [d[0]]},
    {"name": "actions", "symbols": ["actions", { type: "comma" }, "scopedAction"], "postprocess": (d) => push(d[0], d[2])},
    {"name": "scopedAction", "symbols": [{ type: "name" }], "postprocess": (d): ScopedAction => ({ action: piece(d[0]) })},
    {"name": "scopedAction", "symbols": [{ type: "name" }, { type: "colon" }, { type: "name" }], "postprocess": (d): ScopedAction => ({ action: piece(d[0]), scope: piece(d[2]) })},
    {"name": "protocol", "symbols": [{ type: "name" }], "postprocess": (d) => ({ protocol: piece(d[0]), hook: undefined })},
    {"name": "protocol", "symbols": [{ type: "name" }, { type: "colon" }, "hook"], "postprocess": (d) => ({ protocol: piece(d[0]), hook: d[2] })},
    {"name": "hook", "symbols": ["hookName"], "postprocess": (d): Hook => ({ name: d[0], orBefore: false })},
    {"name": "hook", "symbols": [{ type: "before" }, { type: "name" }], "postprocess": (d): Hook => ({ name: piece(d[1]), orBefore: true })},
    {"name": "hook", "symbols": ["hookName", { type: "colon" }, { type: "before" }, { type: "name" }], "postprocess": (d): Hook => ({ name: append(d[0], `:${d[3].text}`), orBefore: true })},
    {"name": "hookName", "symbols": [{ type: "name" }], "postprocess": (d) => ({ text: d[0].text, at: d[0].offset })},
    {"name": "hookName", "symbols": ["hookName", { type: "colon" }, { type: "name" }], "postprocess": (d) => append(d[0], `:${d[2].text}`)},
    {"name": "endpoint", "symbols": [{ type: "word" }], "postprocess": (d) => piece(d[0])},
    {"name": "endpoint", "symbols": ["list"], "postprocess": (d) => piece(d[0])},
    {"name": "list", "symbols": ["listStart", { type: "listClose" }], "postprocess": (d) => append(d[0], d[1].text)},
    {"name": "listStart", "symbols": [{ type: "listOpen" }], "postprocess": (d) => ({ text: d[0].text, offset: d[0].offset })},
    {"name": "listStart", "symbols": ["listStart", { type: "listText" }], "postprocess": (d) => append(d[0], d[1].text)},
    {"name": "listStart", "symbols": ["listStart", "list"], "postprocess": (d) => append(d[0], d[1].text)}
  ],
  ParserStart: "rule",
};
