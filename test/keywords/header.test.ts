// Header, flow and state keywords: what they accept, refuse and match.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteMap } from '../../src/detect/dataset/byte-map.ts';
import { Dataset } from '../../src/detect/dataset/dataset.ts';
import { Reputation } from '../../src/detect/reputation/reputation.ts';
import { BufferView } from '../../src/framework/buffer.ts';
import { Inspection } from '../../src/framework/chain.ts';
import { defineAnomalies } from '../../src/framework/anomaly.ts';
import { F, FlowFlag } from '../../src/framework/flows.ts';
import type { KeywordDefinition } from '../../src/framework/keyword.ts';
import { PacketFlag } from '../../src/framework/packet.ts';
import { SigFlag } from '../../src/framework/signature.ts';
import alertControl from '../../src/keywords/alert-control.ts';
import capturedVars from '../../src/keywords/captured-vars.ts';
import checksums from '../../src/keywords/checksum.ts';
import dataset from '../../src/keywords/dataset.ts';
import events from '../../src/keywords/events.ts';
import flow from '../../src/keywords/flow.ts';
import flowCounters from '../../src/keywords/flow-counters.ts';
import flowbits from '../../src/keywords/flowbits.ts';
import flowint from '../../src/keywords/flowint.ts';
import geoip from '../../src/keywords/geoip.ts';
import headerBuffers from '../../src/keywords/header-buffers.ts';
import icmp from '../../src/keywords/icmp.ts';
import ip from '../../src/keywords/ip.ts';
import iprep from '../../src/keywords/iprep.ts';
import meta from '../../src/keywords/meta.ts';
import requires from '../../src/keywords/requires.ts';
import sctp from '../../src/keywords/sctp.ts';
import tag from '../../src/keywords/tag.ts';
import { tagsOf } from '../../src/keywords/tag.ts';
import tcp from '../../src/keywords/tcp.ts';
import threshold from '../../src/keywords/threshold.ts';
import vlan from '../../src/keywords/vlan.ts';
import xbits from '../../src/keywords/xbits.ts';
import { TestSetup, compileOptions, context, packet, refusal } from './support.ts';

const ALL: KeywordDefinition[] = [
  alertControl,
  capturedVars,
  checksums,
  dataset,
  events,
  flow,
  flowCounters,
  flowbits,
  flowint,
  geoip,
  headerBuffers,
  icmp,
  ip,
  iprep,
  meta,
  requires,
  sctp,
  tag,
  tcp,
  threshold,
  vlan,
  xbits,
].flat();

function matches(options: string, change: Partial<ReturnType<typeof packet>>): boolean {
  return compileOptions(ALL, options).matchesPacket(Object.assign(packet(), change), context());
}

