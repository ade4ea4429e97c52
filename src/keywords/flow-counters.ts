// Conditions on what the flow has been so far: flow.age, flow.pkts, flow.bytes, flow.elephant, stream_size.

import type { DetectContext } from '../framework/detect-context.ts';
import { F, FlowFlag } from '../framework/flows.ts';
import { integerKeyword } from '../framework/header-keyword.ts';
import { acceptInteger, requiredArgument, unquoted } from '../framework/keyword-argument.ts';
import type { IntegerTest } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { KeywordDefinition } from '../framework/keyword.ts';
import type { PacketMatch } from '../framework/signature.ts';
import type { IntegerWidth } from '../rules/index.ts';

const PAGE = 'rules/flow-keywords.html';
const rule = (options: string): string => `alert tcp any any -> any any (msg:"m"; ${options} sid:1;)`;

type Read = (flow: number, ctx: DetectContext) => number;

/** Of a time in microseconds. */
function secondOf(time: number): number {
  return Math.floor(time / 1e6);
}

const age = integerKeyword({
  name: 'flow.age',
  width: 'u32',
  summary: 'Seconds since the first packet of the flow.',
  page: `${PAGE}#flow-age`,
  examples: [rule('flow.age:>3600;')],
  read: (p, ctx) => {
    if (p.flow < 0) return -1;
    // whole seconds of both ends, as in the records
    return secondOf(ctx.flows.double(p.flow, F.lastTs)) - secondOf(ctx.flows.double(p.flow, F.startTs));
  },
});

const readWord =
  (field: number): Read =>
  (flow, ctx) =>
    ctx.flows.word(flow, field) >>> 0;
const readDouble =
  (field: number): Read =>
  (flow, ctx) =>
    ctx.flows.double(flow, field);

function bothWays(direction: string, toServer: Read, toClient: Read, test: IntegerTest): PacketMatch {
  switch (direction) {
    case 'toserver':
      return (p, ctx) => p.flow >= 0 && test(toServer(p.flow, ctx));
    case 'toclient':
      return (p, ctx) => p.flow >= 0 && test(toClient(p.flow, ctx));
    case 'either':
      return (p, ctx) => p.flow >= 0 && (test(toServer(p.flow, ctx)) || test(toClient(p.flow, ctx)));
    case 'both':
      return (p, ctx) => p.flow >= 0 && test(toServer(p.flow, ctx)) && test(toClient(p.flow, ctx));
    default:
      throw new RuleError(`"${direction}" is no direction`, 'toserver, toclient, either or both');
  }
}

interface Counted {
  readonly name: string;
  readonly width: IntegerWidth;
  readonly what: string;
  readonly toServer: Read;
  readonly toClient: Read;
}

function counterKeywords({ name, width, what, toServer, toClient }: Counted): KeywordDefinition[] {
  const directed = defineKeyword({
    name,
    argument: 'required',
    kind: 'match',
    supportsPrefilter: width === 'u32',
    summary: `${what} of the flow so far, by direction.`,
    page: `${PAGE}#${name.replace('.', '-')}`,
    examples: [rule(`${name}:toserver,>100;`)],
    compile(builder, option) {
      const match = /^\s*(\w+)\s*,(.*)$/s.exec(unquoted(option));
      if (match === null) throw new RuleError(`${name} needs a direction and a condition`, `${name}:toserver,>100`);
      const test = acceptInteger(option, match[2]!, width);
      builder.addPacketMatch(bothWays(match[1]!, toServer, toClient, test), { keyword: name });
    },
  });
  const old = (['toserver', 'toclient'] as const).map((direction) =>
    integerKeyword({
      name: `${name}_${direction}`,
      width,
      summary: `${what} of the flow so far, ${direction}.`,
      page: `${PAGE}#${name.replace('.', '-')}`,
      examples: [rule(`${name}_${direction}:>100;`)],
      supportsPrefilter: width === 'u32',
      read: (p, ctx) => (p.flow < 0 ? -1 : (direction === 'toserver' ? toServer : toClient)(p.flow, ctx)),
    }),
  );
  return [directed, ...old];
}

const elephant = defineKeyword({
  name: 'flow.elephant',
  argument: 'required',
  kind: 'match',
  supportsPrefilter: true,
  summary: 'The flow carries exceptionally much data in a short time.',
  page: `${PAGE}#flow-elephant`,
  examples: [rule('flow.elephant:toserver;')],
  compile(builder, option) {
    const read =
      (bit: number): Read =>
      (flow, ctx) =>
        ctx.flows.flags(flow) & bit;
    const test: IntegerTest = (value) => value !== 0;
    const direction = unquoted(option).toLowerCase();
    const match = bothWays(direction, read(FlowFlag.elephantToServer), read(FlowFlag.elephantToClient), test);
    builder.addPacketMatch(match, { keyword: 'flow.elephant', details: { flow_elephant: { dir: direction } } });
  },
});

function streamSizeMatch(side: string, test: IntegerTest): PacketMatch {
  return (p, ctx) => {
    if (p.flow < 0) return false;
    const t = ctx.flows.tcp(p.flow);
    if (t < 0) return false;
    if (side === 'client') return test(ctx.tcp.streamSize(t, 'toServer'));
    if (side === 'server') return test(ctx.tcp.streamSize(t, 'toClient'));
    const client = test(ctx.tcp.streamSize(t, 'toServer'));
    if (side === 'either' ? client : !client) return client;
    return test(ctx.tcp.streamSize(t, 'toClient'));
  };
}

const streamSize = defineKeyword({
  name: 'stream_size',
  argument: 'required',
  kind: 'match',
  supportsPrefilter: true,
  summary: 'Bytes of the TCP stream so far, by sequence numbers.',
  page: `${PAGE}#stream-size`,
  examples: [rule('stream_size:both,>,5000;')],
  compile(builder, option) {
    const match = /^(server|client|both|either)\s*,\s*(<=|>=|!=|<|>|=|!)\s*,\s*(\d+)$/.exec(requiredArgument(option));
    if (match === null) throw new RuleError('stream_size cannot be read', 'stream_size:server,>,5000');
    const test = acceptInteger(option, `${match[2]!}${match[3]!}`, 'u32');
    builder.addPacketMatch(streamSizeMatch(match[1]!, test), {
      keyword: 'stream_size',
      keepsStream: true,
    });
  },
});

export default [
  age,
  ...counterKeywords({
    name: 'flow.pkts',
    width: 'u32',
    what: 'Packets',
    toServer: readWord(F.packetsToServer),
    toClient: readWord(F.packetsToClient),
  }),
  ...counterKeywords({
    name: 'flow.bytes',
    width: 'u64',
    what: 'Bytes',
    toServer: readDouble(F.bytesToServer),
    toClient: readDouble(F.bytesToClient),
  }),
  elephant,
  streamSize,
];
