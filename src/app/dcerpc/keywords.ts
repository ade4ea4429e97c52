// Keywords of DCE/RPC: what is called, and with what.

import { growingBuffer, toClient, toServer } from '../../framework/app-keyword.ts';
import type { BufferView } from '../../framework/buffer.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import { TO_SERVER } from '../../framework/transaction.ts';
import type { Direction, Transaction } from '../../framework/transaction.ts';
import type { RpcCarrier, RpcExchange } from '../../applayer/dcerpc/exchange.ts';
import { parseUuid } from '../../applayer/dcerpc/uuid.ts';
import { PduType } from '../../applayer/dcerpc/pdu.ts';
import { opnumTest, versionTest } from './tests.ts';

const PAGE = 'rules/dcerpc-keywords.html';
/** Also in the pipes of SMB. */
const BOTH = ['dcerpc', 'smb'].flatMap((protocol) => [toServer(protocol, 0), toClient(protocol, 0)]);

/** Whether an exchange is a call, as far as it was seen. */
function isCall({ request, response }: RpcExchange): boolean {
  return request.type === PduType.request || response.type === PduType.response;
}

const STUB = growingBuffer(
  { name: 'dcerpc.stub_data', description: 'Stub data of a call or of its answer.', engines: BOTH },
  ({ exchange, progress }: RpcCarrier & Transaction, view: BufferView, direction: Direction) => {
    if (exchange === null) return false;
    const side = exchange.side(direction);
    const isStub = side.type === (direction === TO_SERVER ? PduType.request : PduType.response);
    if (!isStub || side.size === 0) return false;
    // what was looked at is not looked at anew until there is more, or nothing more comes
    if (side.size === side.shown && !side.isDone && progress[direction] === 0) return false;
    view.data = side.stub;
    view.bufferId = -1;
    view.start = 0;
    view.end = view.data.length;
    view.isWhole = side.isDone;
    view.isLittleEndian = exchange.isLittle;
    return true;
  },
);

export const DCERPC_KEYWORDS: readonly KeywordDefinition[] = [
  defineKeyword({
    name: 'dcerpc.iface',
    aliases: ['dce_iface'],
    argument: 'required',
    kind: 'match',
    summary: 'The interface that a call goes to, and its version.',
    page: `${PAGE}#dcerpc-iface`,
    examples: [
      'alert dcerpc any any -> any any (msg:"m"; dcerpc.iface:367abb81-9844-35f1-ad32-98f038001003; sid:1;)',
      'alert dcerpc any any -> any any (msg:"m"; dcerpc.iface:367abb81-9844-35f1-ad32-98f038001003,<3,any_frag; sid:1;)',
    ],
    compile(builder, option) {
      const [text = '', ...more] = (option.value ?? '').split(',').map((part) => part.trim());
      const uuid = parseUuid(text);
      if (uuid === undefined) throw new RuleError(`dcerpc.iface: "${text}" is no UUID`);
      const isAny = more.at(-1) === 'any_frag';
      if (isAny) more.pop();
      if (more.length > 1) throw new RuleError(`dcerpc.iface: unexpected "${more[1]!}"`);
      const test = more.length === 0 ? null : versionTest(more[0]!);
      const wanted = { uuid, isAny, test };
      builder.addTxMatch(
        ({ exchange }: RpcCarrier) => exchange !== null && isCall(exchange) && goesTo(exchange, wanted),
        {
          keyword: 'dcerpc.iface',
          engines: BOTH,
          details: { dcerpc_iface: { uuid, any_frag: isAny } },
        },
      );
    },
  }),
  defineKeyword({
    name: 'dcerpc.opnum',
    aliases: ['dce_opnum'],
    argument: 'required',
    kind: 'match',
    summary: 'Number of the procedure that is called: numbers and ranges, or a comparison.',
    page: `${PAGE}#dcerpc-opnum`,
    examples: [
      'alert dcerpc any any -> any any (msg:"m"; dcerpc.opnum:15,17-20; sid:1;)',
      'alert dcerpc any any -> any any (msg:"m"; dcerpc.opnum:>3; sid:1;)',
    ],
    compile(builder, option) {
      const test = opnumTest((option.value ?? '').trim());
      builder.addTxMatch(
        ({ exchange }: RpcCarrier) => exchange !== null && exchange.opnum >= 0 && test(exchange.opnum),
        {
          keyword: 'dcerpc.opnum',
          engines: BOTH,
        },
      );
    },
  }),
  defineKeyword({
    name: 'dcerpc.stub_data',
    aliases: ['dce_stub_data'],
    argument: 'none',
    kind: 'buffer',
    summary: 'Stub data of a call or of its answer.',
    page: `${PAGE}#dcerpc-stub-data`,
    examples: ['alert dcerpc any any -> any any (msg:"m"; dcerpc.stub_data; content:"abc"; sid:1;)'],
    supportsFastPattern: true,
    buffer: STUB,
    compile(builder) {
      builder.setBuffer(STUB);
    },
  }),
];

interface WantedInterface {
  readonly uuid: string;
  /** Also one that was agreed on with fragments in between. */
  readonly isAny: boolean;
  /** Of its version; null: any. */
  readonly test: ((version: number) => boolean) | null;
}

/** Whether the interface that the call's context was agreed on for is the wanted one. */
function goesTo(exchange: RpcExchange, { uuid, isAny, test }: WantedInterface): boolean {
  const found = exchange.contexts.at(exchange.contextId);
  if (found === undefined || found.uuid !== uuid || !(isAny || found.isFirst)) return false;
  return test === null || test(found.major);
}