describe('meta keywords', () => {
  it('fill the signature', () => {
    const { builder, warnings } = compileOptions(
      ALL,
      'msg:"a \\"b\\""; reference:cve,2021-1; classtype:trojan-activity; metadata:k v w, x; target:src_ip; sid:7; rev:2;',
    );
    assert.equal(builder.meta.msg, 'a "b"');
    assert.deepEqual(builder.meta.references, [{ type: 'cve', id: '2021-1', url: 'https://cve.org/2021-1' }]);
    assert.deepEqual(builder.meta.metadata, [
      ['k', 'v w'],
      ['x', ''],
    ]);
    assert.equal(builder.meta.priority, 1);
    assert.equal(builder.meta.sid, 7);
    assert.deepEqual(warnings, []);
  });

  it('priority wins over the class wherever it stands', () => {
    assert.equal(compileOptions(ALL, 'priority:9; classtype:trojan-activity; sid:1;').builder.meta.priority, 9);
    assert.equal(compileOptions(ALL, 'classtype:trojan-activity; priority:9; sid:1;').builder.meta.priority, 9);
  });

  it('an unknown class is a warning and priority 3', () => {
    const c = compileOptions(ALL, 'classtype:nonsense; sid:1;');
    assert.equal(c.builder.meta.priority, 3);
    assert.equal(c.warnings.length, 1);
  });

  it('requires: met, unmet and misspelt', () => {
    compileOptions(ALL, 'requires:version >= 7.0.4 < 8 | >= 8.0.3; sid:1;');
    compileOptions(ALL, 'requires:feature geoip, keyword content; sid:1;');
    for (const text of ['version > 9', 'feature foo', 'keyword foo', 'foo bar'])
      assert.equal(refusal(ALL, `requires:${text}; sid:1;`).code, 'rule/requires-unmet', text);
    for (const text of ['version x', 'version >= 999', 'version >= 7, version < 10', 'version | >= 7'])
      assert.equal(refusal(ALL, `requires:${text}; sid:1;`).code, 'rule/bad-argument', text);
  });

  it('requires: parts of a version after the third, and empty requirements, mean nothing', () => {
    for (const text of [
      'version >= 9.0.0.7',
      'version >= 9 |',
      'version >= 9.0.0-beta1',
      'keyword content,',
      ', version < 10',
    ])
      compileOptions(ALL, `requires:${text}; sid:1;`);
    for (const text of ['version > 9.0.0.1', 'version >= 10 |', 'version < 9.0.0-rc1', 'feature', 'foo'])
      assert.equal(refusal(ALL, `requires:${text}; sid:1;`).code, 'rule/requires-unmet', text);
  });

  it('strict keywords refuse what others warn of', () => {
    const setup = Object.assign(new TestSetup(), { strictKeywords: new Set(['classtype', 'reference']) });
    for (const text of ['classtype:nonsense;', 'reference:nonsense,1;']) {
      assert.equal(compileOptions(ALL, text).warnings.length, 1, text);
      assert.equal(refusal(ALL, text, setup).code, 'rule/bad-argument', text);
    }
  });
});

describe('header keywords', () => {
  it('compare fields', () => {
    assert.ok(matches('ttl:<5;', { ttl: 4 }));
    assert.ok(!matches('ttl:<5;', { ttl: 5 }));
    assert.ok(!matches('ttl:<5;', { ipVersion: 0 }));
    assert.ok(matches('tos:x10;', { tos: 16 }));
    assert.ok(matches('tos:!x10;', { tos: 17 }));
    assert.ok(matches('seq:4294967295;', { proto: 6, l4Offset: 0, tcpSeq: -1 }));
    assert.ok(matches('tcp.mss:>100;', { proto: 6, tcpMss: 1460 }));
    assert.ok(!matches('tcp.mss:!100;', { proto: 6 }));
    assert.ok(matches('icmp_id:"7";', { proto: 1, l4Offset: 0, icmpHasId: 1, icmpId: 7 }));
    assert.ok(!matches('icmp_id:0;', { proto: 1, l4Offset: 0 }));
    assert.ok(matches('ip_proto:!tcp;', { proto: 17 }));
    assert.ok(matches('sameip;', { src0: 1, dst0: 1 }));
    assert.ok(matches('ipopts:lsrr;', { ip4Options: 1 << 3 }));
    assert.ok(!matches('ipopts:any;', {}));
    assert.equal(refusal(ALL, 'ttl:300;').code, 'rule/bad-argument');
    assert.equal(refusal(ALL, 'ipopts:foo;').code, 'rule/bad-argument');
  });

  it('tcp.flags: equal, plus, any, not, and ignored bits', () => {
    const on = (options: string, tcpFlags: number): boolean => matches(options, { proto: 6, l4Offset: 0, tcpFlags });
    assert.ok(on('flags:S;', 2));
    assert.ok(!on('flags:S;', 18));
    assert.ok(on('flags:S+;', 18));
    assert.ok(on('tcp.flags:*SF;', 18));
    assert.ok(on('flags:!SA;', 2));
    assert.ok(on('flags:S,12;', 2 | 128 | 64));
    assert.ok(on('flags:0;', 0));
    // a header that does not fit has no flags
    assert.ok(!matches('flags:0;', { proto: 6 }));
    assert.equal(refusal(ALL, 'flags:X;').code, 'rule/bad-argument');
  });

  it('fragbits and fragoffset', () => {
    assert.ok(matches('fragbits:M;', { moreFragments: 1 }));
    assert.ok(!matches('fragbits:M;', { moreFragments: 1, dontFragment: 1 }));
    assert.ok(matches('fragbits:M+;', { moreFragments: 1, dontFragment: 1 }));
    assert.ok(matches('fragbits:!D;', {}));
    assert.ok(matches('fragoffset:2;', { fragOffset: 16 }));
  });

  it('vlan.id by layer', () => {
    const tags = { vlanCount: 2, vlan0: 100, vlan1: 200 };
    assert.ok(matches('vlan.id:200;', tags));
    assert.ok(!matches('vlan.id:200,0;', tags));
    assert.ok(matches('vlan.id:200,-1;', tags));
    assert.ok(matches('vlan.id:>50,all;', tags));
    assert.ok(!matches('vlan.id:>150,all;', tags));
    assert.ok(matches('vlan.layers:2;', tags));
    assert.equal(refusal(ALL, 'vlan.id:200,3;').code, 'rule/bad-argument');
  });

  it('checksums', () => {
    const data = Uint8Array.from(Buffer.from('45000073000040004011b861c0a80001c0a800c7', 'hex'));
    const p = Object.assign(packet(data), { l3Offset: 0, l3HeaderLength: 20, l3End: 20, proto: 17 });
    assert.ok(compileOptions(ALL, 'ipv4-csum:valid;').matchesPacket(p, context()));
    data[8] = 1;
    assert.ok(compileOptions(ALL, 'ipv4-csum:invalid;').matchesPacket(p, context()));
  });

  it('events by name, with the nearest for a misspelt one', () => {
    const names = defineAnomalies('decode', 'test', ['pkt_too_small']);
    const p = packet();
    const c = compileOptions(ALL, 'decode-event:test.pkt_too_small;');
    assert.ok(!c.matchesPacket(p, context()));
    p.addAnomaly(names.pkt_too_small);
    assert.ok(c.matchesPacket(p, context()));
    assert.match(refusal(ALL, 'decode-event:test.pkt_too_smal;').hint!, /test\.pkt_too_small/);
  });
});

