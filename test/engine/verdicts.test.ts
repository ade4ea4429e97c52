import assert from 'node:assert/strict';
import type { Bytes } from '../support/packets.ts';
import { CLIENT, SERVER, ascii, tcp4, udp4 } from '../support/packets.ts';
import { HANDSHAKE, SYN_ACK, acknowledged, request, session } from './sessions.ts';
import { counterOf, ofType, runEngine, sidsOf } from './support.ts';
import type { EveEvent } from './support.ts';

const hello = udp4({ sp: 5000, dp: 6000 }, ascii('hello'));
const world = udp4({ sp: 5000, dp: 6000 }, ascii('world'));
const inline = { isInline: true } as const;
const reasons = (events: ReturnType<typeof runEngine>): (string | undefined)[] =>
  ofType(events, 'drop').map((event) => event.drop?.reason);

describe('verdicts', () => {
  it('drops the packet of a packet rule and lets the others of its flow go', () => {
    const rules = ['drop udp any any -> any any (msg:"m"; content:"hello"; sid:1;)'];
    const events = runEngine({ ...inline, rules, frames: [hello, world] });
    assert.deepEqual(reasons(events), ['rules']);
    assert.equal(counterOf(events, 'ips.blocked'), 1);
    assert.equal(counterOf(events, 'ips.accepted'), 1);
    assert.equal(counterOf(events, 'ips.drop_reason.rules'), 1);
  });

  it('drops the whole flow for a rule about addresses, which alerts once', () => {
    const rules = ['drop udp 10.0.0.1 any -> any any (msg:"m"; sid:1;)'];
    const events = runEngine({ ...inline, rules, frames: [hello, world, world] });
    assert.deepEqual(sidsOf(events), [1]);
    assert.deepEqual(reasons(events), ['rules', 'flow drop', 'flow drop']);
    assert.equal(ofType(events, 'flow')[0]?.flow?.action, 'drop');
  });

  it('drops nothing in passive mode', () => {
    const rules = ['drop udp any any -> any any (msg:"m"; content:"hello"; sid:1;)'];
    const events = runEngine({ rules, frames: [hello] });
    assert.deepEqual(sidsOf(events), [1]);
    assert.deepEqual(reasons(events), []);
    assert.equal(ofType(events, 'alert')[0]?.alert?.action, 'allowed');
    assert.equal(counterOf(events, 'ips.blocked') ?? 0, 0);
  });

  it('looks no more at a flow that is dropped, in passive mode neither', () => {
    const rules = [
      'drop udp 10.0.0.1 any -> any any (msg:"m"; sid:1;)',
      'alert udp any any -> any any (msg:"m"; ttl:>0; sid:2;)',
    ];
    const events = runEngine({ rules, frames: [hello, world] });
    assert.deepEqual(sidsOf(events), [1, 2]);
    assert.equal(ofType(events, 'flow')[0]?.flow?.action, 'drop');
  });

  it('drops the packet alone where a rule on a protocol asks something of packets', () => {
    const frames = session({ client: 'GET / HTTP/1.1\r\n' }, { client: 'Host: a\r\n\r\n' });
    const dropped = (options: string): unknown[] => {
      const rules = [`drop http any any -> any any (msg:"m"; flow:to_server; ${options} sid:1;)`];
      return [...new Set(reasons(runEngine({ ...inline, rules, frames })))];
    };
    assert.deepEqual(dropped(''), ['rules', 'flow drop']);
    assert.deepEqual(dropped('flowbits:set,a;'), ['rules', 'flow drop']);
    for (const options of ['ttl:>0;', 'dsize:>0;', 'tcp.hdr; content:"|50|";'])
      assert.deepEqual(dropped(options), ['rules'], options);
  });

  it('tells the flags of packets that are dropped with their flow', () => {
    const rules = ['drop http any any -> any any (msg:"m"; flow:to_server; sid:1;)'];
    const fin = tcp4({ sp: 1000, dp: 80, seq: 30, ack: 101, flags: 0x11 }, undefined, { src: CLIENT, dst: SERVER });
    const frames = [...session({ client: 'GET / HTTP/1.1\r\n' }, { client: 'Host: a\r\n\r\n' }), fin];
    const [flow] = ofType(runEngine({ ...inline, rules, frames }), 'flow');
    assert.equal(flow!.flow!.action, 'drop');
    assert.equal(flow!.tcp!.tcp_flags_ts, '1b');
  });

  it('ends evaluation and inspection of the flow with a pass rule about addresses', () => {
    const rules = [
      'alert udp any any -> any any (msg:"m"; content:"world"; sid:1;)',
      'pass udp 10.0.0.1 any -> any any (msg:"m"; sid:2;)',
    ];
    const events = runEngine({ rules, frames: [hello, world] });
    assert.deepEqual(sidsOf(events), []);
    assert.equal(ofType(events, 'flow')[0]?.flow?.action, 'pass');
  });

  it('bypasses the flow: its packets are counted and not looked at', () => {
    const rules = [
      'alert udp any any -> any any (msg:"m"; content:"hello"; bypass; sid:1;)',
      'alert udp any any -> any any (msg:"m"; content:"world"; sid:2;)',
    ];
    const events = runEngine({ rules, frames: [hello, world, world] });
    assert.deepEqual(sidsOf(events), [1]);
    assert.equal(ofType(events, 'flow')[0]?.flow?.state, 'bypassed');
    assert.equal(counterOf(events, 'flow_bypassed.local_pkts'), 2);
  });

  it('keeps no bytes of a flow that passes', () => {
    const rules = ['pass tcp any any -> any any (msg:"m"; sid:1;)'];
    const big = 'x'.repeat(1400);
    const frames: Bytes[] = [...HANDSHAKE];
    for (let i = 0; i < 20; i++) frames.push(request(big, i * 1400), acknowledged((i + 1) * 1400));
    const events = runEngine({ rules, frames });
    assert.equal(ofType(events, 'flow')[0]?.flow?.action, 'pass');
    assert.equal(counterOf(events, 'tcp.reassembly_memuse'), 0);
  });
});

