// EVE of small captures field by field against Suricata itself; runs where SURICATA, or the usual place, has one.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EveReplays, writeEveFiles } from './eve-events.ts';

const PEER = process.env['SURICATA'] ?? join(homedir(), '.cache/suricata-peer/suricata8');
const PCAPS = fileURLToPath(new URL('../../../shared/pcaps/', import.meta.url));
/** By capture, what differs, each with its cause. */
const KNOWN = fileURLToPath(new URL('eve-peer.known.json', import.meta.url));

const ARKIME = 'arkime/tests__pcap__';
const NDPI = 'ndpi/tests__cfgs__default__pcap__';
const TCPDUMP = 'tcpdump-tests/';
const CAPTURES = [
  `${ARKIME}http-simple-get.pcap`,
  `${ARKIME}dns-udp.pcap`,
  `${ARKIME}http-syn-ack.pcap`,
  `${ARKIME}no-syn-ack.pcap`,
  `${ARKIME}tcp-reassembly-synthetic.pcap`,
  `${ARKIME}wireshark-retrans.pcap`,
  `${TCPDUMP}tcp_rst_data.pcap`,
  `${ARKIME}v6-http.pcap`,
  `${TCPDUMP}icmpv6.pcap`,
  `${TCPDUMP}ipv6_frag6_negative_len.pcap`,
  `${ARKIME}twovlan.pcap`,
  `${TCPDUMP}QinQpacket.pcap`,
  `${ARKIME}gre-sample.pcap`,
  `${ARKIME}ipv6-in-ipv4.pcap`,
  `${ARKIME}vxlan.pcap`,
  `${ARKIME}pppoe.pcap`,
  `${ARKIME}sctp-www.pcap`,
  `${ARKIME}igmp.pcap`,
  `${ARKIME}cloudshark-arp.pcap`,
  `${TCPDUMP}mpls-traceroute.pcap`,
  `${NDPI}dns_fragmented.pcap`,
  `${TCPDUMP}ipv4_invalid_hdr_length.pcap`,
];
const TYPES = new Set(['flow', 'netflow', 'anomaly']);
/** Of one run, of the file's place, ours, of the application layer, or hanging on when the peer's flow manager woke. */
const LEFT_OUT =
  /(^|\.)(flow_id|parent_id|tayra|pcap_filename|suricata_version|app_proto(_\w+)?|tx_id|tx_cnt|reason)(\.|$)/;

/** `path=value` of every field, sorted. */
function fieldsOf(value: unknown, path: string, into: string[]): string[] {
  if (typeof value !== 'object' || value === null) {
    into.push(`${path}=${String(value)}`);
    return into;
  }
  for (const [key, inner] of Object.entries(value)) {
    const name = path === '' ? key : `${path}.${key}`;
    if (!LEFT_OUT.test(name)) fieldsOf(inner, name, into);
  }
  return into;
}

/** Events of the compared types as sorted texts, one field a line: the order of flows at the end of a run is free. */
function eventsOf(lines: readonly string[]): string[] {
  const events = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
  return events
    .filter((event) => TYPES.has(String(event['event_type'])))
    .map((event) => {
      // when a flow's record was written, or its last packet made: the peer's depends on its threads
      const isMade = event['event_type'] !== 'anomaly' || event['pkt_src'] === 'stream (flow timeout)';
      if (isMade) Reflect.deleteProperty(event, 'timestamp');
      return fieldsOf(event, '', []).sort().join('\n');
    })
    .sort();
}

/** Pairs what is left on either side with the most alike and names the fields that differ. */
function differences(ours: readonly string[], theirs: readonly string[]): string[] {
  const left = [...ours];
  const missing: string[][] = [];
  for (const event of theirs) {
    const at = left.indexOf(event);
    if (at >= 0) left.splice(at, 1);
    else missing.push(event.split('\n'));
  }
  const surplus = left.map((event) => event.split('\n'));
  const found = missing.map((wanted) => {
    const fields = new Set(wanted);
    const likeness = (other: readonly string[]): number => other.filter((field) => fields.has(field)).length;
    const best = surplus.toSorted((a, b) => likeness(b) - likeness(a))[0];
    const type = wanted.find((field) => field.startsWith('event_type='))!.slice(11);
    if (best?.includes(`event_type=${type}`) !== true) return `${type}: not there`;
    surplus.splice(surplus.indexOf(best), 1);
    const own = new Set(best);
    const lost = wanted.filter((field) => !own.has(field)).map((field) => `-${field}`);
    const gained = best.filter((field) => !fields.has(field)).map((field) => `+${field}`);
    return `${type}: ${[...lost, ...gained].join(' ')}`;
  });
  const rest = surplus.map((event) => `${event.find((field) => field.startsWith('event_type='))!.slice(11)}: too many`);
  return [...found, ...rest];
}

function peerLines(capture: string, folder: string): string[] {
  const { configuration, rules } = writeEveFiles(folder, { isInline: false });
  const eve = join(folder, 'eve.json');
  rmSync(eve, { force: true });
  // the peer may see less of the file system than we do, but it sees where it writes
  const copy = join(folder, 'capture');
  copyFileSync(capture, copy);
  const args = ['-c', configuration, '-S', rules, '-k', 'none', '--runmode', 'single', '-r', copy, '-l', folder];
  const { status, stderr } = spawnSync(PEER, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return readFileSync(eve, 'utf8').split('\n');
}

describe('EVE beside that of Suricata', function () {
  this.timeout(0);
  let folder = '';
  before(function () {
    if (!existsSync(PEER) || !existsSync(PCAPS)) {
      console.log('      skipped: there is no Suricata to compare with (SURICATA), or no ../shared/pcaps');
      this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), 'tayra-peer-'));
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('has the same fields with the same values, but for the differences that are known', () => {
    const replays = new EveReplays(folder, { isInline: false });
    const found: Record<string, string[]> = {};
    for (const capture of CAPTURES) {
      const path = join(PCAPS, capture);
      const differing = differences(eventsOf(replays.lines(path)), eventsOf(peerLines(path, folder)));
      if (differing.length > 0) found[capture] = [...new Set(differing)];
    }
    if (process.env['TAYRA_SHOW'] !== undefined) console.log(JSON.stringify(found, null, 1));
    const known = JSON.parse(readFileSync(KNOWN, 'utf8')) as Record<string, Record<string, string>>;
    assert.deepEqual(found, Object.fromEntries(Object.entries(known).map(([file, list]) => [file, Object.keys(list)])));
  });
});