describe('header buffers', () => {
  it('hand out the bytes of a header, and nothing where there is none', () => {
    const { buffer } = compileOptions(ALL, 'udp.hdr;');
    const view = new BufferView();
    const p = Object.assign(packet(), { proto: 17, l4Offset: 20, l4HeaderLength: 8 });
    assert.ok(buffer!.get(p, context(), view, 0));
    assert.deepEqual([view.start, view.end], [20, 28]);
    assert.ok(!buffer!.get(p, context(), view, 1));
    p.proto = 6;
    assert.ok(!buffer!.get(p, context(), view, 0));
  });

  it('sctp.chunk_data has an instance for the user data of each DATA chunk', () => {
    const data = new Uint8Array(64);
    const chunk = (type: number, length: number): number[] => {
      const bytes = new Array<number>((length + 3) & ~3).fill(0);
      bytes[0] = type;
      bytes[3] = length;
      return bytes;
    };
    // a DATA chunk of two bytes (padded), an INIT, a DATA chunk too short to carry any, a DATA chunk of four
    data.set([...chunk(0, 18), ...chunk(1, 4), ...chunk(0, 8), ...chunk(0, 20)], 12);
    const p = Object.assign(packet(data), { proto: 132, l4Offset: 0, l3End: 64 });
    const { buffer } = compileOptions(ALL, 'sctp.chunk_data;');
    const view = new BufferView();
    assert.ok(buffer!.get(p, context(), view, 0));
    assert.deepEqual([view.start, view.end], [28, 30]);
    assert.ok(buffer!.get(p, context(), view, 1));
    assert.deepEqual([view.start, view.end], [60, 64]);
    assert.ok(!buffer!.get(p, context(), view, 2));
    assert.ok(compileOptions(ALL, 'sctp.chunk_type:init;').matchesPacket(p, context()));
    assert.ok(!compileOptions(ALL, 'sctp.chunk_type:init_ack;').matchesPacket(p, context()));
  });
});

