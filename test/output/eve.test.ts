// EVE records, field by field, as Suricata writes them for the same packets; all valid by its schema.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { defineCounter } from '../../src/base/counters.ts';
import type { AppFlow } from '../../src/framework/app-flow.ts';
import { defineAnomalies } from '../../src/framework/anomaly.ts';
import { F, FlowFlag } from '../../src/framework/flows.ts';
import { Action, AlertFlag, PacketFlag, dropReason } from '../../src/framework/packet.ts';
import eve from '../../src/output/eve/index.ts';
import {
  NO_PIECES,
  decodedPacket,
  fakeContext,
  flowOf,
  linesOf,
  outputNode,
  raise,
  signature,
  temporaryFolder,
} from './support.ts';
import type { Output, OutputContext } from '../../src/framework/output.ts';

process.env['TZ'] = 'UTC';
const SCHEMA = new URL('../../../shared/suricata-etc/schema.json', import.meta.url);

const SYN = Buffer.from(
  'ABNyxPHhAB9b/1HLCABFAABAVS9AAEAGlpoKtJyNCrSc+fAKAFDIktk/AAAAALAC//9jpwAAAgQFtAEDAwQBAQgKqu1HTQAAAAAEAgAA',
  'base64',
);
const MLD = Buffer.from(
  'MzMAAAABsKhuDNToht1gAAAAACQAAf6AAAAAAAAAsqhu//4M1Oj/AgAAAAAAAAAAAAAAAAABOgAFAgAAAQCCAGI6JxAAAAAAAAAAAAAAAAAAAAAAAAACPAAA',
  'base64',
);
const CDP = Buffer.from('AQAMzMzMABkvp7KNAXqqqgMAAAwgAAK0lx0AAQAGUzI=', 'base64');
const ARP = Buffer.from(
  'ffffffffffff0800278bd99f0806000108000604000108002 78bd99fc0a80101000000000000c0a80102'.replace(/ /g, ''),
  'hex',
);

/** `stream_midstream` is the fourth target, `drop_flow` the sixth policy. */
const MIDSTREAM_DROPPED = 6 << 12;

type Json = Record<string, unknown>;

const HEAD = 'outputs:\n  - eve-log:\n      filename: eve.json\n';

