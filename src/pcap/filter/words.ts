// Words of a packet filter expression (pcap-filter syntax): names, numbers, addresses and operators.

export class FilterError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'FilterError';
  }
}

const OPERATOR = /^(?:<<|>>|<=|>=|==|!=|&&|\|\||[()[\]:!<>=+*/&|^%-])/;
const MAC = /^[0-9a-f]{1,2}(?:[:-][0-9a-f]{1,2}){5}(?![\w:])/i;
const IPV6 = /^(?=[0-9a-f:.]*:[0-9a-f:.]*:)[0-9a-f:.]+(?:\/\d+)?/i;
const IPV4 = /^\d+(?:\.\d+){1,3}(?:\/\d+)?/;
const RANGE = /^\d+-\d+(?![\w.])/;
const NUMBER = /^(?:0x[0-9a-f]+|\d+)(?![\w.])/i;
const NAME = /^[a-z_][\w.]*(?:-[a-z][\w]*)*/i;

/** @throws FilterError at a character that belongs to no word */
export function filterWords(text: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const blank = /^\s+/.exec(rest);
    if (blank !== null) {
      at += blank[0].length;
      continue;
    }
    const escaped = rest.startsWith('\\') ? 1 : 0; // `\tcp` is the name tcp, not the keyword
    const word = match(rest.slice(escaped), words);
    if (word === undefined) throw new FilterError(`syntax error at "${rest.slice(0, 20)}"`);
    words.push(word);
    at += word.length + escaped;
  }
  return words;
}

/** Inside brackets `ip[6:2]` is an offset and a size, not an address. */
function match(text: string, before: readonly string[]): string | undefined {
  const isInBrackets = before.lastIndexOf('[') > before.lastIndexOf(']');
  const patterns = isInBrackets ? [NUMBER, NAME, OPERATOR] : [MAC, IPV6, IPV4, RANGE, NUMBER, NAME, OPERATOR];
  for (const pattern of patterns) {
    const found = pattern.exec(text);
    if (found !== null) return found[0];
  }
  return undefined;
}
