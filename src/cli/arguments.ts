// Command line in Suricata's form: long and short options, values joined or apart.

/** Options with a value, by every spelling. */
const VALUED: Readonly<Record<string, string>> = {
  '-c': 'config',
  '--config': 'config',
  '-r': 'read',
  '-S': 'exclusiveRules',
  '-s': 'additionalRules',
  '-l': 'logDirectory',
  '-k': 'checksums',
  '-i': 'interface',
  '-q': 'queue',
  '-F': 'filterFile',
  '--set': 'set',
  '--include': 'include',
  '--runmode': 'runmode',
  '--pidfile': 'pidfile',
  '--user': 'user',
  '--group': 'group',
  '--data-dir': 'dataDirectory',
  '--simulate-packet-flow-memcap': 'simulateFlowMemcap',
  '--simulate-packet-tcp-ssn-memcap': 'simulateSessionMemcap',
  '--simulate-packet-tcp-reassembly-memcap': 'simulateReassemblyMemcap',
  '--simulate-packet-defrag-memcap': 'simulateDefragMemcap',
  '--simulate-applayer-error-at-offset-ts': 'simulateAppErrorToServer',
  '--simulate-applayer-error-at-offset-tc': 'simulateAppErrorToClient',
};

const FLAGS: Readonly<Record<string, string>> = {
  '-T': 'test',
  '-v': 'verbose',
  '-V': 'version',
  '-h': 'help',
  '--help': 'help',
  '-D': 'daemon',
  '--simulate-ips': 'simulateIps',
  '--init-errors-fatal': 'initErrorsFatal',
  '--disable-detection': 'disableDetection',
  '--build-info': 'buildInfo',
  '--dump-config': 'dumpConfig',
  '--engine-analysis': 'engineAnalysis',
  '--list-keywords': 'listKeywords',
  '--pcap-file-recursive': 'recursive',
};

export interface Arguments {
  /** Values by name, in the order given. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** How often each flag was given. */
  readonly flags: ReadonlyMap<string, number>;
  readonly rest: readonly string[];
  /** What could not be read, undefined when all is well. */
  readonly problem: string | undefined;
}

export function parseArguments(words: readonly string[]): Arguments {
  const values = new Map<string, string[]>();
  const flags = new Map<string, number>();
  const rest: string[] = [];
  let problem: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const { name, joined } = split(word);
    const valued = VALUED[name];
    if (valued !== undefined) {
      const value = joined ?? words[++i];
      if (value === undefined) problem ??= `option requires an argument -- '${name.replace(/^-+/, '')}'`;
      else values.set(valued, [...(values.get(valued) ?? []), value]);
    } else if (/^-v+$/.test(word)) flags.set('verbose', (flags.get('verbose') ?? 0) + word.length - 1);
    else if (FLAGS[name] !== undefined) flags.set(FLAGS[name], (flags.get(FLAGS[name]) ?? 0) + 1);
    else if (word.startsWith('-') && word !== '-') problem ??= `unrecognized option '${word}'`;
    else if (word !== '') rest.push(word);
  }
  return { values, flags, rest, problem };
}

/** `--set=a=b`, `-ra.pcap`, `-S file`. */
function split(word: string): { name: string; joined: string | undefined } {
  if (word.startsWith('--')) {
    const at = word.indexOf('=');
    return at < 0 ? { name: word, joined: undefined } : { name: word.slice(0, at), joined: word.slice(at + 1) };
  }
  const short = word.slice(0, 2);
  if (word.length > 2 && VALUED[short] !== undefined) return { name: short, joined: word.slice(2) };
  return { name: word, joined: undefined };
}
