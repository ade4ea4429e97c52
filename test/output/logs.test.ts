// fast.log, stats.log and pcap-log.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineCounter } from '../../src/base/counters.ts';
import { log } from '../../src/base/log.ts';
import type { LogRecord } from '../../src/base/log-format.ts';
import type { Output } from '../../src/framework/output.ts';
import { Action } from '../../src/framework/packet.ts';
import { shownCounters } from '../../src/output/event-counters.ts';
import fast from '../../src/output/fast.ts';
import pcapLog from '../../src/output/pcap-log.ts';
import stats from '../../src/output/stats.ts';
import {
  closedTcp,
  decodedPacket,
  fakeContext,
  flowOf,
  linesOf,
  outputNode,
  raise,
  signature,
  temporaryFolder,
} from './support.ts';
import { F, FlowFlag } from '../../src/framework/flows.ts';

process.env['TZ'] = 'UTC';

const SYN = Buffer.from(
  'ABNyxPHhAB9b/1HLCABFAABAVS9AAEAGlpoKtJyNCrSc+fAKAFDIktk/AAAAALAC//9jpwAAAgQFtAEDAwQBAQgKqu1HTQAAAAAEAgAA',
  'base64',
);
const MLD = Buffer.from(
  'MzMAAAABsKhuDNToht1gAAAAACQAAf6AAAAAAAAAsqhu//4M1Oj/AgAAAAAAAAAAAAAAAAABOgAFAgAAAQCCAGI6JxAAAAAAAAAAAAAAAAAAAAAAAAACPAAA',
  'base64',
);
const CDP = Buffer.from('AQAMzMzMABkvp7KNAXqqqgMAAAwgAAK0lx0AAQAGUzI=', 'base64');

describe('fast.log', () => {
  const folder = temporaryFolder();
  const node = (name: string) => outputNode(folder, `outputs:\n  - fast:\n      filename: ${name}\n`);

  it('writes the lines Suricata writes', () => {
    const lines = linesOf(fast, node('a.log'), fakeContext(folder), (output) => {
      const tcp = decodedPacket(SYN);
      raise(tcp, signature());
      raise(tcp, signature({ sid: 1, rev: 3, msg: 'tcp "q" é', category: 'Web Application Attack', priority: 1 }));
      raise(tcp, signature({ sid: 10, msg: 'rej', action: Action.reject }));
      output.packet!(tcp);
      const icmp = decodedPacket(MLD, { ts: 1358571263519360 });
      raise(icmp, signature());
      output.packet!(icmp);
      const raw = decodedPacket(CDP, { ts: 1285988439208974, number: 2 });
      raise(raw, signature({ sid: 9, msg: 'decode' }));
      output.packet!(raw);
    });
    assert.deepEqual(lines, [
      '11/25/2013-14:55:58.382163  [**] [1:2:0] any [**] [Classification: (null)] [Priority: 3] {TCP} 10.180.156.141:61450 -> 10.180.156.249:80',
      '11/25/2013-14:55:58.382163  [**] [1:1:3] tcp "q" é [**] [Classification: Web Application Attack] [Priority: 1] {TCP} 10.180.156.141:61450 -> 10.180.156.249:80',
      '11/25/2013-14:55:58.382163  [wDrop] [**] [1:10:0] rej [**] [Classification: (null)] [Priority: 3] {TCP} 10.180.156.141:61450 -> 10.180.156.249:80',
      '01/19/2013-04:54:23.519360  [**] [1:2:0] any [**] [Classification: (null)] [Priority: 3] {IPv6-ICMP} fe80:0000:0000:0000:b2a8:6eff:fe0c:d4e8:130 -> ff02:0000:0000:0000:0000:0000:0000:0001:0',
      '10/02/2010-03:00:39.208974  [**] [1:9:0] decode [**] [Classification: (null)] [Priority: 3] [**] [Raw pkt: 01 00 0C CC CC CC 00 19 2F A7 B2 8D 01 7A AA AA 03 00 00 0C 20 00 02 B4 97 1D 00 01 00 06 53 32 ] [pcap file packet: 2]',
    ]);
  });

  it('marks drops in inline mode', () => {
    const [line] = linesOf(fast, node('b.log'), fakeContext(folder, { isInline: true }), (output) => {
      const p = decodedPacket(SYN);
      raise(p, signature({ action: Action.drop }));
      output.packet!(p);
    });
    assert.match(line!, /163 {2}\[Drop\] \[\*\*\] \[1:2:0\]/);
  });
});

