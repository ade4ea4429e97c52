// Generated from grammar/port.ne by scripts/gen-grammar.mjs: edit that file and run it again.
import type { CompiledGrammar } from './grammar-runner.ts'
import moo from 'moo'
const lexer = moo.compile({
  space: { match: /\s+/, lineBreaks: true },
  open: '[',
  close: ']',
  comma: ',',
  not: '!',
  variable: /\$[A-Za-z0-9_.-]+/,
  value: /[0-9A-Za-z]+(?:[ \t]*:[ \t]*[0-9A-Za-z]*)?|:[ \t]*[0-9A-Za-z]*/,
  invalid: moo.error,
})
// Space means nothing here, and skipping it in the lexer keeps the grammar short.
const next = lexer.next.bind(lexer)
lexer.next = () => {
  let token = next()
  while (token?.type === 'space') token = next()
  return token
}
/** `at` counts from the first character of the text parsed. */
export type PortNode =
  | { readonly kind: 'value' | 'variable'; readonly text: string; readonly at: number; readonly isNegated: boolean }
  | { readonly kind: 'list'; readonly items: PortNode[]; readonly at: number; readonly isNegated: boolean }
const push = (list: unknown[], item: unknown): unknown[] => { list.push(item); return list }
export const portGrammar: CompiledGrammar = {
  Lexer: lexer,
  ParserRules: [
    {"name": "text", "symbols": ["items", "trailing"], "postprocess": (d) => d[0].length === 1 ? d[0][0] : { kind: 'list', items: d[0], at: 0, isNegated: false }},
    {"name": "port", "symbols": ["plain"], "postprocess": (d) => d[0]},
    {"name": "port", "symbols": [{ type: "not" }, "plain"], "postprocess": (d) => ({ ...d[1], isNegated: true })},
    {"name": "plain", "symbols": [{ type: "value" }], "postprocess": (d) => ({ kind: 'value', text: d[0].text, at: d[0].offset, isNegated: false })},
    {"name": "plain", "symbols": [{ type: "variable" }], "postprocess": (d) => ({ kind: 'variable', text: d[0].text, at: d[0].offset, isNegated: false })},
    {"name": "plain", "symbols": [{ type: "open" }, "items", "trailing", { type: "close" }], "postprocess": (d) => ({ kind: 'list', items: d[1], at: d[0].offset, isNegated: false })},
    {"name": "plain", "symbols": [{ type: "open" }, { type: "close" }], "postprocess": (d) => ({ kind: 'list', items: [], at: d[0].offset, isNegated: false })},
    {"name": "items", "symbols": ["port"], "postprocess": (d) => [d[0]]},
    {"name": "items", "symbols": ["items", { type: "comma" }, "port"], "postprocess": (d) => push(d[0], d[2])},
    {"name": "trailing", "symbols": []},
    {"name": "trailing", "symbols": [{ type: "comma" }]}
  ],
  ParserStart: "text",
};
