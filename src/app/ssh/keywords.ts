// Keywords of SSH.

import { appBufferKeyword, toClient, toServer } from '../../framework/app-keyword.ts';
import { md5Content } from '../../framework/digest-content.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import { HASSH, hasshSetting } from './settings.ts';
import { SshState } from './transaction.ts';
import type { SshTransaction } from './transaction.ts';

const PAGE = 'rules/ssh-keywords.html';
const CLIENT = toServer('ssh', SshState.bannerDone);
const SERVER = toClient('ssh', SshState.bannerDone);

/** Keywords on fingerprints: a rule that has one makes the parser prepare them. */
function onFingerprints(keyword: KeywordDefinition): KeywordDefinition {
  return {
    ...keyword,
    compile(builder, option) {
      if (hasshSetting(builder.setup.setting('app-layer.protocols.ssh.hassh')) === 'no')
        throw new RuleError('hassh support is not enabled', 'set app-layer.protocols.ssh.hassh to yes or auto');
      builder.setup.demands.add(HASSH);
      keyword.compile(builder, option);
    },
  };
}

export const SSH_KEYWORDS: readonly KeywordDefinition[] = [
  appBufferKeyword(
    {
      name: 'ssh.proto',
      aliases: ['ssh_proto'],
      summary: 'Protocol version in the banner of a side.',
      page: `${PAGE}#ssh-proto`,
      examples: ['alert ssh any any -> any any (msg:"m"; ssh.proto; content:"1."; startswith; sid:1;)'],
    },
    {
      bufferName: 'ssh.proto',
      engines: [SERVER, CLIENT],
      bytes: (tx: SshTransaction, direction) => tx.side(direction).proto,
    },
  ),
  appBufferKeyword(
    {
      name: 'ssh.software',
      aliases: ['ssh_software'],
      summary: 'Software version in the banner of a side.',
      page: `${PAGE}#ssh-software`,
      examples: ['alert ssh any any -> any any (msg:"m"; ssh.software; content:"openssh"; nocase; sid:1;)'],
    },
    {
      bufferName: 'ssh_software',
      engines: [SERVER, CLIENT],
      bytes: (tx: SshTransaction, direction) => present(tx.side(direction).software),
    },
  ),
  fingerprint('ssh.hassh', 'MD5 of the algorithms that the client offers.', CLIENT, (tx) => tx.sides[0].hassh, 'hassh'),
  fingerprint(
    'ssh.hassh.server',
    'MD5 of the algorithms that the server offers.',
    SERVER,
    (tx) => tx.sides[1].hassh,
    'ssh.hassh.server',
  ),
  fingerprint(
    'ssh.hassh.string',
    'Algorithms that the client offers.',
    CLIENT,
    (tx) => tx.sides[0].hasshString,
    'hassh.string',
  ),
  fingerprint(
    'ssh.hassh.server.string',
    'Algorithms that the server offers.',
    SERVER,
    (tx) => tx.sides[1].hasshString,
    'ssh.hassh.server.string',
  ),
  obsolete('ssh.protoversion', 'ssh.proto'),
  obsolete('ssh.softwareversion', 'ssh.software'),
];

/** Refused, with the name of what took its place. */
function obsolete(name: string, successor: string): KeywordDefinition {
  return defineKeyword({
    name,
    argument: 'required',
    kind: 'match',
    summary: `Obsolete: use ${successor}.`,
    page: PAGE,
    examples: [],
    compile() {
      throw new RuleError(`${name} is obsolete, use now ${successor}`);
    },
  });
}

function fingerprint(
  name: string,
  summary: string,
  engine: typeof CLIENT,
  bytes: (tx: SshTransaction) => Uint8Array | null,
  anchor: string,
): KeywordDefinition {
  const isDigest = !name.endsWith('.string');
  const wanted = isDigest ? '2dd6531c7e89d3c925db9214711be76a' : 'hmac-md5';
  const examples = [`alert ssh any any -> any any (msg:"m"; ${name}; content:"${wanted}"; sid:1;)`];
  const described = { name, aliases: [name.replaceAll('.', '-')], summary, page: `${PAGE}#${anchor}`, examples };
  const buffer = { engines: [engine], isGrowing: true, ...(isDigest && { adapt: md5Content }), bytes };
  return onFingerprints(appBufferKeyword(described, buffer));
}

/** An empty version is none. */
function present(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null || bytes.length === 0 ? null : bytes;
}