describe('flow and state keywords', () => {
  it('flow sets direction flags and checks the state', () => {
    const c = compileOptions(ALL, 'flow:established,to_server;');
    assert.ok((c.builder.flags & SigFlag.toServer) !== 0);
    assert.ok(!c.matchesPacket(packet(), context()));
    assert.ok(c.matchesPacket(Object.assign(packet(), { flags: PacketFlag.established }), context()));
    for (const text of ['to_server,to_client', 'established,not_established', 'foo'])
      assert.equal(refusal(ALL, `flow:${text};`).code, 'rule/bad-argument', text);
  });

  it('flow may be given twice, for one direction', () => {
    const c = compileOptions(ALL, 'flow:to_server; flow:established;');
    assert.ok((c.builder.flags & SigFlag.toServer) !== 0);
    assert.ok(!c.matchesPacket(packet(), context()));
    assert.equal(refusal(ALL, 'flow:to_server; flow:to_client;').code, 'rule/bad-argument');
  });

  it('flowbits: set by one rule, seen by another', () => {
    const setup = new TestSetup();
    const set = compileOptions(ALL, 'flowbits:set,a;', setup);
    const isset = compileOptions(ALL, 'flowbits:isset,b|a;', setup);
    const isnotset = compileOptions(ALL, 'flowbits:isnotset,a;', setup);
    const ctx = context();
    const p = packet();
    assert.ok(!isnotset.matchesPacket(p, ctx), 'no flow, no bits');
    p.flow = ctx.flows.allocate();
    assert.ok(!isset.matchesPacket(p, ctx) && isnotset.matchesPacket(p, ctx));
    set.runPost(p, ctx);
    assert.ok(isset.matchesPacket(p, ctx) && !isnotset.matchesPacket(p, ctx));
    compileOptions(ALL, 'flowbits:unset,a;', setup).runPost(p, ctx);
    assert.ok(!isset.matchesPacket(p, ctx));
    assert.equal(refusal(ALL, 'flowbits:SET,a;').code, 'rule/bad-argument');
    compileOptions(ALL, 'flowbits:set,a|b;', setup).runPost(p, ctx);
    assert.ok(!isset.matchesPacket(p, ctx), 'a list sets none of its names');
    assert.ok((compileOptions(ALL, 'flowbits:noalert;').builder.flags & SigFlag.noAlert) !== 0);
  });

  it('flowint counts and compares', () => {
    const setup = new TestSetup();
    const add = compileOptions(ALL, 'flowint:tries,+,2;', setup);
    const more = compileOptions(ALL, 'flowint:tries,>=,4;', setup);
    const notset = compileOptions(ALL, 'flowint:tries,notset;', setup);
    const ctx = context();
    const p = packet();
    p.flow = ctx.flows.allocate();
    assert.ok(notset.matchesPacket(p, ctx) && !more.matchesPacket(p, ctx));
    add.runPost(p, ctx);
    assert.ok(!more.matchesPacket(p, ctx) && !notset.matchesPacket(p, ctx));
    add.runPost(p, ctx);
    assert.ok(more.matchesPacket(p, ctx));
  });

  it('xbits without track belong to nothing', () => {
    const setup = new TestSetup();
    const ctx = context();
    const p = Object.assign(packet(), { src0: 1, dst0: 2 });
    compileOptions(ALL, 'xbits:set,a;', setup).runPost(p, ctx);
    for (const text of ['xbits:isset,a,track ip_src;', 'xbits:isset,a;', 'xbits:isnotset,a;'])
      assert.ok(!compileOptions(ALL, text, setup).matchesPacket(p, ctx), text);
  });

  it('xbits take expire before track', () => {
    const setup = new TestSetup();
    const ctx = context();
    const p = Object.assign(packet(), { src0: 1, dst0: 2 });
    compileOptions(ALL, 'xbits:set,a,expire 10,track ip_src;', setup).runPost(p, ctx);
    const isset = compileOptions(ALL, 'xbits:isset,a,track ip_src;', setup);
    assert.ok(isset.matchesPacket(p, ctx));
    ctx.now += 11e6;
    assert.ok(!isset.matchesPacket(p, ctx));
  });

  it('xbits hold for a pair in either direction, until they expire', () => {
    const setup = new TestSetup();
    const ctx = context();
    const p = Object.assign(packet(), { src0: 1, dst0: 2 });
    compileOptions(ALL, 'xbits:set,a,track ip_pair,expire 10;', setup).runPost(p, ctx);
    const isset = compileOptions(ALL, 'xbits:isset,a,track ip_pair;', setup);
    const back = Object.assign(packet(), { src0: 2, dst0: 1 });
    assert.ok(isset.matchesPacket(back, ctx));
    assert.ok(!compileOptions(ALL, 'xbits:isset,a,track ip_src;', setup).matchesPacket(p, ctx));
    ctx.now += 11e6;
    assert.ok(!isset.matchesPacket(back, ctx));
    assert.equal(refusal(ALL, 'xbits:set,a,track tx;').code, 'rule/app-layer-missing');
  });

  it('flow.pkts, flow.age and flow.elephant', () => {
    const ctx = context();
    const p = packet();
    p.flow = ctx.flows.allocate();
    ctx.flows.setWord(p.flow, F.packetsToServer, 10);
    ctx.flows.setDouble(p.flow, F.startTs, 1e6);
    ctx.flows.setDouble(p.flow, F.lastTs, 21e6);
    ctx.flows.setFlag(p.flow, FlowFlag.elephantToClient);
    const on = (options: string): boolean => compileOptions(ALL, options).matchesPacket(p, ctx);
    assert.ok(on('flow.pkts:toserver,=10;') && !on('flow.pkts:both,=10;') && on('flow.pkts:either,10;'));
    assert.ok(on('flow.pkts_toserver:10;') && on('flow.bytes:toclient,<1;'));
    assert.ok(on('flow.age:20;') && !on('flow.age:>20;'));
    // seconds of the clock at both ends, however little lies between
    ctx.flows.setDouble(p.flow, F.startTs, 1.9e6);
    assert.ok(on('flow.age:20;'));
    assert.ok(on('flow.elephant:toclient;') && !on('flow.elephant:both;'));
  });

  it('threshold and detection_filter', () => {
    const { builder } = compileOptions(ALL, 'threshold:type limit, track by_src, count 1, seconds 60;');
    assert.equal(builder.meta.threshold?.type, 'limit');
    for (const text of [
      'threshold:type limit, track by_src, count 1;',
      'threshold:type foo, track by_src, count 1, seconds 1;',
      'threshold:type backoff, track by_src, count 1, multiplier 2;',
      'detection_filter:track by_src, count 0, seconds 1;',
      'detection_filter:track by_src, count 1, seconds 1; threshold:type limit, track by_src, count 1, seconds 1;',
    ])
      assert.equal(refusal(ALL, text).code, 'rule/bad-argument', text);
  });

  it('tag logs so many packets of a session', () => {
    const setup = new TestSetup();
    const c = compileOptions(ALL, 'tag:session,2,packets;', setup);
    const ctx = context();
    const p = packet();
    p.flow = ctx.flows.allocate();
    const tags = tagsOf(setup);
    assert.ok(!tags.takes(p, ctx));
    c.runPost(p, ctx);
    assert.deepEqual([tags.takes(p, ctx), tags.takes(p, ctx), tags.takes(p, ctx)], [false, true, false]);
  });

  it('flowvar and pktvar look into captured bytes', () => {
    const ctx = context();
    const p = packet();
    p.flow = ctx.flows.allocate();
    ctx.flows.extraOf(p.flow).flowvars = new Map([['v', 'some text']]);
    ctx.packetVars.push({ name: 'v', value: Buffer.from('other') });
    const on = (options: string): boolean => compileOptions(ALL, options).matchesPacket(p, ctx);
    assert.ok(on('flowvar:v,"text";') && !on('flowvar:v,!"text";') && !on('flowvar:w,"text";'));
    assert.ok(on('pktvar:v,"oth|65|r";') && !on('pktvar:v,"text";'));
  });

  it('geoip says what is missing', () => {
    assert.equal(refusal(ALL, 'geoip:src,CN;').code, 'rule/feature-missing');
  });
});

