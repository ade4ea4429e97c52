// The options of Suricata's command line: one table for the parser and for the help text.

/** `required`: `-r FILE`, `--set=K=V`; `optional`: only joined, `--pcap=eth0`. */
export type OptionValue = 'none' | 'required' | 'optional';

export interface OptionDefinition {
  /** Key in `Arguments`. */
  readonly name: string;
  /** Spellings, `-x` or `--long`. */
  readonly spellings: readonly string[];
  readonly value: OptionValue;
  /** Placeholder of the value in the help text. */
  readonly placeholder?: string;
  /** Empty: not shown in the help text. */
  readonly summary: string;
}

function flag(name: string, spellings: string, summary: string): OptionDefinition {
  return { name, spellings: spellings.split(' '), value: 'none', summary };
}

function valued(name: string, spellings: string, placeholder: string, summary: string): OptionDefinition {
  return { name, spellings: spellings.split(' '), value: 'required', placeholder, summary };
}

function optional(name: string, spelling: string, placeholder: string, summary: string): OptionDefinition {
  return { name, spellings: [spelling], value: 'optional', placeholder, summary };
}

/** By heading of the help text. */
export const OPTION_GROUPS: readonly { readonly title: string; readonly options: readonly OptionDefinition[] }[] = [
  {
    title: 'General',
    options: [
      flag('verbose', '-v --verbose', 'say more; repeat for more still'),
      valued('config', '-c --config', 'FILE', 'configuration (suricata.yaml)'),
      valued('logDirectory', '-l', 'DIR', 'folder of logs'),
      valued('include', '--include', 'FILE', 'read another configuration file after the first'),
      valued('set', '--set', 'KEY=VALUE', 'set a configuration value'),
      valued('dataDirectory', '--data-dir', 'DIR', 'folder of state (default-data-dir)'),
      valued('pidfile', '--pidfile', 'FILE', 'write the process number to this file'),
      flag('test', '-T', 'test the configuration and the rules, then exit'),
      flag('initErrorsFatal', '--init-errors-fatal', 'exit with 1 when a rule does not load'),
      flag('daemon', '-D', 'go on in the background once packets may come'),
      valued('user', '--user', 'USER', 'give up privileges for those of this user'),
      valued('group', '--group', 'GROUP', '... and of this group'),
      valued(
        'runmode',
        '--runmode',
        'MODE',
        'single, workers or autofp: captures on one thread, or on threading.workers',
      ),
    ],
  },
  {
    title: 'Captures',
    options: [
      valued('read', '-r', 'FILE|DIR', 'read a capture file, or all of a folder'),
      flag('recursive', '--pcap-file-recursive', '... and of the folders in it'),
      flag('continuous', '--pcap-file-continuous', 'go on looking for new files in the folder'),
      flag('deleteWhenDone', '--pcap-file-delete', 'delete each capture file when it was read'),
      valued('readBuffer', '--pcap-file-buffer-size', 'BYTES', 'accepted; files are read in large pieces'),
      valued('filterFile', '-F', 'FILE', 'packet filter (pcap-filter syntax) in a file; or as last words'),
      valued('checksums', '-k', 'all|none|auto', 'checksum validation'),
      optional('unixSocket', '--unix-socket', 'FILE', 'read the captures that clients of this socket ask for'),
      flag('simulateIps', '--simulate-ips', 'treat the capture as inline traffic'),
    ],
  },
  {
    title: 'Live capture (Linux)',
    options: [
      valued('interface', '-i', 'DEVICE', 'capture from this interface; may be repeated'),
      optional(
        'afPacket',
        '--af-packet',
        'DEVICE',
        'the same; without a name from those of af-packet in the configuration',
      ),
      optional('pcap', '--pcap', 'DEVICE', 'the same, as pcap in the configuration says'),
      valued(
        'pcapBuffer',
        '--pcap-buffer-size',
        'BYTES',
        'accepted; buffer-size of the interface in the configuration counts',
      ),
      valued('listen', '--listen', 'URL', 'take in a mirror of a cloud: vxlan://ADDR:PORT or geneve://ADDR:PORT'),
    ],
  },
  {
    title: 'Inline (Linux)',
    options: [valued('queue', '-q --queue', 'ID[:ID]', 'decide on packets of these netfilter queues; may be repeated')],
  },
  {
    title: 'Not supported (each says what does instead)',
    options: [
      optional('afXdp', '--af-xdp', 'DEVICE', 'AF_XDP sockets'),
      optional('netmap', '--netmap', 'DEVICE', 'netmap'),
      flag('dpdk', '--dpdk', 'DPDK'),
      optional('pfring', '--pfring', 'DEVICE', 'PF_RING'),
      valued('pfringInterface', '--pfring-int', 'DEVICE', ''),
      valued('pfringCluster', '--pfring-cluster-id', 'ID', ''),
      valued('pfringClusterType', '--pfring-cluster-type', 'TYPE', ''),
      optional('nflog', '--nflog', 'GROUP', 'groups of the firewall log'),
      valued('ipfw', '-d', 'PORT', 'divert sockets of ipfw'),
      flag('napatech', '--napatech', 'Napatech cards'),
      valued('dag', '--dag', 'DEVICE', 'DAG cards'),
      valued('erf', '--erf-in', 'FILE', 'ERF files'),
      valued('captureplugin', '--capture-plugin', 'NAME', 'plug-ins of Suricata'),
      valued('capturePluginArguments', '--capture-plugin-args', 'TEXT', ''),
      flag('firewall', '--firewall', 'firewall mode'),
      valued('firewallRules', '--firewall-rules-exclusive', 'FILE', ''),
    ],
  },
  {
    title: 'Detection',
    options: [
      valued('exclusiveRules', '-S', 'FILE', 'load only these rules'),
      valued('additionalRules', '-s', 'FILE', 'load these rules too'),
      flag('disableDetection', '--disable-detection', 'no rules'),
      optional('strictRuleKeywords', '--strict-rule-keywords', 'all|LIST', 'unknown keyword arguments are errors'),
      flag('engineAnalysis', '--engine-analysis', 'report on the rules and exit'),
    ],
  },
  {
    title: 'Information',
    options: [
      flag('help', '-h --help', 'this text'),
      flag('version', '-V', 'version'),
      flag('buildInfo', '--build-info', 'how the program was built'),
      flag('dumpConfig', '--dump-config', 'the configuration in force'),
      flag('dumpFeatures', '--dump-features', 'features that rules may require'),
      optional('listKeywords', '--list-keywords', 'all|csv|KEYWORD', 'the rule keywords'),
      flag('listRunmodes', '--list-runmodes', 'the run modes'),
      flag('listProtocols', '--list-app-layer-protos', 'the application protocols'),
      flag('listHooks', '--list-app-layer-hooks', 'the hooks of rules in transactions'),
      flag('listFrames', '--list-app-layer-frames', 'the frames for the keyword "frame"'),
    ],
  },
  {
    title: 'Tests',
    options: [
      valued('simulateAppErrorToServer', '--simulate-applayer-error-at-offset-ts', 'OFFSET', 'fail a parser there'),
      valued('simulateAppErrorToClient', '--simulate-applayer-error-at-offset-tc', 'OFFSET', 'fail a parser there'),
      valued('simulateReassemblyMemcap', '--simulate-packet-tcp-reassembly-memcap', 'PACKET', 'memory is short there'),
      valued('simulateSessionMemcap', '--simulate-packet-tcp-ssn-memcap', 'PACKET', 'memory is short there'),
      valued('simulateFlowMemcap', '--simulate-packet-flow-memcap', 'PACKET', 'memory is short there'),
      valued('simulateDefragMemcap', '--simulate-packet-defrag-memcap', 'PACKET', 'memory is short there'),
      flag('simulateAlertQueueFailure', '--simulate-alert-queue-realloc-failure', 'the queue of alerts does not grow'),
      flag('noRandom', '--no-random', ''),
    ],
  },
];

/** Every spelling with its option. */
export const OPTIONS: ReadonlyMap<string, OptionDefinition> = new Map(
  OPTION_GROUPS.flatMap((group) => group.options).flatMap((option) =>
    option.spellings.map((spelling) => [spelling, option] as const),
  ),
);

const COLUMN = 34;

/** The options as lines of help. */
export function optionsText(): string {
  return OPTION_GROUPS.map(({ title, options }) => {
    const shown = options.filter((option) => option.summary !== '');
    return `${title}:\n${shown.map(lineOf).join('')}`;
  }).join('\n');
}

function lineOf({ spellings, value, placeholder = '', summary }: OptionDefinition): string {
  const suffix = value === 'none' ? '' : value === 'required' ? ` ${placeholder}` : `[=${placeholder}]`;
  const left = `  ${spellings.join(', ')}${suffix}`;
  return left.length < COLUMN ? `${left.padEnd(COLUMN)}${summary}\n` : `${left}\n${' '.repeat(COLUMN)}${summary}\n`;
}