describe('exception policies', () => {
  const policies = (events: readonly EveEvent[]): unknown => ofType(events, 'flow')[0]?.flow?.exception_policy;
  const frames = [...HANDSHAKE, request('hello'), acknowledged(5), request('world', 5)];

  it('drop the flow that found no memory for its session', () => {
    const events = runEngine({ ...inline, frames, simulate: { sessionMemcap: 1 } });
    assert.deepEqual(reasons(events), ['stream memcap', ...Array<string>(5).fill('exception policy flow drop')]);
    assert.deepEqual(ofType(events, 'flow')[0]?.flow?.exception_policy, [
      { target: 'stream_memcap', policy: 'drop_flow' },
    ]);
    assert.equal(counterOf(events, 'exception_policy.tcp.ssn_memcap.drop_flow'), 1);
  });

  it('do what the section says before what is said for all', () => {
    const settings = { 'exception-policy': 'drop-flow', 'stream.reassembly.memcap-policy': 'bypass' };
    const events = runEngine({ ...inline, frames, settings, simulate: { reassemblyMemcap: 4 } });
    assert.deepEqual(reasons(events), []);
    assert.equal(ofType(events, 'flow')[0]?.flow?.state, 'bypassed');
    assert.equal(counterOf(events, 'exception_policy.tcp.reassembly.bypass'), 1);
  });

  it('drop only the packet where no flow is at hand', () => {
    const events = runEngine({ ...inline, frames: [hello, world], simulate: { flowMemcap: 1 } });
    assert.deepEqual(reasons(events), ['flow memcap']);
    assert.equal(counterOf(events, 'exception_policy.flow.memcap.drop_packet'), 1);
  });

  it('do nothing in passive mode unless asked, which the flow says', () => {
    const events = runEngine({ frames, simulate: { sessionMemcap: 1 } });
    assert.deepEqual(reasons(events), []);
    assert.deepEqual(policies(events), [
      { target: 'stream_memcap', policy: 'ignore' },
      { target: 'stream_midstream', policy: 'ignore' },
    ]);
    assert.deepEqual(policies(runEngine({ frames: [SYN_ACK] })), [{ target: 'stream_midstream', policy: 'ignore' }]);
    assert.equal(policies(runEngine({ frames })), undefined);
  });

  it('reject what they could not follow in passive mode, too, and drop nothing then', () => {
    const settings = { 'stream.midstream-policy': 'reject' };
    const [event] = ofType(runEngine({ frames: [SYN_ACK], settings }), 'flow');
    assert.deepEqual(event?.flow?.exception_policy, [{ target: 'stream_midstream', policy: 'reject' }]);
    assert.equal(event.flow.action, undefined);
  });

  const greetings = [{ server: 'SSH-2.0-a\r\n' }, { client: 'SSH-2.0-b\r\n' }];

  it('drop the flow whose parser failed', () => {
    const events = runEngine({
      ...inline,
      frames: session(...greetings, { server: `\0\0\0\0\0\0${'x'.repeat(99)}` }, { client: '1' }),
    });
    assert.deepEqual(reasons(events), ['applayer error', ...Array<string>(3).fill('exception policy flow drop')]);
    assert.deepEqual(policies(events), [{ target: 'app_layer_error', policy: 'drop_flow' }]);
    assert.equal(counterOf(events, 'app_layer.error.ssh.parser'), 1);
    assert.equal(counterOf(events, 'exception_policy.app_layer.error.drop_flow'), 1);
  });

  it('are those of a parser where it cannot go on behind a gap', () => {
    const whole = session(...greetings, { server: 'xyzzy' }, { client: '1' }, { server: '2' });
    const settings = { 'app-layer.error-policy': 'pass-flow' };
    const events = runEngine({ ...inline, frames: whole.filter((_, i) => i !== 5), settings });
    assert.deepEqual(policies(events), [{ target: 'app_layer_error', policy: 'pass_flow' }]);
    assert.equal(counterOf(events, 'app_layer.error.ssh.gap'), 1);
  });

  it('are counted for each protocol where that is asked for', () => {
    const frames = session(...greetings, { server: `\0\0\0\0\0\0${'x'.repeat(99)}` }, { client: '1' });
    const path = 'app_layer.error.ssh.exception_policy';
    const settings = { 'stats.exception-policy.per-app-proto-errors': 'yes' };
    const events = runEngine({ ...inline, frames, settings });
    assert.equal(counterOf(events, `${path}.drop_flow`), 1);
    assert.equal(counterOf(events, `${path}.pass_packet`), 0);
    assert.equal(counterOf(events, 'app_layer.error.http.exception_policy.drop_flow'), 0);
  });

  it('are of those protocols alone that are looked for, under the names of their transports', () => {
    const settings = { 'app-layer.protocols.ftp.enabled': 'no', 'app-layer.protocols.smtp.enabled': 'detection-only' };
    const events = runEngine({ ...inline, frames: session(...greetings), settings });
    const errors = (name: string): string[] =>
      Object.keys(counterOf(events, `app_layer.error.${name}`) as object).filter((one) => one !== 'exception_policy');
    assert.deepEqual(errors('ssh'), ['gap', 'alloc', 'parser', 'internal']);
    assert.deepEqual(errors('dns_udp'), ['alloc', 'parser', 'internal']);
    assert.equal(counterOf(events, 'app_layer.flow.ssh'), 1);
    assert.equal(counterOf(events, 'app_layer.expectations'), 0);
  });

  it('can be tried at an offset', () => {
    const frames = session(...greetings);
    const events = runEngine({ ...inline, frames, simulate: { appErrorToServer: 3 } });
    assert.deepEqual(reasons(events).slice(0, 2), ['applayer error', 'exception policy flow drop']);
    assert.deepEqual(reasons(runEngine({ ...inline, frames, simulate: { appErrorToServer: 11 } })), []);
  });
});
