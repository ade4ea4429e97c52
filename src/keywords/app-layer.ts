// app-layer-protocol and app-layer-event: which protocol a flow speaks, and what was wrong with it.

import { nearestName } from '../base/nearest-name.ts';
import { anomalyId, anomalyNames } from '../framework/anomaly.ts';
import { toClient, toServer } from '../framework/app-keyword.ts';
import { narrowestName } from '../framework/app-protocol.ts';
import { F } from '../framework/flows.ts';
import type { Flows } from '../framework/flows.ts';
import { unquoted } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { RulesetSetup, SignatureBuilder } from '../framework/keyword.ts';
import type { RuleOption } from '../rules/index.ts';
import { PacketFlag } from '../framework/packet.ts';
import type { PacketMatch } from '../framework/signature.ts';
import type { Transaction } from '../framework/transaction.ts';

const KEYWORD = 'app-layer-protocol';
const FAILED = 1;
/** Which of the flow's protocols counts, and how it is read; `either` reads two. */
const MODES: Readonly<Record<string, (flows: Flows, f: number, isToServer: boolean) => number>> = {
  final: (flows, f) => flows.word(f, F.appProtocol),
  original: (flows, f) => flows.word(f, F.appProtocolOriginal),
  either: (flows, f) => flows.word(f, F.appProtocolToServer),
  to_server: (flows, f) => flows.word(f, F.appProtocolToServer),
  to_client: (flows, f) => flows.word(f, F.appProtocolToClient),
  direction: (flows, f, isToServer) => flows.word(f, isToServer ? F.appProtocolToServer : F.appProtocolToClient),
};
const MODE_NAMES = Object.keys(MODES);

/** Undefined: a protocol that is not parsed yet. */
function protocolNumbers(setup: RulesetSetup, name: string): readonly number[] | undefined {
  if (name === 'failed') return [FAILED];
  if (name === 'unknown') return [0];
  const ids = setup.appProtocols(name);
  const isPending = name === name.toLowerCase() && setup.isPendingProtocol(name);
  if (ids === undefined && !isPending) throw new RuleError(`app-layer-protocol: unknown protocol "${name}"`);
  return ids;
}

const appLayerProtocol = defineKeyword({
  name: KEYWORD,
  quotes: 'optional',
  argument: 'required',
  kind: 'match',
  supportsPrefilter: true,
  summary: 'The application protocol of the flow.',
  page: 'rules/app-layer.html#app-layer-protocol',
  examples: [
    'alert tcp any any -> any any (msg:"m"; app-layer-protocol:dns; sid:1;)',
    'alert tcp any any -> any any (msg:"m"; app-layer-protocol:!dns,final; sid:1;)',
  ],
  compile(builder, option) {
    if (builder.namesProtocol)
      throw new RuleError(
        'app-layer-protocol: the rule is about one protocol already',
        'it goes with headers like tcp, and before keywords of a protocol',
      );
    const { isNegated, mode, names } = readChoice(option);
    if (!MODE_NAMES.includes(mode))
      throw new RuleError(`app-layer-protocol: unknown mode "${mode}"`, `one of ${MODE_NAMES.join(', ')}`);
    if (isNegated && names.includes('unknown')) throw new RuleError('app-layer-protocol: "unknown" cannot be negated');
    const ids: number[] = [];
    for (const name of names) {
      const found = protocolNumbers(builder.setup, name);
      if (found === undefined) {
        builder.awaitAppLayer(`application layer "${name}" is not supported yet`);
        return;
      }
      ids.push(...found);
    }
    builder.addPacketMatch(speaks(ids, mode, isNegated), {
      keyword: KEYWORD,
      keepsStream: true,
      requires: 'flow',
      details: { app_layer_protocol: { protocols: covered(names), mode, negated: isNegated } },
    });
  },
  check(builder) {
    const choices = builder.ast.options.filter(({ key }) => key.toLowerCase() === KEYWORD).map(readChoice);
    if (builder.prefilterKeyword === KEYWORD && choices.some(({ names }) => names.length > 1))
      throw new RuleError('prefilter is not supported for multi-value app-layer-protocol');
    for (const mode of MODE_NAMES)
      checkTogether(
        choices.filter((choice) => choice.mode === mode),
        builder.setup,
      );
  },
});

/** In the order of Suricata's numbers. */
const NUMBERED = (
  'unknown failed http ftp smtp tls ssh imap smb dcerpc dns enip nfs ntp ftp-data tftp ike krb5 quic dhcp sip rfb mqtt ' +
  'pgsql telnet websocket ldap doh2 rdp http2 bittorrent-dht pop3 mdns snmp modbus dnp3 http_any'
).split(' ');
/** Names that stand for more than themselves. */
const COVERED: Readonly<Record<string, readonly string[]>> = {
  http: ['http', 'http2', 'http_any'],
  http1: ['http'],
  dns: ['dns', 'doh2'],
};

