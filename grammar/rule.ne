# One rule, from its action to its closing parenthesis, as one logical line (continuation lines are
# joined before). This file is the only definition of the rule language's frame; what an option's value
# means belongs to its keyword, what an address or a port means to address.ne and port.ne.
#
#   action[:scope][,action[:scope]...] protocol[:[<]hook] address port direction address port ( option* )
#
# Cost decides the shape: one token per option with its value, flat address lists as one token, left
# recursion with pushing postprocessors. Every nonterminal is unambiguous, so pushing is safe.
@preprocessor typescript
@{%
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
%}
@lexer lexer

# doubled last parentheses are tolerated, and belong to the token
rule -> body %close  {% (d) => d[0] %}

body -> header %open  {% (d): RuleFrame => ({ header: d[0], options: [] }) %}
      | body %option  {% (d) => { d[0].options.push(piece(d[1])); return d[0] } %}

# ---- header
header -> actions %space protocol endpoint endpoint %direction endpoint endpoint
  {% (d): Header => ({ actions: d[0], protocol: d[2].protocol, hook: d[2].hook,
     source: d[3], sourcePort: d[4], direction: piece(d[5]), destination: d[6], destinationPort: d[7] }) %}

actions -> scopedAction                 {% (d) => [d[0]] %}
         | actions %comma scopedAction  {% (d) => push(d[0], d[2]) %}

scopedAction -> %name               {% (d): ScopedAction => ({ action: piece(d[0]) }) %}
              | %name %colon %name  {% (d): ScopedAction => ({ action: piece(d[0]), scope: piece(d[2]) }) %}

protocol -> %name              {% (d) => ({ protocol: piece(d[0]), hook: undefined }) %}
          | %name %colon hook  {% (d) => ({ protocol: piece(d[0]), hook: d[2] }) %}

# `http2:stream:request_started` names a hook of a sub-state; `<` stands before the last name
hook -> hookName                        {% (d): Hook => ({ name: d[0], orBefore: false }) %}
      | %before %name                   {% (d): Hook => ({ name: piece(d[1]), orBefore: true }) %}
      | hookName %colon %before %name   {% (d): Hook => ({ name: append(d[0], `:${d[3].text}`), orBefore: true }) %}

hookName -> %name                  {% (d) => ({ text: d[0].text, at: d[0].offset }) %}
          | hookName %colon %name  {% (d) => append(d[0], `:${d[2].text}`) %}

# ---- an address or a port, as text: `any`, `!$HOME_NET`, `[10.0.0.0/8, ![10.1.0.0/16,10.2.0.1]]`
endpoint -> %word  {% (d) => piece(d[0]) %}
          | list   {% (d) => piece(d[0]) %}

# only lists with lists in them come here
list -> listStart %listClose  {% (d) => append(d[0], d[1].text) %}
listStart -> %listOpen            {% (d) => ({ text: d[0].text, offset: d[0].offset }) %}
           | listStart %listText  {% (d) => append(d[0], d[1].text) %}
           | listStart list       {% (d) => append(d[0], d[1].text) %}
