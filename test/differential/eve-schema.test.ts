// Every EVE line of many kinds of traffic is what Suricata's schema allows, and has no key twice.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { EveReplays } from './eve-events.ts';
import type { ErrorObject } from 'ajv/dist/2020.js';

const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url));
const SCHEMA = join(SHARED, 'suricata-etc/schema.json');

const ARKIME = 'arkime/tests__pcap__';
const NDPI = 'ndpi/tests__cfgs__default__pcap__';
const TCPDUMP = 'tcpdump-tests/';
/** By what they hold. */
const CAPTURES: Readonly<Record<string, readonly string[]>> = {
  'plain TCP and UDP': [`${ARKIME}http-simple-get.pcap`, `${ARKIME}dns-udp.pcap`, `${ARKIME}irc.pcap`],
  'TCP out of order, half open, reset': [
    `${ARKIME}http-syn-ack.pcap`,
    `${ARKIME}no-syn-ack.pcap`,
    `${ARKIME}tcp-reassembly-synthetic.pcap`,
    `${ARKIME}wireshark-retrans.pcap`,
    `${TCPDUMP}tcp_rst_data.pcap`,
    `${TCPDUMP}mptcp-v1.pcap`,
  ],
  IPv6: [`${ARKIME}v6.pcap`, `${ARKIME}v6-http.pcap`, `${TCPDUMP}icmpv6.pcap`, `${TCPDUMP}ipv6-routing-header.pcap`],
  'IPv6 headers that are wrong': [`${TCPDUMP}ipv6-bad-version.pcap`, `${TCPDUMP}ipv6_frag6_negative_len.pcap`],
  VLAN: [`${ARKIME}twovlan.pcap`, `${ARKIME}dot1ad.pcap`, `${TCPDUMP}QinQpacket.pcap`],
  tunnels: [
    `${ARKIME}gre-erspan-vxlan.pcap`,
    `${ARKIME}gre-sample.pcap`,
    `${ARKIME}ipv6-in-ipv4.pcap`,
    `${ARKIME}tcpdump-geneve.pcap`,
    `${ARKIME}vxlan.pcap`,
    `${ARKIME}mpls-basic.pcap`,
    `${ARKIME}pppoe.pcap`,
    `${ARKIME}6-4-gre-ppp-udp-4-dns.pcap`,
    `${NDPI}6in6tunnel.pcap`,
    `${NDPI}4in6tunnel.pcap`,
  ],
  'SCTP, ESP, AH, IGMP, OSPF, ARP': [
    `${ARKIME}sctp-www.pcap`,
    `${ARKIME}ah-esp.pcap`,
    `${ARKIME}igmp.pcap`,
    `${ARKIME}ospf.pcap`,
    `${ARKIME}cloudshark-arp.pcap`,
  ],
  ICMP: [`${ARKIME}icmp-frame-relay.pcap`, `${TCPDUMP}mpls-traceroute.pcap`, `${ARKIME}stun.pcap`],
  fragments: [`${NDPI}dns_fragmented.pcap`, `${ARKIME}socks5-http-302-frag.pcap`],
  'packets that are wrong': [
    `${TCPDUMP}ipv4_invalid_hdr_length.pcap`,
    `${TCPDUMP}ipv4_invalid_total_length.pcap`,
    `${TCPDUMP}tcp_header_heapoverflow.pcap`,
    `${TCPDUMP}udp-length-heapoverflow.pcap`,
    `${TCPDUMP}gre-heapoverflow-1.pcap`,
    `${NDPI}badpackets.pcap`,
  ],
  'other link types': [`${TCPDUMP}chdlc-slarp.pcap`, `${NDPI}dlt_ppp.pcap`, `${ARKIME}nflog.pcap`],
};

/** The event and everything under a key of ours goes unseen by the schema. */
const OURS = ['tayra'];

/** The first key that stands twice in one object, or undefined. */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  let last = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':') last = token;
    else if (open.at(-1)!.has(last)) return last;
    else open.at(-1)!.add(last);
  }
  return undefined;
}

function describeError({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath === '' ? '/' : instancePath} ${message ?? ''} ${JSON.stringify(params)}`;
}

/** What is wrong with a line; at most as many texts as there are errors. */
class LineChecker {
  readonly types = new Set<string>();
  lines = 0;
  private readonly validate = new Ajv2020({
    strict: false,
    validateFormats: false,
    allErrors: true,
    logger: false,
  }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object);

  problems(line: string): string[] {
    const event = JSON.parse(line) as Record<string, unknown>;
    for (const key of OURS) Reflect.deleteProperty(event, key);
    const type = String(event['event_type']);
    this.types.add(type);
    this.lines++;
    const found = this.validate(event) ? [] : (this.validate.errors ?? []).map(describeError);
    const repeated = repeatedKey(line);
    if (repeated !== undefined) found.push(`key ${repeated} twice`);
    return found.map((problem) => `${type}: ${problem}`);
  }
}

describe('EVE lines against the schema', function () {
  this.timeout(0);
  let folder = '';
  before(function () {
    if (!existsSync(SCHEMA)) {
      console.log('      skipped: ../shared/suricata-etc is not there');
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'tayra-schema-'));
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('sees a key that stands twice', () => {
    assert.equal(repeatedKey('{"a":{"b":1},"b":["a",{"b":"\\"b"}]}'), undefined);
    assert.equal(repeatedKey('{"a":{"b":1,"c":2,"b":1}}'), '"b"');
  });

  for (const isInline of [false, true]) {
    it(isInline ? 'holds inline, with dropped and rejected packets' : 'holds for passive inspection', () => {
      const replays = new EveReplays(folder, { isInline });
      assert.deepEqual(replays.problems, []);
      const checker = new LineChecker();
      const problems = new Map<string, string>();
      for (const capture of Object.values(CAPTURES).flat())
        for (const line of replays.lines(join(SHARED, 'pcaps', capture)))
          for (const problem of checker.problems(line)) if (!problems.has(problem)) problems.set(problem, capture);
      assert.deepEqual([...problems], []);
      const expected = ['alert', 'anomaly', 'arp', 'flow', 'netflow', 'packet', 'stats', ...(isInline ? ['drop'] : [])];
      assert.deepEqual([...checker.types].sort(), expected.sort());
      assert(checker.lines > 1000, `${String(checker.lines)} lines`);
    });
  }
});
