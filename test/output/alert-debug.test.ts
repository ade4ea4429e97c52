// alert-debug.log: the records that Suricata 8.0.8 writes of the same packets.
import assert from 'node:assert/strict';
import { F, FlowFlag } from '../../src/framework/flows.ts';
import { AlertFlag } from '../../src/framework/packet.ts';
import alertDebug from '../../src/output/alert-debug.ts';
import { SigFlag } from '../../src/framework/signature.ts';
import {
  decodedPacket,
  fakeContext,
  flowOf,
  linesOf,
  outputNode,
  raise,
  signature,
  temporaryFolder,
} from './support.ts';

process.env['TZ'] = 'UTC';

const DNS = Buffer.from(
  '02000000000202000000000108004500003D00014000401' +
    '14E3CC000020AC63364359C750035002' +
    '90F161D0C010000010000000000000377777707657861' +
    '6D706C6503636F6D0000010001',
  'hex',
);
const CDP = Buffer.from('AQAMzMzMABkvp7KNAXqqqgMAAAwgAAK0lx0AAQAGUzI=', 'base64');
const HTTP = Buffer.from(
  '0200000000020200000000010800450000380001400040060000C000020AC6336414' +
    'C427 1F90 D6B30917 F97249D8 5018 1000 0000 0000'.replaceAll(' ', '') +
    Buffer.from('GET / HTTP/1.0\r\n').toString('hex'),
  'hex',
);

