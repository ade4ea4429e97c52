// Rules on payloads and datagrams for them, at random from a seed. Left out is what docs/deviations.md says is different
// on purpose.

import { udp4 } from '../support/packets.ts';
import { Random } from './random.ts';
import type { RuleCase } from './rule-runs.ts';

const RULES = 400;
const PAYLOADS = 250;

/** Few bytes, so that they meet often: letters in both cases, digits, small numbers. */
const ALPHABET = [...Buffer.from('abA\x00\x01\x02\x030', 'latin1')];
const ALNUM = /[a-z0-9]/i;

function bytesOf(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.pick(ALPHABET));
}

class RuleMaker {
  private readonly random: Random;
  private variables: string[] = [];
  private isBehindNegation = false;
  /** One rule has variables of one of them alone. */
  private reader: 'byte_extract' | 'byte_math' = 'byte_extract';

  constructor(random: Random) {
    this.random = random;
  }

  rule(sid: number): string {
    const { random } = this;
    this.variables = [];
    this.isBehindNegation = false;
    this.reader = random.pick(['byte_extract', 'byte_math']);
    const options = Array.from({ length: random.pick([1, 2, 2, 3, 3, 4]) }, () => this.condition()).flat();
    if (this.variables.length > 0 && random.isTrue(0.6))
      options.push(
        `content:"${this.text(1)}"`,
        `${random.pick(['offset', 'distance'])}:${random.pick(this.variables)}`,
      );
    // a negated content that does not fit into the size has the rule refused there
    const hasNegated = options.some((option) => option.startsWith('content:!'));
    if (!hasNegated && random.isTrue(0.1)) options.push(`dsize:${random.pick(['>3', '<5', '2<>6', '4'])}`);
    return `alert udp any any -> any any (msg:"generated"; ${options.join('; ')}; sid:${String(sid)};)`;
  }

  private condition(): string[] {
    switch (this.random.pick(['content', 'content', 'content', 'content', 'test', 'jump', 'at', 'pcre', 'read'])) {
      case 'content':
        return this.content();
      case 'test':
        return [this.byteTest()];
      case 'jump':
        return [this.byteJump()];
      case 'at':
        return [`isdataat:${this.random.isTrue(0.4) ? '!' : ''}${String(this.random.between(0, 6))}${this.relative()}`];
      case 'pcre':
        return [this.pcre()];
      default:
        return [this.reader === 'byte_extract' ? this.byteExtract() : this.byteMath()];
    }
  }

  private text(length: number): string {
    return [...bytesOf(this.random, length)]
      .map((byte) => {
        const letter = String.fromCharCode(byte);
        return ALNUM.test(letter) && this.random.isTrue(0.7) ? letter : `|${byte.toString(16).padStart(2, '0')}|`;
      })
      .join('');
  }

  private content(): string[] {
    const { random } = this;
    const length = random.pick([1, 1, 1, 2, 2, 3]);
    const isNegated = random.isTrue(0.2);
    const options = [`content:${isNegated ? '!' : ''}"${this.text(length)}"`];
    if (random.isTrue(0.25)) options.push('nocase');
    const place = random.next();
    const mayBeRelative = !this.isBehindNegation;
    this.isBehindNegation = isNegated;
    if (place < 0.35) {
      if (mayBeRelative && random.isTrue(0.6)) options.push(`distance:${String(random.between(-4, 4))}`);
      if (mayBeRelative && random.isTrue(0.6)) options.push(`within:${String(random.between(length, length + 4))}`);
    } else if (place < 0.6) {
      if (random.isTrue(0.6)) options.push(`offset:${String(random.between(0, 5))}`);
      if (random.isTrue(0.6)) options.push(`depth:${String(random.between(length, length + 5))}`);
    } else if (place < 0.68) options.push('startswith');
    else if (place < 0.76 && !isNegated) options.push('endswith');
    return options;
  }

  private relative(): string {
    return this.random.isTrue(0.5) ? ',relative' : '';
  }