describe('stats.log', () => {
  const folder = temporaryFolder();

  it('is a table of the counters that are not zero', () => {
    const context = fakeContext(folder);
    context.counters.set(defineCounter('decoder.pkts'), 16);
    const node = outputNode(folder, 'outputs:\n  - stats:\n      filename: stats.log\n');
    const lines = linesOf(stats, node, context, (output) => {
      output.stats!();
    });
    assert.match(lines[1]!, /^Date: \d\d\/\d\d\/\d{4} -- \d\d:\d\d:\d\d \(uptime: 1d, 01h 01m 01s\)$/);
    assert.equal(
      lines[3],
      'Counter                                                      | TM Name                   | Value',
    );
    assert.equal(
      lines.at(-1),
      'decoder.pkts                                                 | Total                     | 16',
    );
  });
});

describe('counters of anomalies', () => {
  const folder = temporaryFolder();
  const shown = (settings: string): (string | undefined)[] => {
    const node = outputNode(folder, `${settings}outputs:\n  - stats:\n      filename: stats.log\n`);
    return ['decoder.event.tcp.hlen_too_small', 'stream.est_syn_resend', 'decoder.tcp', 'tcp.sessions'].map(
      shownCounters(node),
    );
  };

  it('are shown for decoding, and for streams when asked', () => {
    const [event, stream, ...others] = [
      'decoder.event.tcp.hlen_too_small',
      'stream.est_syn_resend',
      'decoder.tcp',
      'tcp.sessions',
    ];
    assert.deepEqual(shown(''), [event, undefined, ...others]);
    const settings = 'stats:\n  decoder-events: no\n  stream-events: yes\n';
    assert.deepEqual(shown(settings), [undefined, stream, ...others]);
  });

  it('have the prefix that is asked for', () => {
    const settings = 'stats:\n  decoder-events-prefix: "odd"\n';
    assert.deepEqual(shown(settings), ['odd.tcp.hlen_too_small', undefined, 'decoder.tcp', 'tcp.sessions']);
  });
});

