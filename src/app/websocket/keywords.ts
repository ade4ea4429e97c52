// Keywords of WebSocket.

import { appBufferKeyword, appIntegerKeyword, toClient, toServer } from '../../framework/app-keyword.ts';
import { RuleError, defineKeyword } from '../../framework/keyword.ts';
import type { KeywordDefinition } from '../../framework/keyword.ts';
import { opcodeOf } from './opcodes.ts';
import { Flag } from './parser.ts';
import type { WebSocketTransaction } from './parser.ts';

const PAGE = 'rules/websocket-keywords.html';
const BOTH = [toServer('websocket', 1), toClient('websocket', 1)];
const FLAGS = new Map<string, number>([
  ['fin', Flag.fin],
  ['comp', Flag.compressed],
]);

/** `fin,!comp`: the bits that must be set, and those that must not. */
function flagsTest(text: string): (flags: number) => boolean {
  let set = 0;
  let clear = 0;
  for (const word of text.split(',').map((one) => one.trim().toLowerCase())) {
    const isNegated = word.startsWith('!');
    const bit = FLAGS.get(isNegated ? word.slice(1) : word);
    if (bit === undefined) throw new RuleError(`unknown websocket flag '${word}'`, 'fin and comp are known');
    if (isNegated) clear |= bit;
    else set |= bit;
  }
  return (flags) => (flags & set) === set && (flags & clear) === 0;
}

const flagNumber = appIntegerKeyword({
  name: 'websocket.flags',
  summary: 'Flags of a frame: fin, comp, or the number.',
  page: `${PAGE}#websocket-flags`,
  examples: [
    'alert websocket any any -> any any (msg:"m"; websocket.flags:fin,!comp; sid:1;)',
    'alert websocket any any -> any any (msg:"m"; websocket.flags:&128; sid:1;)',
  ],
  width: 'u8',
  engines: BOTH,
  read: (tx: WebSocketTransaction) => tx.flags,
});

export const WEBSOCKET_KEYWORDS: readonly KeywordDefinition[] = [
  appBufferKeyword(
    {
      name: 'websocket.payload',
      summary: 'Payload of a message, unmasked and inflated.',
      page: `${PAGE}#websocket-payload`,
      examples: ['alert websocket any any -> any any (msg:"m"; websocket.payload; content:"login"; sid:1;)'],
    },
    { engines: BOTH, bytes: (tx: WebSocketTransaction) => tx.payload },
  ),
  defineKeyword({
    ...flagNumber,
    compile(builder, option) {
      const text = (option.value ?? '').trim();
      if (!/[a-z]/i.test(text) || /^0x/i.test(text)) {
        flagNumber.compile(builder, option);
        return;
      }
      const test = flagsTest(text);
      builder.addTxMatch((tx) => test((tx as WebSocketTransaction).flags), {
        keyword: 'websocket.flags',
        engines: BOTH,
      });
    },
  }),
  appIntegerKeyword({
    name: 'websocket.mask',
    summary: 'Mask of a frame.',
    page: `${PAGE}#websocket-mask`,
    examples: ['alert websocket any any -> any any (msg:"m"; websocket.mask:>0; sid:1;)'],
    width: 'u32',
    engines: BOTH,
    read: (tx: WebSocketTransaction) => tx.mask,
  }),
  appIntegerKeyword({
    name: 'websocket.opcode',
    summary: 'Opcode of a frame, by name or number.',
    page: `${PAGE}#websocket-opcode`,
    examples: ['alert websocket any any -> any any (msg:"m"; websocket.opcode:!ping; sid:1;)'],
    width: 'u8',
    engines: BOTH,
    names: opcodeOf,
    read: (tx: WebSocketTransaction) => tx.opcode,
  }),
];