  private form(): string {
    const kind = this.random.next();
    if (kind < 0.6) return '';
    if (kind < 0.75) return `,${this.random.pick(['big', 'little'])}`;
    return `,string,${this.random.pick(['dec', 'hex', 'oct'])}`;
  }

  private byteTest(): string {
    const { random, variables } = this;
    const operator = random.pick(['<', '>', '=', '!=', '&', '^', '<=', '>=', '!&', '!<']);
    const small = [random.between(0, 4), random.between(0, 300)].map(String);
    const value = random.pick([...small, `0x${random.between(0, 255).toString(16)}`, ...variables]);
    const offset = random.pick([String(random.between(-3, 5)), String(random.between(0, 3)), ...variables]);
    const mask = random.isTrue(0.1) ? `,bitmask 0x${random.between(1, 255).toString(16)}` : '';
    return `byte_test:${String(random.between(1, 4))},${operator},${value},${offset}${this.relative()}${this.form()}${mask}`;
  }

  private byteJump(): string {
    const { random } = this;
    const offset = random.pick([String(random.between(-2, 4)), ...this.variables]);
    let option = `byte_jump:${String(random.between(1, 4))},${offset}${this.relative()}${this.form()}`;
    if (random.isTrue(0.2)) option += `,multiplier ${String(random.between(1, 3))}`;
    if (random.isTrue(0.2)) option += ',align';
    const from = random.next();
    if (from < 0.15) option += ',from_beginning';
    else if (from < 0.3) option += ',from_end';
    if (random.isTrue(0.25)) option += `,post_offset ${String(random.between(-4, 3))}`;
    return option;
  }

  private pcre(): string {
    const { random } = this;
    const piece = (): string =>
      random.pick(['a', 'b', 'A', '0', '\\x00', '\\x01', '[ab]', '.', '^a', 'b$', 'a+', '[^a]', '\\d', '(?:a|b)']);
    const expression = piece() + (random.isTrue(0.5) ? piece() : '');
    const flags = (['R', 'i', 's'] as const).filter((flag) => random.isTrue({ R: 0.4, i: 0.2, s: 0.3 }[flag]));
    return `pcre:${random.isTrue(0.2) ? '!' : ''}"/${expression}/${flags.join('')}"`;
  }

  private variable(): string {
    const name = `v${String(this.variables.length)}`;
    this.variables.push(name);
    return name;
  }

  private byteExtract(): string {
    const { random } = this;
    const size = String(random.between(1, 4));
    const offset = String(random.between(-2, 4));
    const rest = `${this.relative()}${this.form()}`;
    const multiplier = random.isTrue(0.15) ? `,multiplier ${String(random.between(1, 3))}` : '';
    const align = random.isTrue(0.15) ? ',align 4' : '';
    return `byte_extract:${size},${offset},${this.variable()}${rest}${multiplier}${align}`;
  }

  private byteMath(): string {
    const { random } = this;
    const value = random.pick([String(random.between(1, 5)), ...this.variables]);
    const bytes = `bytes ${String(random.between(1, 4))}, offset ${String(random.between(-2, 4))}`;
    let option = `byte_math:${bytes}, oper ${random.pick(['+', '*', '+'])}, rvalue ${value}, result ${this.variable()}`;
    if (random.isTrue(0.5)) option += ', relative';
    if (random.isTrue(0.2)) option += ', endian little';
    if (random.isTrue(0.2)) option += ', string dec';
    return option;
  }
}

export function generatedPayloads(seed: number): RuleCase {
  const random = new Random(seed);
  const maker = new RuleMaker(random);
  return {
    rules: Array.from({ length: RULES }, (_, i) => maker.rule(i + 1)),
    // a flow each
    frames: Array.from({ length: PAYLOADS }, (_, i) =>
      udp4({ sp: 4000 + i, dp: 9999 }, bytesOf(random, random.pick([1, 2, 3, 4, 5, 6, 8, 10, 12]))),
    ),
  };
}