describe('reputation', () => {
  const words = [0, 0, 0] as const;

  it('the longest prefix decides, faults are reported by line', () => {
    const r = new Reputation();
    assert.deepEqual(r.addCategories('1,BadHosts,bad\n99,X,x\n'), [
      { line: 2, message: 'category 99 is not between 1 and 59' },
    ]);
    assert.equal(r.addScores('10.0.0.0/8,1,5\n10.0.0.1,1,100\n2001:db8::/32,1,7\nfoo,1,1\n').length, 1);
    assert.equal(r.score(1, 4, 0x0a000001, ...words), 100);
    assert.equal(r.score(1, 4, 0x0a000002, ...words), 5);
    assert.equal(r.score(1, 4, 0x0b000002, ...words), -1);
    assert.equal(r.score(1, 6, 0x20010db8, 1, 2, 3), 7);
  });

  it('iprep reads the files of the configuration', () => {
    assert.match(refusal(ALL, 'iprep:src,BadHosts,>,9;').message, /reputation data/);
    const folder = mkdtempSync(join(tmpdir(), 'tayra-'));
    try {
      writeFileSync(join(folder, 'categories.txt'), '1,BadHosts,bad\n');
      writeFileSync(join(folder, 'scores.list'), '0.0.0.9,1,50\n');
      const setup = new TestSetup();
      setup.settings.set('reputation-categories-file', join(folder, 'categories.txt'));
      setup.settings.set('default-reputation-path', folder);
      setup.settings.set('reputation-files.0', 'scores.list');
      const on = (options: string): boolean =>
        compileOptions(ALL, options, setup).matchesPacket(Object.assign(packet(), { src0: 9, dst0: 1 }), context());
      assert.ok(on('iprep:src,BadHosts,>,9;') && !on('iprep:dst,BadHosts,<,9;') && on('iprep:any,BadHosts,isset;'));
      assert.ok(!on('iprep:both,BadHosts,isset;') && on('iprep:dst,BadHosts,isnotset;'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('data sets', () => {
  it('ByteMap tells apart strings of one hash bucket and forgets removed ones', () => {
    const map = new ByteMap();
    const data = Buffer.from('abcabd');
    assert.ok(map.add(data, 0, 3, 4) && map.add(data, 3, 6) && !map.add(data, 0, 3));
    assert.deepEqual([map.find(data, 0, 3)?.value, map.find(data, 3, 6)?.value, map.find(data, 1, 4)], [4, 0, null]);
    assert.ok(map.remove(data, 0, 3) && !map.remove(data, 0, 3));
    assert.equal(map.size, 1);
  });

  it('reads and writes entries by type', () => {
    const set = new Dataset('a', 'ip');
    assert.ok(set.addText('10.0.0.1') && set.addText('2001:db8::1') && !set.addText('x'));
    assert.deepEqual(set.toText().trim().split('\n').sort(), ['10.0.0.1', '2001:db8::1']);
    const names = new Dataset('b', 'string');
    assert.ok(names.addText(Buffer.from('example.com').toString('base64')));
    const host = Buffer.from('www.example.com');
    assert.ok(names.findDomain(host, 0, host.length) !== null && names.find(host, 0, host.length) === null);
    assert.ok(names.addWithContext('.example.org', '{"a":1}'));
    const dotted = Buffer.from('.www.example.org');
    assert.equal(names.findDomain(dotted, 0, dotted.length)?.context, '{"a":1}');
  });

  it('set matches what is new, isset what is there', () => {
    const setup = new TestSetup();
    const i = new Inspection();
    i.data = Uint8Array.of(10, 0, 0, 1);
    i.end = 4;
    const run = (options: string): boolean =>
      compileOptions(ALL, options, setup).elements[0]!.link(() => true, false)(i);
    assert.ok(run('ip.src; dataset:set,seen,type ip;') && !run('ip.src; dataset:set,seen;'));
    assert.ok(run('ip.src; dataset:isset,seen;') && !run('ip.src; dataset:isnotset,seen;'));
    assert.ok(run('ip.src; dataset:unset,seen;') && !run('ip.src; dataset:isset,seen;'));
  });

  it('refuses without buffer, without type, with an empty or unknown field, with a missing file', () => {
    for (const text of [
      'dataset:isset,a,type ip;',
      'ip.src; dataset:isset,a;',
      'ip.src; dataset:isset,a,type ip,load;',
      'ip.src; dataset:isset,a,type ip,key x;',
    ])
      assert.equal(refusal(ALL, text).code, 'rule/bad-argument', text);
    assert.equal(refusal(ALL, 'ip.src; dataset:isset,a,type ip,load nowhere.lst;').code, 'rule/dataset');
  });
});
