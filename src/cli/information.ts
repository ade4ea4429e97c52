// The options that only tell something: version, build, keywords, run modes, what the application layer offers.
import type { ConfigNode } from '../config/index.ts';
import { frameNames, hookNames, protocolNames } from '../engine/protocol-lists.ts';
import { ruleFeatures } from '../engine/features.ts';
import { compatibleVersion, ownVersion } from '../engine/version.ts';
import { addon } from '../native/index.ts';
import { lastValue } from './arguments.ts';
import type { Arguments } from './arguments.ts';
import { suricataHelp } from './help.ts';
import { keywordList } from './keyword-list.ts';

/**
 * The text asked for, undefined when the run is not about telling.
 * @param config reads the node `app-layer.protocols`
 */
export function information(args: Arguments, config: () => ConfigNode | undefined): string | undefined {
  const { flags } = args;
  if (flags.has('help')) return suricataHelp();
  if (flags.has('version')) return versionLine();
  if (flags.has('buildInfo')) return buildInfo();
  const keyword = lastValue(args, 'listKeywords');
  if (keyword !== undefined) return keywordList(keyword);
  if (flags.has('listRunmodes')) return RUNMODES;
  if (flags.has('listProtocols')) return heading('Supported App Layer Protocols') + lines(protocolNames(config()));
  if (flags.has('listHooks')) return heading('Supported App Layer Hooks') + lines(hookNames(config()));
  if (flags.has('listFrames')) return heading('Supported App Layer Frames') + lines(frameNames(config()));
  if (flags.has('dumpFeatures'))
    return ruleFeatures()
      .map((name) => `provided feature name: ${name}\n`)
      .join('');
  return undefined;
}

function versionLine(): string {
  return `This is Suricata version ${compatibleVersion().join('.')} compatible Tayra ${ownVersion()}\n`;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

function heading(title: string): string {
  return `=========${title}=========\n`;
}

const RUNMODES = `------------------------------------- Runmodes ------------------------------------------
| RunMode Type      | Custom Mode       | Description
|----------------------------------------------------------------------------------------
| PCAP_FILE         | single            | Captures, read and inspected by one thread
|                   ---------------------------------------------------------------------
|                   | autofp            | Accepted for captures; runs as single
|----------------------------------------------------------------------------------------
| AF_PACKET_DEV     | single            | Interfaces, captured from and inspected by one thread
|                   ---------------------------------------------------------------------
|                   | workers           | Accepted; runs as single
|----------------------------------------------------------------------------------------
`;

/** Lines that suricata-update and others read: version, features, and the folders of an installation. */
function buildInfo(): string {
  const yes = (has: boolean): string => (has ? 'yes' : 'no');
  const hasPcre = addon?.pcre2Version !== undefined;
  const rows: readonly (readonly [string, string])[] = [
    ['Native add-on', yes(addon !== null)],
    ['Hyperscan support', addon?.hsVersion ?? 'no'],
    ['PCRE jit', yes(hasPcre)],
    ['AF_PACKET support', yes(addon?.afPacketOpen !== undefined)],
    ['NFQueue support', yes(addon?.socketOpen !== undefined)],
    ['Unix socket enabled', 'yes'],
    ['Detection enabled', 'yes'],
    ['hiredis support', 'yes'],
    ['liblz4 support', 'no'],
    ['GeoIP2 support', 'yes'],
    ['JA3 support', 'yes'],
    ['JA4 support', 'yes'],
  ];
  const folders: readonly (readonly [string, string])[] = [
    ['--prefix', '/usr'],
    ['--sysconfdir', '/etc'],
    ['--localstatedir', '/var'],
    ['--datarootdir', '/usr/share'],
  ];
  const table = (entries: typeof rows, colon: string): string =>
    entries.map(([name, value]) => `  ${`${name}${colon}`.padEnd(40)} ${value}\n`).join('');
  return (
    versionLine() +
    `Features:${hasPcre ? ' PCRE_JIT' : ''} HAVE_JA3 HAVE_JA4 MAGIC QA_SIMULATION UNIX_SOCKET TAYRA\n` +
    `Node.js ${process.versions.node}, ${process.platform} ${process.arch}\n\n` +
    `Tayra Configuration:\n${table(rows, ':')}\nGeneric build parameters:\n${table(folders, '')}`
  );
}
