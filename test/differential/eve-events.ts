// EVE of a capture, from a configuration and rules that make it as rich as it can be.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openConfig } from '../../src/config/index.ts';
import { loadRules } from '../../src/engine/load-rules.ts';
import { replay } from '../../src/engine/replay.ts';
import type { ConfigNode } from '../../src/config/index.ts';
import type { LoadedRules } from '../../src/engine/load-rules.ts';

/** Every type that exists today, with everything it can say, in keys that Suricata 8 knows too. */
const EVE_CONFIGURATION = `%YAML 1.1
---
sensor-name: "sensor \\"1\\""
vars:
  address-groups:
    HOME_NET: "[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]"
    EXTERNAL_NET: "!$HOME_NET"
    HTTP_SERVERS: "$HOME_NET"
    SMTP_SERVERS: "$HOME_NET"
    SQL_SERVERS: "$HOME_NET"
    DNS_SERVERS: "$HOME_NET"
    TELNET_SERVERS: "$HOME_NET"
    AIM_SERVERS: "$EXTERNAL_NET"
    DC_SERVERS: "$HOME_NET"
    DNP3_SERVER: "$HOME_NET"
    DNP3_CLIENT: "$HOME_NET"
    MODBUS_CLIENT: "$HOME_NET"
    MODBUS_SERVER: "$HOME_NET"
    ENIP_CLIENT: "$HOME_NET"
    ENIP_SERVER: "$HOME_NET"
  port-groups:
    HTTP_PORTS: "80"
    VXLAN_PORTS: 4789
    GENEVE_PORTS: 6081
    TEREDO_PORTS: 3544
stats:
  enabled: yes
  decoder-events: yes
  stream-events: yes
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      community-id: yes
      pcap-file: true
      ethernet: yes
      suricata-version: yes
      types:
        - alert:
            payload: yes
            payload-buffer-size: 4kb
            payload-printable: yes
            payload-length: yes
            packet: yes
            metadata: { app-layer: true, flow: true, rule: { metadata: true, raw: true, reference: true } }
            tagged-packets: yes
            verdict: yes
        - anomaly:
            enabled: yes
            types: { decode: yes, stream: yes, applayer: no }
            packethdr: yes
        - drop: { alerts: yes, flows: all, verdict: yes }
        - flow
        - netflow
        - arp: { enabled: yes }
        - stats: { totals: yes, threads: no, deltas: no, null-values: yes }
decoder:
  vxlan: { enabled: true, ports: $VXLAN_PORTS }
  geneve: { enabled: true, ports: $GENEVE_PORTS }
  teredo: { enabled: true, ports: $TEREDO_PORTS }
`;

/** Rules that set what outputs print: payload of packets and streams, bits, tags, targets, references, no address at all. */
const RICH_RULES = `alert pkthdr any any -> any any (msg:"packet"; sid:1; rev:3; threshold:type limit, track by_rule, count 3, seconds 60;)
alert ip any any -> any any (msg:"quote \\" and backslash \\\\ é"; itype:<200; classtype:misc-activity; sid:2;)
alert tcp any any -> any any (msg:"stream"; content:"e"; flow:established; reference:cve,2020-1234; reference:url,example.com/a; metadata:signature_severity Major, tag "a b"; target:dest_ip; sid:3;)
alert udp any any -> any any (msg:"udp"; content:"|00|"; flowbits:set,seen; target:src_ip; tag:session,3,packets; priority:2; sid:4;)
alert tcp any any -> any any (msg:"pcre"; flow:established; content:"GET"; pcre:"/GET (?P<pkt_url>[^ ]+)/"; xbits:set,b,track ip_src,expire 10; sid:5;)
alert ipv6 any any -> any any (msg:"six"; sid:6;)
alert icmp any any -> any any (msg:"icmp"; sid:7;)
alert sctp any any -> any any (msg:"sctp"; sid:8;)
`;

const INLINE_RULES = `drop udp any any -> any any (msg:"drop"; dsize:>60; sid:20;)
reject tcp any any -> any any (msg:"reject"; flags:S; dsize:0; sid:21;)
`;

const SHIPPED = fileURLToPath(new URL('../../rules/', import.meta.url));

export interface EveFiles {
  readonly configuration: string;
  readonly rules: string;
}

/** Configuration and rules on disk; the shipped rules on events are among the latter. */
export function writeEveFiles(folder: string, options: { isInline: boolean }): EveFiles {
  const events = readdirSync(SHIPPED).filter((name) => /^(decoder|stream)-events\.rules$/.test(name));
  const rules = join(folder, 'test.rules');
  const texts = [
    RICH_RULES,
    options.isInline ? INLINE_RULES : '',
    ...events.map((name) => readFileSync(SHIPPED + name)),
  ];
  writeFileSync(rules, texts.join('\n'));
  const configuration = join(folder, 'test.yaml');
  writeFileSync(configuration, EVE_CONFIGURATION);
  return { configuration, rules };
}

/** Replays captures one by one with the same configuration and rules. */
export class EveReplays {
  private readonly config: ConfigNode;
  private readonly loaded: LoadedRules;
  private readonly folder: string;
  private readonly isInline: boolean;

  constructor(folder: string, options: { isInline: boolean }) {
    const { configuration, rules } = writeEveFiles(folder, options);
    this.folder = folder;
    this.isInline = options.isInline;
    this.config = openConfig({ file: configuration }).root;
    this.loaded = loadRules(this.config, [rules], options);
  }

  /** Problems of the rules: there should be none. */
  get problems(): readonly string[] {
    return this.loaded.diagnostics.map(({ message }) => message);
  }

  /** The lines, without their ends. */
  lines(capture: string): string[] {
    let text = '';
    replay({
      config: this.config,
      captures: [capture],
      rules: this.loaded,
      logDirectory: this.folder,
      isInline: this.isInline,
      checksums: 'none',
      takeRecords: (lines) => {
        text += lines;
      },
    });
    return text.trimEnd().split('\n');
  }
}
