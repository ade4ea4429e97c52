// Command line in Suricata's form, read as getopt_long does: options and other words in any order, values joined or
// apart, short flags bundled, long names cut short where they stay unambiguous, `--` before words that are no options.
import { OPTIONS } from './options.ts';
import type { OptionDefinition } from './options.ts';

export interface Arguments {
  /** Values by name, in the order given; '' for an optional value that was left out. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** How often each flag was given. */
  readonly flags: ReadonlyMap<string, number>;
  /** What is no option: the packet filter. */
  readonly rest: readonly string[];
  /** The first option of rule files behind another one (`-S`, `-s`). */
  readonly furtherRules: string | undefined;
  /** What could not be read, undefined when all is well. */
  readonly problem: string | undefined;
}

export function parseArguments(words: readonly string[]): Arguments {
  const parser = new Parser(words);
  parser.run();
  return parser;
}

/** Whether an option is there, with a value or without. */
export function isGiven({ flags, values }: Arguments, name: string): boolean {
  return values.has(name) || flags.has(name);
}

/** The last value of an option, undefined when it was not given. */
export function lastValue(args: Arguments, name: string): string | undefined {
  return args.values.get(name)?.at(-1);
}

/** Options of which Suricata takes one. */
const RULE_FILES: ReadonlyMap<string, string> = new Map([
  ['exclusiveRules', '-S'],
  ['additionalRules', '-s'],
]);

class Parser implements Arguments {
  readonly values = new Map<string, string[]>();
  readonly flags = new Map<string, number>();
  readonly rest: string[] = [];
  furtherRules: string | undefined;
  problem: string | undefined;
  private readonly words: readonly string[];
  private at = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  run(): void {
    while (this.at < this.words.length && this.problem === undefined) {
      const word = this.words[this.at++]!;
      if (word === '--') this.rest.push(...this.words.slice(this.at));
      if (word === '--') return;
      if (word.startsWith('--')) this.long(word);
      else if (word.startsWith('-') && word !== '-') this.short(word);
      else if (word !== '') this.rest.push(word);
    }
  }

  private long(word: string): void {
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const joined = equals < 0 ? undefined : word.slice(equals + 1);
    const option = OPTIONS.get(name) ?? this.abbreviated(name);
    if (option === undefined) {
      this.problem ??= `unrecognized option '${word}'`;
      return;
    }
    if (option.value === 'none' && joined !== undefined) this.problem = `option '${name}' doesn't allow an argument`;
    else if (option.value === 'required')
      this.take(option, joined ?? this.words[this.at++], `option '${name}' requires an argument`);
    else if (option.value === 'optional') this.take(option, joined ?? '', '');
    else this.count(option);
  }

  /** The option that alone begins with `name`. */
  private abbreviated(name: string): OptionDefinition | undefined {
    const found = [...OPTIONS].filter(([spelling]) => spelling.startsWith(name) && name.length > 2);
    if (found.length > 1) this.problem = `option '${name}' is ambiguous`;
    return found.length === 1 ? found[0]![1] : undefined;
  }

  /** `-vv`, `-Tv`, `-ra.pcap`, `-r a.pcap`. */
  private short(word: string): void {
    for (let i = 1; i < word.length; i++) {
      const letter = word[i]!;
      const option = OPTIONS.get(`-${letter}`);
      if (option === undefined) {
        this.problem ??= `invalid option -- '${letter}'`;
        return;
      }
      if (option.value === 'none') {
        this.count(option);
        continue;
      }
      const joined = i + 1 < word.length ? word.slice(i + 1) : this.words[this.at++];
      this.take(option, joined, `option requires an argument -- '${letter}'`);
      return;
    }
  }

  private count({ name }: OptionDefinition): void {
    this.flags.set(name, (this.flags.get(name) ?? 0) + 1);
  }

  private take({ name }: OptionDefinition, value: string | undefined, problem: string): void {
    if (value === undefined) {
      this.problem ??= problem;
      return;
    }
    const hasRules = [...RULE_FILES.keys()].some((one) => this.values.has(one));
    if (hasRules) this.furtherRules ??= RULE_FILES.get(name);
    this.values.set(name, [...(this.values.get(name) ?? []), value]);
  }
}
