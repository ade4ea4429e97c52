# An address of a rule's header, of an address variable, or of a suppress line.
#
#   any   1.2.3.4   10.0.0.0/8   10.0.0.0/255.0.0.0   10.0.0.1-10.0.0.9   2001:db8::/32   $HOME_NET   !x   [a, !b, [c, d]]
@preprocessor typescript
@{%
import moo from 'moo'

const lexer = moo.compile({
  space: { match: /\s+/, lineBreaks: true },
  open: '[',
  close: ']',
  comma: ',',
  not: '!',
  variable: /\$[A-Za-z0-9_.-]+/,
  value: /[0-9A-Za-z.:/-]+/,
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
export type AddressNode =
  | { readonly kind: 'value' | 'variable'; readonly text: string; readonly at: number; readonly isNegated: boolean }
  | { readonly kind: 'list'; readonly items: AddressNode[]; readonly at: number; readonly isNegated: boolean }

const push = (list: unknown[], item: unknown): unknown[] => { list.push(item); return list }
%}
@lexer lexer

# a list at the top needs no brackets
text -> items trailing
  {% (d) => d[0].length === 1 ? d[0][0] : { kind: 'list', items: d[0], at: 0, isNegated: false } %}

address -> plain       {% (d) => d[0] %}
         | %not plain  {% (d) => ({ ...d[1], isNegated: true }) %}

plain -> %value     {% (d) => ({ kind: 'value', text: d[0].text, at: d[0].offset, isNegated: false }) %}
       | %variable  {% (d) => ({ kind: 'variable', text: d[0].text, at: d[0].offset, isNegated: false }) %}
       | %open items trailing %close  {% (d) => ({ kind: 'list', items: d[1], at: d[0].offset, isNegated: false }) %}
       | %open %close                 {% (d) => ({ kind: 'list', items: [], at: d[0].offset, isNegated: false }) %}

items -> address               {% (d) => [d[0]] %}
       | items %comma address  {% (d) => push(d[0], d[2]) %}

# a comma after the last item is tolerated
trailing -> null | %comma
