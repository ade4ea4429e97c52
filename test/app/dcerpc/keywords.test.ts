// Rules on DCE/RPC, through the whole engine, and the records beside them.
import assert from 'node:assert/strict';
import dcerpc from '../../../src/app/dcerpc/index.ts';
import { DCERPC_KEYWORDS } from '../../../src/app/dcerpc/keywords.ts';
import { BufferView } from '../../../src/framework/buffer.ts';
import type { DetectContext } from '../../../src/framework/detect-context.ts';
import { ParserDriver } from '../../support/app-parser.ts';
import { session } from '../../engine/sessions.ts';
import type { Said } from '../../engine/sessions.ts';
import { ofType, runEngine, sidsOf } from '../../engine/support.ts';
import { bind, bindAck, request, response } from './support.ts';

const WINREG = '338cd001-2244-31f1-aaaa-900038001003';
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const CALL: readonly Said[] = [
  { client: text(bind([{ contextId: 0, uuid: WINREG }])) },
  { server: text(bindAck([0])) },
  { client: text(request(0, 15, '\x02\0\0\0name', { callId: 2 })) },
  { server: text(response('done', { callId: 2 })) },
];

function sids(...conditions: readonly string[]): number[] {
  const rules = conditions.map(
    (condition, i) => `alert tcp any any -> any any (msg:"m"; ${condition} sid:${String(i + 1)};)`,
  );
  return [...new Set(sidsOf(ofType(runEngine({ rules, frames: session(...CALL) }), 'alert')))].sort((a, b) => a - b);
}

describe('rules on DCE/RPC', () => {
  it('know the interface that a call goes to, and its version', () => {
    const matched = sids(
      `dcerpc.iface:${WINREG};`,
      `dce_iface:${WINREG.toUpperCase()},=1;`,
      `dcerpc.iface:${WINREG},>1;`,
      `dcerpc.iface:${WINREG},!2,any_frag;`,
      'dcerpc.iface:367abb81-9844-35f1-ad32-98f038001003;',
    );
    assert.deepEqual(matched, [1, 2, 4]);
  });

  it('know the procedure', () => {
    const all = ['15', '1,10-20', '16-20', '>14', '!=15', '<16'].map((opnum) => `dcerpc.opnum:${opnum};`);
    assert.deepEqual(sids(...all), [1, 2, 4, 6]);
  });

  it('look into stub data, with the order of its numbers', () => {
    const matched = sids(
      'flow:to_server; dcerpc.stub_data; content:"name"; endswith;',
      'flow:to_client; dce_stub_data; content:"done";',
      'flow:to_server; dcerpc.stub_data; content:"done";',
      'flow:to_server; dcerpc.stub_data; byte_test:4,=,2,0,dce;',
      'flow:to_server; dcerpc.stub_data; byte_test:4,=,2,0;',
      'flow:to_server; dcerpc.stub_data; byte_jump:4,0,dce; content:"me"; distance:0; within:2;',
    );
    assert.deepEqual(matched, [1, 2, 4, 6]);
  });

  it('look into stub data when there is more of it, and at its end', () => {
    const parts = [request(0, 15, 'one', { callId: 2, flags: 1 }), request(0, 15, 'two', { callId: 2, flags: 2 })];
    const driver = new ParserDriver(dcerpc);
    const { buffer } = DCERPC_KEYWORDS.find(({ name }) => name === 'dcerpc.stub_data')!;
    const shown = (): string => {
      const view = new BufferView();
      const [tx] = driver.parser.transactions;
      const ctx = { tx, txDirection: 0 } as unknown as DetectContext;
      const isShown = buffer!.get(undefined as never, ctx, view, 0);
      tx!.inspected(0);
      return isShown ? Buffer.from(view.data.subarray(view.start, view.end)).toString() : 'nothing';
    };
    driver.feed(0, parts[0]!);
    assert.deepEqual([shown(), shown()], ['one', 'nothing']);
    driver.feed(0, parts[1]!);
    assert.deepEqual([shown(), shown()], ['onetwo', 'onetwo']);
  });

  it('find frames', () => {
    assert.deepEqual(
      sids('frame:dcerpc.hdr; content:"|05 00 0b|"; startswith;', 'frame:dcerpc.data; content:"name";'),
      [1, 2],
    );
  });

  it('come with a record of the call', () => {
    const settings = { 'outputs.0.eve-log.types.4': 'dcerpc' };
    const records = ofType(runEngine({ frames: session(...CALL), settings }), 'dcerpc') as unknown[];
    const told = records.map((record) => (record as { readonly dcerpc: unknown }).dcerpc);
    const agreed = { uuid: WINREG, version: '1.0', ack_result: 0 };
    assert.deepEqual(told, [
      { request: 'BIND', interfaces: [agreed], response: 'BINDACK', call_id: 1, rpc_version: '5.0' },
      {
        request: 'REQUEST',
        req: { opnum: 15, frag_cnt: 1, stub_data_size: 8 },
        interfaces: [{ ...agreed, service: 'winreg', procedure: 'BaseRegOpenKey' }],
        response: 'RESPONSE',
        res: { frag_cnt: 1, stub_data_size: 12 },
        call_id: 2,
        rpc_version: '5.0',
      },
    ]);
  });

  it('come with a record of as much of the call as there was', () => {
    const settings = { 'outputs.0.eve-log.types.4': 'dcerpc' };
    const begun = { client: request(0, 15, 'stub', { flags: 1 }).toString('latin1') };
    const records = ofType(runEngine({ frames: session(begun), settings }), 'dcerpc') as unknown[];
    assert.deepEqual(
      records.map((record) => (record as { readonly dcerpc: unknown }).dcerpc),
      [
        {
          request: 'REQUEST',
          req: { opnum: 15, frag_cnt: 1, stub_data_size: 4 },
          response: 'UNREPLIED',
          call_id: 1,
          rpc_version: '5.0',
        },
      ],
    );
  });

  it('are refused when they ask for what cannot be', () => {
    const bad = [
      'dcerpc.iface:338cd001;',
      `dcerpc.iface:${WINREG},1;`,
      `dcerpc.iface:${WINREG},=99999;`,
      `dcerpc.iface:${WINREG},=1,any_frag,x;`,
      'dcerpc.opnum:99999;',
      'dcerpc.opnum:5-1;',
      'dcerpc.opnum:x;',
    ];
    assert.deepEqual(sids(...bad), []);
  });
});
