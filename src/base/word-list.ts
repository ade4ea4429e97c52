// WordList: numbers of 16 bits in one reused array, for lists that are read again and again.

export class WordList {
  words = new Uint16Array(64);
  length = 0;

  push(value: number): void {
    if (this.length >= this.words.length) this.grow();
    this.words[this.length++] = value;
  }

  private grow(): void {
    const larger = new Uint16Array(this.words.length * 2);
    larger.set(this.words);
    this.words = larger;
  }

  toArray(): number[] {
    const values: number[] = [];
    for (let i = 0; i < this.length; i++) values.push(this.words[i]!);
    return values;
  }
}
