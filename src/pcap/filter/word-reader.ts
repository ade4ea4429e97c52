// WordReader: a place in the words of a filter expression.
import { FilterError } from './words.ts';

export class WordReader {
  position = 0;
  private readonly words: readonly string[];

  constructor(words: readonly string[]) {
    this.words = words;
  }

  get isAtEnd(): boolean {
    return this.position >= this.words.length;
  }

  peek(ahead = 0): string | undefined {
    return this.words[this.position + ahead];
  }

  next(): string {
    const word = this.words[this.position++];
    if (word === undefined) throw new FilterError('syntax error: the expression ends too early');
    return word;
  }

  accept(...choices: readonly string[]): boolean {
    const isNext = choices.includes(this.peek() ?? '');
    if (isNext) this.position++;
    return isNext;
  }

  expect(word: string): void {
    if (!this.accept(word)) throw new FilterError(`expected "${word}" before "${this.peek() ?? 'the end'}"`);
  }
}
