// app-layer-state: how far a transaction is, by the names that its protocol has for the states of a direction.

import { DEFAULT_STATES } from '../framework/app-protocol.ts';
import type { BufferEngine } from '../framework/buffer.ts';
import { requiredArgument } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { SignatureBuilder } from '../framework/keyword.ts';
import type { TxMatch } from '../framework/signature.ts';

const KEYWORD = 'app-layer-state';
const ARGUMENT = /^([<>]?)([A-Za-z0-9_]+)$/;

interface State {
  readonly protocol: string;
  readonly direction: BufferEngine['direction'];
  readonly progress: number;
}

function stateOf(builder: SignatureBuilder, name: string): State {
  const protocol = builder.ast.protocol.text.toLowerCase();
  const ids = builder.setup.appProtocols(protocol);
  if (ids?.length !== 1)
    throw new RuleError(`${KEYWORD}: rules on "${protocol}" have no states`, 'name one protocol: alert tls ...');
  const states = builder.setup.protocol(protocol)?.states ?? DEFAULT_STATES;
  const toServer = states.toServer.indexOf(name);
  if (toServer >= 0) return { protocol, direction: 'toserver', progress: toServer };
  const toClient = states.toClient.indexOf(name);
  if (toClient >= 0) return { protocol, direction: 'toclient', progress: toClient };
  const known = [...states.toServer, ...states.toClient].join(', ');
  throw new RuleError(`${KEYWORD}: ${protocol} has no state "${name}"`, known);
}

/** In the state, or on the way through it since rules looked last: an alert each time. */
function isIn(progress: number): TxMatch {
  return (_tx, _p, ctx) => ctx.txProgressBefore <= progress && ctx.txProgress >= progress;
}

/** Looked at once: a transaction does not go back. */
function isBefore(progress: number): TxMatch {
  return (_tx, _p, ctx) => ctx.txProgress < progress;
}

export default defineKeyword({
  name: KEYWORD,
  argument: 'required',
  kind: 'match',
  summary: 'The transaction is in a state of its protocol, before it (<) or past it (>).',
  page: 'rules/app-layer.html#app-layer-state',
  examples: [
    'alert tls any any -> any any (msg:"m"; app-layer-state:client_hello_done; sid:1;)',
    'alert tls any any -> any any (msg:"m"; app-layer-state:>server_hello; sid:1;)',
  ],
  compile(builder, option) {
    const match = ARGUMENT.exec(requiredArgument(option));
    if (match === null) throw new RuleError(`${KEYWORD}: "${option.value ?? ''}" is no state`, 'state, <state, >state');
    const { protocol, direction, progress } = stateOf(builder, match[2]!.toLowerCase());
    const engineAt = (at: number): BufferEngine => ({ direction, appProtocol: protocol, progress: at });
    if (match[1] === '<') builder.addTxMatch(isBefore(progress), { keyword: KEYWORD, engines: [engineAt(0)] });
    else if (match[1] === '>') builder.addTxMatch(() => true, { keyword: KEYWORD, engines: [engineAt(progress + 1)] });
    else builder.addTxMatch(isIn(progress), { keyword: KEYWORD, engines: [engineAt(progress)], isLasting: true });
  },
});