describe('EVE', () => {
  const folder = temporaryFolder();
  let file = 0;
  const validate = existsSync(SCHEMA) ? schemaCheck() : undefined;

  function run(
    settings: string,
    types: string,
    act: (output: Output, context: OutputContext) => void,
    changes = {},
  ): string[] {
    const node = outputNode(
      folder,
      `${HEAD.replace('eve.json', `eve${String(++file)}.json`)}${settings}      types:\n${types}`,
    );
    const context = fakeContext(folder, changes);
    const lines = linesOf(eve, node, context, (output) => {
      act(output, context);
    });
    for (const line of lines) validate?.(line);
    return lines;
  }

  const ALL = '      community-id: yes\n      ethernet: yes\n      pcap-file: yes\n      suricata-version: yes\n';
  const ALERT_ALL =
    '        - alert:\n            payload: yes\n            payload-printable: yes\n            payload-length: yes\n            packet: yes\n' +
    '            verdict: yes\n            metadata:\n              rule:\n                raw: yes\n                reference: yes\n                metadata: yes\n';

  it('an alert is, character by character, what Suricata writes', () => {
    const [line] = run(ALL, ALERT_ALL, (output, context) => {
      const p = decodedPacket(SYN);
      flowOf(context.flows, p);
      raise(p, signature());
      output.packet!(p);
    });
    const expected =
      '{"timestamp":"2013-11-25T14:55:58.382163+0000","flow_id":1922853357371434,"pcap_cnt":1,"event_type":"alert","src_ip":"10.180.156.141","src_port":61450,"dest_ip":"10.180.156.249","dest_port":80,"proto":"TCP","ip_v":4,"pkt_src":"wire/pcap","suricata_version":"9.0.0","ether":{"ether_type":2048,"src_mac":"00:1f:5b:ff:51:cb","dest_mac":"00:13:72:c4:f1:e1"},"community_id":"1:5FhVg97ow4NPd5Q5nqaxA/Bx83A=","alert":{"action":"allowed","gid":1,"signature_id":2,"rev":0,"signature":"any","category":"","severity":3,"rule":"alert ip any any -> any any (msg:\\"any\\"; sid:2;)"},"direction":"to_server","flow":{"pkts_toserver":1,"pkts_toclient":0,"bytes_toserver":78,"bytes_toclient":0,"start":"2013-11-25T14:55:58.382163+0000","src_ip":"10.180.156.141","dest_ip":"10.180.156.249","src_port":61450,"dest_port":80},"payload_length":0,"stream":0,"packet":"' +
      SYN.toString('base64') +
      '","packet_info":{"linktype":1,"linktype_name":"EN10MB"},"verdict":{"action":"alert"},"pcap_filename":"/captures/a.pcap"}';
    assert.equal(line, expected);
  });

  it('an alert carries target, references, metadata, ICMP type and payload', () => {
    const [line] = run(ALL, ALERT_ALL, (output, context) => {
      const p = decodedPacket(MLD);
      p.payloadOffset = p.l4Offset + 4;
      p.payloadLength = 16;
      const f = flowOf(context.flows, p);
      context.flows.setWord(f, F.ports, (130 << 16) | 131);
      context.flows.extraOf(f).flowbits = new Set([7]);
      const references = [{ type: 'url', id: 'example.com', url: 'https://example.com' }];
      const metadata = [
        ['policy', 'a'],
        ['policy', 'b'],
        ['created_at', '2020_01_01'],
      ] as const;
      raise(p, signature({ msg: 'tcp "q" é', references, metadata, target: 'src_ip' }));
      output.packet!(p);
    });
    const event = JSON.parse(line!) as Json;
    assert.equal(event['community_id'], '1:710aEsmqw+Jt3LC5ErEBt+wre4c=');
    assert.deepEqual([event['proto'], event['icmp_type'], event['icmp_code'], event['ip_v']], ['IPv6-ICMP', 130, 0, 6]);
    assert.deepEqual([event['payload'], event['payload_printable']], ['JxAAAAAAAAAAAAAAAAAAAA==', "'..............."]);
    assert.deepEqual(event['metadata'], { flowbits: ['bit7'] });
    const alert = event['alert'] as Json;
    assert.equal(alert['signature'], 'tcp "q" é');
    assert.deepEqual(alert['metadata'], { created_at: ['2020_01_01'], policy: ['b', 'a'] });
    assert.deepEqual(alert['references'], ['https://example.com']);
    assert.deepEqual(alert['target'], { ip: 'fe80:0000:0000:0000:b2a8:6eff:fe0c:d4e8' });
  });

  it('a decoder alert has no addresses', () => {
    const [line] = run('', '        - alert\n', (output) => {
      const p = decodedPacket(CDP);
      raise(p, signature());
      output.packet!(p);
    });
    assert.deepEqual(Object.keys(JSON.parse(line!) as Json), [
      'timestamp',
      'pcap_cnt',
      'event_type',
      'pkt_src',
      'alert',
    ]);
  });

  it('suppressed and noalert signatures are silent; stream payloads come from the stream', () => {
    const data = Buffer.from('..GET /..');
    const payloads = { data, offset: 2, open: () => 5, want: () => undefined, pieces: NO_PIECES };
    const lines = run(
      '',
      '        - alert:\n            payload: yes\n',
      (output) => {
        const p = decodedPacket(SYN);
        raise(p, signature(), { flags: AlertFlag.suppressed });
        raise(p, signature(), { flags: AlertFlag.streamMatch });
        output.packet!(p);
      },
      { payloads },
    );
    assert.equal(lines.length, 1);
    const event = JSON.parse(lines[0]!) as Json;
    assert.deepEqual([event['payload'], event['stream']], [Buffer.from('GET /').toString('base64'), 1]);
  });

  it('a rejected packet in inline mode: blocked alert, drop record, verdict', () => {
    const [alert, drop] = run(
      '',
      '        - alert:\n            verdict: yes\n        - drop:\n            flows: all\n            alerts: yes\n            verdict: yes\n',
      (output) => {
        const p = decodedPacket(SYN);
        p.action = Action.reject | Action.drop;
        p.dropReason = dropReason('rules');
        raise(p, signature({ sid: 10, msg: 'rej', action: Action.reject }));
        output.packet!(p);
      },
      { isInline: true },
    ).map((line) => JSON.parse(line) as Json);
    assert.equal((alert!['alert'] as Json)['action'], 'blocked');
    const verdict = { action: 'drop', reject_target: 'to_client', reject: ['tcp-reset'] };
    assert.deepEqual(alert!['verdict'], verdict);
    assert.deepEqual(drop!['verdict'], verdict);
    assert.deepEqual(drop!['drop'], {
      len: 64,
      tos: 0,
      ttl: 64,
      ipid: 21807,
      tcpseq: 3365067071,
      tcpack: 0,
      tcpwin: 65535,
      syn: true,
      ack: false,
      psh: false,
      rst: false,
      urg: false,
      fin: false,
      tcpres: 0,
      tcpurgp: 0,
      reason: 'rules',
    });
    assert.deepEqual(drop!['alert'], {
      action: 'blocked',
      gid: 1,
      signature_id: 10,
      rev: 0,
      signature: 'rej',
      category: '',
      severity: 3,
    });
  });

  it('drops: one for each direction of a flow with flows: start; none outside inline mode', () => {
    const act = (output: Output, context: OutputContext): void => {
      const p = decodedPacket(SYN);
      flowOf(context.flows, p);
      p.dropReason = dropReason('flow drop');
      output.packet!(p);
      output.packet!(p);
    };
    assert.equal(run('', '        - drop\n', act, { isInline: true }).length, 1);
    assert.equal(run('', '        - drop:\n            flows: all\n', act, { isInline: true }).length, 2);
    assert.equal(run('', '        - drop\n', act).length, 0);
  });

  it('anomalies by kind, with the first bytes of the packet', () => {
    const decode = defineAnomalies('decode', 'ethernet', ['unknown_ethertype']);
    const stream = defineAnomalies('stream', '', ['fin_but_no_session']);
    const types =
      '        - anomaly:\n            packethdr: yes\n            types:\n              decode: yes\n              stream: yes\n';
    const events = run('', types, (output) => {
      const p = decodedPacket(SYN);
      p.addAnomaly(decode.unknown_ethertype);
      p.addAnomaly(stream.fin_but_no_session);
      output.packet!(p);
    }).map((line) => JSON.parse(line) as Json);
    assert.deepEqual(
      events.map((e) => e['anomaly']),
      [
        { type: 'decode', event: 'decoder.ethernet.unknown_ethertype' },
        { type: 'stream', event: 'stream.fin_but_no_session' },
      ],
    );
    assert.equal(events[0]!['packet'], SYN.subarray(0, 32).toString('base64'));
  });

  it('a flow is, character by character, what Suricata writes', () => {
    const [line] = run(ALL, '        - flow\n', (output, { flows }) => {
      const f = endedFlow(flows);
      output.flow!(f);
    });
    assert.equal(
      line,
      '{"timestamp":"2013-11-25T14:55:58.382163+0000","flow_id":1922853357371434,"event_type":"flow","src_ip":"10.180.156.141","src_port":61450,"dest_ip":"10.180.156.249","dest_port":80,"ip_v":4,"proto":"TCP","app_proto":"http","flow":{"pkts_toserver":8,"pkts_toclient":8,"bytes_toserver":692,"bytes_toclient":5773,"start":"2013-11-25T14:55:58.382163+0000","end":"2013-11-25T14:55:58.387631+0000","age":0,"state":"closed","reason":"shutdown","alerted":true},"suricata_version":"9.0.0","metadata":{"flowbits":["bit1"]},"ether":{"dest_macs":["00:13:72:c4:f1:e1"],"src_macs":["00:1f:5b:ff:51:cb"]},"community_id":"1:5FhVg97ow4NPd5Q5nqaxA/Bx83A=","tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b","syn":true,"fin":true,"psh":true,"ack":true,"state":"closed","ts_max_regions":1,"tc_max_regions":1},"pcap_filename":"/captures/a.pcap"}',
    );
  });

  it('flow and netflow end with the number of transactions, where there were any', () => {
    const counts = (transactionCount: number): unknown[] => {
      const appOf = (): AppFlow => ({ parser: { transactionCount } }) as unknown as AppFlow;
      const types = '        - flow\n        - netflow\n';
      const lines = run(
        '',
        types,
        (output, { flows }) => {
          const f = endedFlow(flows);
          flows.setWord(f, F.exceptions, MIDSTREAM_DROPPED);
          output.flow!(f);
        },
        { appOf },
      );
      return lines.map((line) => {
        const event = JSON.parse(line) as Record<string, Json>;
        const key = 'flow' in event ? 'flow' : 'netflow';
        return [key, Object.keys(event[key]!).at(-1), event[key]!['tx_cnt']];
      });
    };
    const last = (name: string, count: number): unknown[] => [name, 'tx_cnt', count];
    assert.deepEqual(counts(12), [last('flow', 12), last('netflow', 12), last('netflow', 12)]);
    assert.deepEqual(counts(0), [
      ['flow', 'exception_policy', undefined],
      ['netflow', 'max_ttl', undefined],
      ['netflow', 'max_ttl', undefined],
    ]);
  });

  it('netflow: a record for each direction', () => {
    const [toServer, toClient] = run(ALL, '        - netflow\n', (output, { flows }) => {
      output.flow!(endedFlow(flows));
    }).map((line) => JSON.parse(line) as Json);
    assert.deepEqual(toServer!['netflow'], {
      pkts: 8,
      bytes: 692,
      start: '2013-11-25T14:55:58.382163+0000',
      end: '2013-11-25T14:55:58.387631+0000',
      age: 0,
      min_ttl: 64,
      max_ttl: 65,
    });
    assert.deepEqual(
      [toClient!['src_ip'], toClient!['src_port'], toClient!['dest_port']],
      ['10.180.156.249', 80, 61450],
    );
    assert.deepEqual(toClient!['ether'], { dest_macs: ['00:1f:5b:ff:51:cb'], src_macs: ['00:13:72:c4:f1:e1'] });
  });

  it('netflow: each record has the protocol of its side, the flow only where that is not known', () => {
    const protocols = (final: number, toServer: number, toClient: number): unknown[] =>
      run('', '        - netflow\n', (output, { flows }) => {
        const f = endedFlow(flows);
        flows.setWord(f, F.appProtocol, final);
        flows.setWord(f, F.appProtocolToServer, toServer);
        flows.setWord(f, F.appProtocolToClient, toClient);
        flows.setWord(f, F.appProtocolOriginal, final === 0 ? 0 : 3);
        output.flow!(f);
      }).map((line) => {
        const event = JSON.parse(line) as Json;
        return [event['app_proto'], event['app_proto_ts'] ?? event['app_proto_tc'] ?? event['app_proto_orig']];
      });
    assert.deepEqual(protocols(1, 1, 2), [
      ['http', undefined],
      ['failed', undefined],
    ]);
    assert.deepEqual(protocols(1, 1, 0), [
      ['http', undefined],
      ['http', undefined],
    ]);
    assert.deepEqual(protocols(0, 0, 0), [
      ['unknown', undefined],
      ['unknown', undefined],
    ]);
  });

  it('an ICMP flow has request and response; its netflow records have one each', () => {
    const types = '        - flow\n        - netflow\n';
    const events = run('', types, (output, { flows }) => {
      const f = endedFlow(flows);
      flows.setWord(f, F.protoVersion, 1 | (4 << 8));
      flows.setWord(f, F.ports, (8 << 16) | 0);
      flows.setWord(f, F.icmpCodes, 1 | (2 << 8));
      output.flow!(f);
    }).map((line) => JSON.parse(line) as Json);
    const icmp = events.map((e) =>
      ['icmp_type', 'icmp_code', 'response_icmp_type', 'response_icmp_code'].map((key) => e[key]),
    );
    assert.deepEqual(icmp, [
      [8, 1, 0, 2],
      [8, 1, undefined, undefined],
      [0, 2, undefined, undefined],
    ]);
  });

  it('our own fields of a flow only when asked for, under one key', function () {
    const node = outputNode(folder, `${HEAD}      types:\n        - flow:\n            tayra-fields: yes\n`);
    const context = fakeContext(folder);
    const [line] = linesOf(eve, node, context, (output) => {
      output.flow!(endedFlow(context.flows));
    });
    assert.deepEqual((JSON.parse(line!) as Json)['tayra'], {
      conn_state: 'SF',
      history: 'ShADadFf',
      missed_bytes: { toserver: 0, toclient: 0 },
      retransmits: { toserver: 0, toclient: 0 },
      rtt: 0.000462,
    });
  });

  it('a flow shows action, bypass, exception policies, VLANs, elephants', () => {
    const [line] = run('', '        - flow\n', (output, { flows }) => {
      const f = endedFlow(flows);
      flows.setFlag(f, FlowFlag.actionDrop | FlowFlag.elephantToServer);
      flows.setWord(f, F.state, 3);
      flows.setWord(f, F.seenVlan01, 201 | (200 << 16));
      flows.setWord(f, F.seenVlan2, 2 << 16);
      flows.setWord(f, F.exceptions, MIDSTREAM_DROPPED);
      output.flow!(f);
    });
    const event = JSON.parse(line!) as Json;
    const flow = event['flow'] as Json;
    assert.deepEqual(event['vlan'], [201, 200]);
    assert.deepEqual(
      [flow['action'], flow['bypass'], flow['state'], flow['elephant']],
      ['drop', 'local', 'bypassed', true],
    );
    assert.deepEqual(flow['exception_policy'], [{ target: 'stream_midstream', policy: 'drop_flow' }]);
  });

  it('stats nest by the dots of their names, with deltas', () => {
    const pkts = defineCounter('decoder.pkts');
    const tooSmall = defineCounter('decoder.event.ipv4.pkt_too_small');
    const context = fakeContext(folder);
    context.counters.set(pkts, 16);
    const node = outputNode(
      folder,
      `${HEAD.replace('eve.json', 'stats.json')}      types:\n        - stats:\n            deltas: yes\n`,
    );
    const [first, second] = linesOf(eve, node, context, (output) => {
      output.stats!();
      context.counters.set(tooSmall, 2);
      output.stats!();
    }).map(
      (line) => (JSON.parse(line) as { stats: { uptime: number; decoder: Json & { event: { ipv4: Json } } } }).stats,
    );
    assert.equal(first!.uptime, 90061);
    assert.deepEqual(
      [first!.decoder['pkts'], first!.decoder['pkts_delta'], second!.decoder['pkts_delta']],
      [16, 16, 0],
    );
    assert.deepEqual(second!.decoder.event.ipv4['pkt_too_small_delta'], 2);
  });

  it('arp, tagged packets, prefix', () => {
    const arp = run('', '        - arp:\n            enabled: yes\n', (output) => {
      assert.equal(output.wantsEveryPacket, true);
      output.packet!(decodedPacket(ARP));
    });
    assert.deepEqual((JSON.parse(arp[0]!) as Json)['arp'], {
      hw_type: 'ethernet',
      proto_type: 'ipv4',
      opcode: 'request',
      src_mac: '08:00:27:8b:d9:9f',
      src_ip: '192.168.1.1',
      dest_mac: '00:00:00:00:00:00',
      dest_ip: '192.168.1.2',
    });
    const node = outputNode(
      folder,
      `${HEAD.replace('eve.json', 'tag.json')}      prefix: "@cee: "\n      types:\n        - alert:\n            tagged-packets: yes\n`,
    );
    const [tagged] = linesOf(eve, node, fakeContext(folder), (output) => {
      const p = decodedPacket(SYN);
      p.flags |= PacketFlag.tagged;
      output.packet!(p);
    });
    assert.match(tagged!, /^@cee: \{"timestamp".*"event_type":"packet".*"packet":"ABNy/);
  });

  function endedFlow(flows: OutputContext['flows']): number {
    const f = flowOf(flows, decodedPacket(SYN));
    flows.setWord(f, F.tcp, 0);
    flows.setWord(f, F.packetsToServer, 8);
    flows.setWord(f, F.packetsToClient, 8);
    flows.setDouble(f, F.bytesToServer, 692);
    flows.setDouble(f, F.bytesToClient, 5773);
    flows.setDouble(f, F.lastTs, 1385391358387631);
    flows.setWord(f, F.ttl, 64 | (65 << 8) | (64 << 16) | (64 << 24));
    flows.setWord(f, F.state, 2);
    flows.setWord(f, F.endReason, 3);
    for (const field of [F.appProtocol, F.appProtocolToServer, F.appProtocolToClient]) flows.setWord(f, field, 1);
    flows.setFlag(f, FlowFlag.alerted);
    flows.extraOf(f).flowbits = new Set([1]);
    return f;
  }

  before(function () {
    if (validate === undefined)
      process.stderr.write('  ../shared is absent: records are not checked against the schema\n');
  });
});

function schemaCheck(): (line: string) => void {
  const ajv = new Ajv({ strict: false });
  const check = ajv.compile(JSON.parse(readFileSync(SCHEMA, 'utf8')) as object);
  return (line) => {
    assert.ok(check(JSON.parse(line)), `${JSON.stringify(check.errors)}\n${line}`);
  };
}