describe('pcap-log', () => {
  const folder = temporaryFolder();
  const files = (prefix: string): string[] =>
    readdirSync(folder)
      .filter((name) => name.startsWith(prefix))
      .sort();
  const run = (settings: string, act: (write: (seconds: number, isAlerted: boolean) => void) => void): void => {
    const context = fakeContext(folder);
    const output = pcapLog.create(outputNode(folder, `outputs:\n  - pcap-log:\n${settings}`), context);
    act((seconds, isAlerted) => {
      const p = decodedPacket(SYN, { ts: seconds * 1e6 });
      const f = flowOf(context.flows, p);
      if (isAlerted) context.flows.setFlag(f, FlowFlag.alerted);
      output.packet!(p);
    });
    output.close();
  };

  it('keeps a ring of files by size', () => {
    run('      filename: ring.pcap\n      limit: 150b\n      max-files: 2\n', (write) => {
      for (const second of [1, 2, 3, 4]) write(second, false);
    });
    assert.equal(files('ring.pcap').length, 2);
    const bytes = readFileSync(join(folder, files('ring.pcap')[1]!));
    assert.equal(bytes.readUInt32LE(0), 0xa1b2c3d4);
    assert.equal(bytes.subarray(40).equals(SYN), true);
  });

  it('loses packets, and not the engine, while there can be no file', () => {
    const told: string[] = [];
    log.configure([{ level: 'warning', write: ({ message }: LogRecord) => told.push(message) }]);
    writeFileSync(join(folder, 'away'), ''); // where the folder should be
    const settings = '      filename: kept.pcap\n      dir: away\n';
    const node = outputNode(folder, `outputs:\n  - pcap-log:\n${settings}`);
    const output: Output = pcapLog.create(node, fakeContext(folder));
    for (const seconds of [1, 1.5, 3]) output.packet!(decodedPacket(SYN, { ts: seconds * 1e6 }));
    rmSync(join(folder, 'away'));
    for (const seconds of [3.5, 5, 6]) output.packet!(decodedPacket(SYN, { ts: seconds * 1e6 }));
    output.close();
    log.configure([]);
    assert.equal(output.lost, 4);
    assert.deepEqual(readdirSync(join(folder, 'away')), ['kept.pcap.5']);
    assert.equal(readFileSync(join(folder, 'away', 'kept.pcap.5')).length, 24 + 2 * (16 + SYN.length));
    assert.equal(told.length, 2);
    assert.match(told[0]!, /^pcap-log: .*; packets are lost until a file can be written again$/);
    assert.match(told[1]!, /^pcap-log: goes on in .*kept.pcap.5; up to 4 packets were lost$/);
  });

  it('outlives a disk that is full', () => {
    const context = fakeContext(folder);
    if (!existsSync('/dev/full')) return;
    symlinkSync('/dev/full', join(folder, 'full.pcap.1'));
    const output = pcapLog.create(outputNode(folder, 'outputs:\n  - pcap-log:\n      filename: full.pcap\n'), context);
    output.packet!(decodedPacket(SYN, { ts: 1e6 }));
    output.flush();
    output.close();
    assert.equal(output.lost, 1);
  });

  it('writes only flows with alerts when asked', () => {
    run('      filename: alerts.pcap\n      conditional: alerts\n', (write) => {
      write(1, false);
      write(2, true);
    });
    assert.deepEqual(files('alerts.pcap'), ['alerts.pcap.2']);
  });

  it('writes what its filter wants', () => {
    run('      filename: filtered.pcap\n      bpf-filter: tcp\n', (write) => {
      write(1, false);
    });
    run('      filename: none.pcap\n      bpf-filter: udp\n', (write) => {
      write(1, false);
    });
    const size = (name: string): number => readFileSync(join(folder, files(name)[0]!)).length;
    assert.deepEqual([size('filtered.pcap'), size('none.pcap')], [24 + 16 + SYN.length, 24]);
  });

  it('names its files as asked, in a folder of their own', () => {
    const once = (settings: string): void => {
      run(settings, (write) => {
        write(1.25, false);
      });
    };
    once('      filename: fine.pcap\n      ts-format: usec\n      dir: named\n');
    once('      filename: many-%n-%i-%t.pcap\n      mode: multi\n      dir: named\n');
    assert.deepEqual(readdirSync(join(folder, 'named')).sort(), [
      'fine.pcap.1.250000',
      `many-1-${String(process.pid)}-1.pcap`,
    ]);
  });

  it('compresses them', () => {
    run('      filename: small.pcap\n      compression: lz4\n      lz4-checksum: yes\n', (write) => {
      for (let i = 0; i < 100; i++) write(1, false);
    });
    assert.deepEqual(files('small.pcap'), ['small.pcap.1.lz4']);
    const bytes = readFileSync(join(folder, 'small.pcap.1.lz4'));
    assert.equal(bytes.readUInt32LE(0), 0x184d2204);
    assert.ok(bytes.length < 1000);
  });

  it('leaves out streams beyond their depth when asked', () => {
    const isDepthReached = (_t: number, direction: string): boolean => direction === 'toClient';
    for (const [setting, count] of [
      ['yes', 0],
      ['no', 1],
    ] as const) {
      const context = fakeContext(folder, { tcp: { ...closedTcp, isDepthReached } });
      const name = `depth-${setting}.pcap`;
      const settings = `      filename: ${name}\n      use-stream-depth: ${setting}\n`;
      const output = pcapLog.create(outputNode(folder, `outputs:\n  - pcap-log:\n${settings}`), context);
      const p = decodedPacket(SYN);
      context.flows.setWord(flowOf(context.flows, p), F.tcp, 0);
      output.packet!(p);
      output.close();
      assert.equal(files(name).length, count);
    }
  });

  it('refuses what it cannot do', () => {
    assert.throws(
      () => {
        run('      bpf-filter: port nowhere\n', () => undefined);
      },
      { code: 'bad_setting' },
    );
    assert.throws(
      () => {
        run('      compression: zip\n', () => undefined);
      },
      { code: 'unsupported' },
    );
    assert.throws(
      () => {
        run('      mode: multi\n', () => undefined);
      },
      { code: 'bad_setting' },
    );
    assert.throws(
      () => {
        run('      mode: sguil\n', () => undefined);
      },
      { code: 'unsupported' },
    );
  });
});
