// What is compared: one configuration file per scenario, which both programs read.

/** Application layers of Suricata 8; switched off where only the work both programs do is to be compared. */
const APP_LAYERS = [
  'bittorrent-dht dcerpc dhcp dnp3 doh2 enip ftp http http2 ike imap krb5 ldap mdns modbus mqtt nfs ntp pgsql pop3 quic',
  'rdp rfb sip smb smtp snmp ssh telnet tftp tls websocket',
]
  .join(' ')
  .split(' ');

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly hasRules: boolean;
  readonly configuration: string;
}

function outputs(types: readonly string[]): string {
  const list = types.map((type) => `        - ${type}`).join('\n');
  return `outputs:\n  - eve-log:\n      enabled: yes\n      filename: eve.json\n      types:\n${list}\n`;
}

/** Protocols both programs parse. */
const SHARED_LAYERS = new Set(['ftp', 'http', 'mdns', 'pop3', 'smtp', 'ssh', 'tls', 'websocket']);
/** What the stock configuration of Suricata logs, of the protocols both programs parse. */
const EVENT_TYPES = [
  'alert',
  'anomaly',
  'http:\n            extended: yes',
  'dns',
  'mdns',
  'tls:\n            extended: yes',
  'files',
  'smtp',
  'ftp',
  'pop3',
  'ssh',
  'flow',
  'stats',
];

function appLayersOff(): string {
  const dns = ['tcp', 'udp'].map((name) => `      ${name}:\n        enabled: no\n`).join('');
  return `${appLayersOnly(new Set())}    dns:\n${dns}`;
}

function appLayersOnly(kept: ReadonlySet<string>): string {
  const off = APP_LAYERS.filter((name) => !kept.has(name));
  return `app-layer:\n  protocols:\n${off.map((name) => `    ${name}:\n      enabled: no\n`).join('')}`;
}

function variables(): string {
  const groups =
    'HOME_NET: "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]" EXTERNAL_NET: "!$HOME_NET" HTTP_SERVERS: "$HOME_NET" ' +
    'SMTP_SERVERS: "$HOME_NET" SQL_SERVERS: "$HOME_NET" DNS_SERVERS: "$HOME_NET" TELNET_SERVERS: "$HOME_NET" ' +
    'AIM_SERVERS: "$EXTERNAL_NET" DC_SERVERS: "$HOME_NET" DNP3_SERVER: "$HOME_NET" DNP3_CLIENT: "$HOME_NET" ' +
    'MODBUS_CLIENT: "$HOME_NET" MODBUS_SERVER: "$HOME_NET" ENIP_CLIENT: "$HOME_NET" ENIP_SERVER: "$HOME_NET"';
  const ports =
    'HTTP_PORTS: "80" SHELLCODE_PORTS: "!80" ORACLE_PORTS: "1521" SSH_PORTS: "22" DNP3_PORTS: "20000" ' +
    'MODBUS_PORTS: "502" FILE_DATA_PORTS: "[$HTTP_PORTS,110,143]" FTP_PORTS: "21" GENEVE_PORTS: "6081" ' +
    'VXLAN_PORTS: "4789" TEREDO_PORTS: "3544" SIP_PORTS: "[5060,5061]"';
  const lines = (text: string): string => text.replace(/(\w+): ("[^"]*") ?/g, '    $1: $2\n');
  return `vars:\n  address-groups:\n${lines(groups)}  port-groups:\n${lines(ports)}`;
}

/** @param etc folder of classification.config and reference.config */
export function scenarios(etc: string): Scenario[] {
  const head = '%YAML 1.1\n---\n';
  const stats = 'stats:\n  enabled: yes\n  interval: 8\n';
  const files = `classification-file: ${etc}/classification.config\nreference-config-file: ${etc}/reference.config\n`;
  return [
    {
      name: 'flows',
      title: 'no rules, flow output, application layers off',
      hasRules: false,
      configuration: head + outputs(['flow']) + appLayersOff(),
    },
    {
      name: 'flows-app',
      title: 'no rules, flow output, application layers as each program has them',
      hasRules: false,
      configuration: head + outputs(['flow']),
    },
    {
      name: 'rules',
      title: 'loadable ET rules; alert, flow and stats output; application layers off',
      hasRules: true,
      configuration: head + stats + files + outputs(['alert', 'flow', 'stats']) + appLayersOff() + variables(),
    },
    {
      name: 'rules-app',
      title: 'ET rules, the stock event types, application layers as each program has them',
      hasRules: true,
      configuration: head + stats + files + outputs(EVENT_TYPES) + variables(),
    },
    {
      name: 'rules-same-app',
      title: 'ET rules, the stock event types, only the application layers both programs parse',
      hasRules: true,
      configuration: head + stats + files + outputs(EVENT_TYPES) + appLayersOnly(SHARED_LAYERS) + variables(),
    },
  ];
}