describe('alert-debug.log', () => {
  const folder = temporaryFolder();
  const node = (name: string) => outputNode(folder, `outputs:\n  - alert-debug:\n      filename: ${name}\n`);

  it('tells of a packet, its flow, its alerts and its bytes', () => {
    const context = fakeContext(folder);
    const lines = linesOf(alertDebug, node('a.log'), context, (output) => {
      const p = decodedPacket(DNS, { ts: 1767225600005000 });
      const f = flowOf(context.flows, p);
      context.flows.setWord(f, F.appProtocol, 1);
      const rule = signature({ msg: 'dns', category: 'Potentially Bad Traffic', priority: 1 });
      raise(p, rule, { flags: AlertFlag.stateMatch | AlertFlag.tx });
      raise(p, signature({ flags: SigFlag.noAlert }));
      output.packet!(p);
    });
    assert.deepEqual(lines, [
      '+================',
      'TIME:              01/01/2026-00:00:00.005000',
      'PCAP PKT NUM:      1',
      'PKT SRC:           wire/pcap',
      'SRC IP:            192.0.2.10',
      'DST IP:            198.51.100.53',
      'PROTO:             17',
      'SRC PORT:          40053',
      'DST PORT:          53',
      'FLOW:              to_server: TRUE, to_client: FALSE',
      'FLOW Start TS:     01/01/2026-00:00:00.005000',
      'FLOW PKTS TODST:   1',
      'FLOW PKTS TOSRC:   0',
      'FLOW Total Bytes:  75',
      'FLOW ACTION:       DROP: FALSE',
      'FLOW PAYLOAD: FALSE, APP_LAYER: FALSE',
      'FLOW APP_LAYER:    DETECTED: TRUE, PROTO http',
      'PACKET LEN:        75',
      'PACKET:',
      ' 0000  02 00 00 00 00 02 02 00  00 00 00 01 08 00 45 00   ........ ......E.',
      ' 0010  00 3D 00 01 40 00 40 11  4E 3C C0 00 02 0A C6 33   .=..@.@. N<.....3',
      ' 0020  64 35 9C 75 00 35 00 29  0F 16 1D 0C 01 00 00 01   d5.u.5.) ........',
      ' 0030  00 00 00 00 00 00 03 77  77 77 07 65 78 61 6D 70   .......w ww.examp',
      ' 0040  6C 65 03 63 6F 6D 00 00  01 00 01                  le.com.. ...',
      'ALERT CNT:           1',
      'ALERT MSG [00]:      dns',
      'ALERT GID [00]:      1',
      'ALERT SID [00]:      2',
      'ALERT REV [00]:      0',
      'ALERT CLASS [00]:    Potentially Bad Traffic',
      'ALERT PRIO [00]:     1',
      'ALERT FOUND IN [00]: STATE',
      'ALERT IN TX [00]:    0',
      'PAYLOAD LEN:         33',
      'PAYLOAD:',
      ' 0000  1D 0C 01 00 00 01 00 00  00 00 00 00 03 77 77 77   ........ .....www',
      ' 0010  07 65 78 61 6D 70 6C 65  03 63 6F 6D 00 00 01 00   .example .com....',
      ' 0020  01                                                 .',
    ]);
  });

  it('shows what rules noted of the flow and the packet, and what of the stream was looked at', () => {
    const data = Buffer.from('GET / HTTP/1.0\r\nHost: a\r\n\r\n');
    const pieces = {
      open: () => 2,
      data,
      starts: Int32Array.of(0, 16),
      lengths: Int32Array.of(16, 11),
      missing: Int32Array.of(0, 0),
    };
    const context = fakeContext(folder, {
      packetVars: [{ name: 'path', value: Buffer.from('/1') }],
      payloads: { data, offset: 0, open: () => data.length, want: () => undefined, pieces },
      isInline: true,
    });
    const lines = linesOf(alertDebug, node('b.log'), context, (output) => {
      const p = decodedPacket(HTTP);
      const f = flowOf(context.flows, p);
      context.flows.setFlag(f, FlowFlag.noPayloadInspection | FlowFlag.actionDrop);
      const extra = context.flows.extraOf(f);
      extra.flowvars = new Map([['path', Buffer.from('/1\n')]]);
      extra.flowints = new Map([[3, 7]]);
      extra.flowbits = new Set([5]);
      raise(p, signature(), { flags: AlertFlag.streamMatch });
      output.packet!(p);
    });
    const from = lines.indexOf('FLOW ACTION:       DROP: TRUE');
    assert.deepEqual(lines.slice(from, from + 9), [
      'FLOW ACTION:       DROP: TRUE',
      'FLOW PAYLOAD: TRUE, APP_LAYER: FALSE',
      'FLOW APP_LAYER:    DETECTED: FALSE, PROTO unknown',
      'FLOWVAR:           "path" => "/1\\x0A"',
      'FLOWINT:           "int3" => 7',
      'FLOWBIT:           bit5',
      'PKTVAR:            path',
      ' 0000  2F 31                                              /1',
      'PACKET LEN:        70',
    ]);
    assert.deepEqual(lines.slice(lines.indexOf('ALERT FOUND IN [00]: STREAM')), [
      'ALERT FOUND IN [00]: STREAM',
      'ALERT IN TX [00]:    N/A',
      'PAYLOAD LEN:         16',
      'PAYLOAD:',
      ' 0000  47 45 54 20 2F 20 48 54  54 50 2F 31 2E 30 0D 0A   GET / HT TP/1.0..',
      'STREAM DATA LEN:     16',
      'STREAM DATA:',
      ' 0000  47 45 54 20 2F 20 48 54  54 50 2F 31 2E 30 0D 0A   GET / HT TP/1.0..',
      'STREAM DATA LEN:     11',
      'STREAM DATA:',
      ' 0000  48 6F 73 74 3A 20 61 0D  0A 0D 0A                  Host: a. ...',
    ]);
    assert.ok(lines.includes('TCP SEQ:           3602057495'));
  });

  it('tells of a packet without addresses in short', () => {
    const lines = linesOf(alertDebug, node('c.log'), fakeContext(folder), (output) => {
      const p = decodedPacket(CDP, { ts: 1285988439208974, number: 2 });
      raise(p, signature({ sid: 9, msg: 'decode' }));
      output.packet!(p);
    });
    assert.deepEqual(lines, [
      '+================',
      'TIME:              10/02/2010-03:00:39.208974',
      'PCAP PKT NUM:      2',
      'PKT SRC:           wire/pcap',
      'ALERT CNT:         1',
      'ALERT MSG [00]:    decode',
      'ALERT GID [00]:    1',
      'ALERT SID [00]:    9',
      'ALERT REV [00]:    0',
      'ALERT CLASS [00]:  (null)',
      'ALERT PRIO [00]:   3',
      'PACKET LEN:        32',
      'PACKET:',
      ' 0000  01 00 0C CC CC CC 00 19  2F A7 B2 8D 01 7A AA AA   ........ /....z..',
      ' 0010  03 00 00 0C 20 00 02 B4  97 1D 00 01 00 06 53 32   .... ... ......S2',
    ]);
  });

  it('says nothing of packets whose alerts are silent', () => {
    const lines = linesOf(alertDebug, node('d.log'), fakeContext(folder), (output) => {
      const p = decodedPacket(DNS);
      raise(p, signature(), { flags: AlertFlag.suppressed });
      output.packet!(p);
    });
    assert.deepEqual(lines, []);
  });
});