function covered(names: readonly string[]): string[] {
  const all = new Set(names.flatMap((name) => COVERED[name] ?? [name]));
  return [...all].sort((a, b) => NUMBERED.indexOf(a) - NUMBERED.indexOf(b));
}

interface Choice {
  readonly isNegated: boolean;
  readonly names: readonly string[];
  readonly mode: string;
}

function readChoice(option: RuleOption): Choice {
  const text = unquoted(option).trim();
  const [list = '', ...modes] = text.replace(/^!\s*/, '').split(',');
  return {
    isNegated: text.startsWith('!'),
    names: list.split('|').map((part) => part.trim()),
    mode: modes.length === 0 ? 'direction' : modes.join(',').trim(),
  };
}

/** Of what is asked of the same protocol of a flow: one thing that it is, or several, all different, that it is not. */
function checkTogether(choices: readonly Choice[], setup: RulesetSetup): void {
  if (choices.length < 2) return;
  const said = 'conflicting app-layer-protocol rules:';
  const negated = choices.filter(({ isNegated }) => isNegated);
  if (negated.length === 0)
    throw new RuleError(`${said} more than one protocol that it is`, 'several in one: app-layer-protocol:http|tls');
  if (negated.length < choices.length) throw new RuleError(`${said} what it is and what it is not`);
  const all = negated.flatMap(({ names }) => [...new Set(names.flatMap((name) => protocolNumbers(setup, name) ?? []))]);
  if (new Set(all).size < all.length) throw new RuleError(`${said} a protocol is excluded twice`);
}

/** Whether a flow speaks one of the protocols, or, negated, something known that is none of them. */
function speaks(ids: readonly number[], mode: string, isNegated: boolean): PacketMatch {
  const read = MODES[mode]!;
  const readsBoth = mode === 'either';
  const mayBeUnknown = ids.includes(0);
  return (p, { flows }) => {
    if (p.flow < 0) return false;
    const one = read(flows, p.flow, (p.flags & PacketFlag.toServer) !== 0);
    const other = readsBoth ? flows.word(p.flow, F.appProtocolToClient) : one;
    if (one === 0 && other === 0 && !mayBeUnknown) return false; // nothing is known yet
    return (ids.includes(one) || ids.includes(other)) !== isNegated;
  };
}

/** Events come and go with versions: a rule on one that is not known is left out, and wrong only where that is asked for. */
function awaitEvent(builder: SignatureBuilder, name: string): void {
  const { setup } = builder;
  const protocol = name.slice(0, Math.max(0, name.indexOf('.')));
  if (setup.isPendingProtocol(protocol)) {
    builder.awaitAppLayer(`application layer "${protocol}" is not supported yet`);
    return;
  }
  const nearest = nearestName(name, anomalyNames('applayer'));
  throw new RuleError(
    `app-layer-event: unknown event "${name}"`,
    nearest === undefined ? undefined : `did you mean ${nearest}?`,
    setup.appProtocols(protocol) === undefined || setup.strictKeywords.has('app-layer-event')
      ? undefined
      : 'rule/outdated-event',
  );
}

const appLayerEvent = defineKeyword({
  name: 'app-layer-event',
  argument: 'required',
  kind: 'match',
  summary: 'The application protocol of the flow is irregular in this way.',
  page: 'rules/app-layer.html#app-layer-event',
  examples: [
    'alert tcp any any -> any any (msg:"m"; app-layer-event:applayer_mismatch_protocol_both_directions; sid:1;)',
  ],
  compile(builder, option) {
    const name = unquoted(option).toLowerCase();
    const id = anomalyId('applayer', name);
    if (id === undefined) {
      awaitEvent(builder, name);
      return;
    }
    if (!name.includes('.')) {
      builder.addPacketMatch((p) => p.hasAnomaly(id), {
        keyword: 'app-layer-event',
        keepsStream: true,
        requires: 'engine_event',
      });
      return;
    }
    const named = name.slice(0, name.indexOf('.'));
    const definition = builder.setup.protocol(named);
    const protocol = definition === undefined ? named : narrowestName(definition);
    builder.addTxMatch((tx: Transaction) => tx.anomalies?.includes(id) === true, {
      keyword: 'app-layer-event',
      engines: [toServer(protocol, 0), toClient(protocol, 0)],
      isRepeated: true,
    });
  },
});

export default [appLayerProtocol, appLayerEvent];
