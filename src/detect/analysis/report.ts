// rules_analysis.txt: what each rule is, how it is inspected, and what its author may want to change.

import { SigFlag } from '../../framework/signature.ts';
import type { RuleType } from '../../framework/signature.ts';
import { isTcpProtocol } from '../compile/protocols.ts';
import { printable, searchedPart } from './printable.ts';
import type { AnalysedRule } from './rule.ts';
import { isAppLayer, ruleFlags } from './traits.ts';

const KINDS: Readonly<Record<RuleType, string>> = {
  ip_only: 'ip only',
  like_ip_only: 'like ip only',
  pd_only: 'PD only',
  de_only: 'DE only',
  pkt: 'packet inspecting',
  pkt_stream: 'packet and stream inspecting',
  stream: 'stream inspecting',
  app_layer: 'app-layer inspecting',
  app_tx: 'App-layer TX inspecting',
};

export function ruleReport(rule: AnalysedRule): string {
  const { signature } = rule;
  const warnings = warningsOf(rule);
  const lines = [...factsOf(rule), ...(warnings.length > 0 ? warnings : ['No warnings for this rule.'])];
  return [`== Sid: ${signature.sid} ==`, signature.text, ...lines.map((line) => `    ${line}`), '', ''].join('\n');
}

function factsOf(rule: AnalysedRule): string[] {
  const { signature, builder } = rule;
  const protocol = signature.protocol.toLowerCase();
  const flags = new Set(ruleFlags(rule));
  const facts = [`Rule is ${KINDS[signature.type]}.`];
  if (['ip4', 'ipv4'].includes(protocol)) facts.push('Rule is IPv4 only.');
  if (['ip6', 'ipv6'].includes(protocol)) facts.push('Rule is IPv6 only.');
  if (flags.has('need_packet')) facts.push('Rule matches on packets.');
  if (flags.has('need_stream') && builder.payload.elements.length > 0)
    facts.push('Rule matches on reassembled stream.');
  if (isAppLayer(rule)) facts.push(`App layer protocol is ${protocol}.`);
  const contents = countOf(rule, 'content');
  const expressions = countOf(rule, 'pcre');
  if (contents + expressions > 0) {
    facts.push(
      `Rule contains ${contents} content options, 0 http content options, ${expressions} pcre options, and 0 pcre options with http modifiers.`,
    );
  }
  if (rule.pattern !== null)
    facts.push(`Fast Pattern "${printable(searchedPart(rule.pattern.content))}" on ${placeOf(rule)} buffer.`);
  if (builder.prefilterKeyword !== undefined) facts.push(`Prefilter on: ${builder.prefilterKeyword}.`);
  return facts;
}

function countOf({ builder }: AnalysedRule, keyword: string): number {
  return builder.payload.elements.filter((element) => element.keyword === keyword).length;
}

function placeOf({ pattern, builder, signature }: AnalysedRule): string {
  const chain = builder.chains[pattern!.chain];
  if (chain?.buffer) {
    const transforms = chain.transforms.length > 0 ? ` (with ${chain.transforms.length} transform(s))` : '';
    return `"${chain.buffer.description} (${chain.buffer.name})"${transforms}`;
  }
  if ((signature.flags & SigFlag.requireStream) === 0) return '"payload"';
  return (signature.flags & SigFlag.requirePacket) === 0 ? '"reassembled stream"' : '"payload and reassembled stream"';
}

function warningsOf(rule: AnalysedRule): string[] {
  const { signature, builder } = rule;
  const hasPayload = builder.payload.elements.length > 0;
  const warnings: string[] = builder.warnings.map(({ message }) => `Warning: ${message}`);
  warnings.push(...builder.notes.filter((note) => note.startsWith('Warning: ')));
  if (countOf(rule, 'pcre') > 0 && countOf(rule, 'content') === 0) {
    warnings.push('Warning: an expression alone is tried on everything; a content beside it makes the rule faster.');
  }
  if (hasPayload && isTcpProtocol(signature.protocol.toLowerCase()) && !narrowsTcp(rule)) {
    warnings.push('Warning: a rule for TCP without flow state or flags; flow:established makes it faster.');
  }
  if (signature.type === 'pkt_stream' && countOf(rule, 'content') > 0 && isOnStreams(rule)) {
    warnings.push(
      'Warning: depth and offset hold for packets and for the stream alike; protocol tcp-pkt restricts the rule to packets.',
    );
  }
  if (signature.type !== 'de_only' && isBothWays(rule)) {
    warnings.push('Warning: inspects both directions; flow:to_server or flow:to_client halves the work.');
  }
  return warnings;
}

function narrowsTcp({ builder }: AnalysedRule): boolean {
  return builder.packetDescriptions.some(({ keyword }) => keyword === 'flow' || keyword === 'tcp.flags');
}

function isOnStreams({ signature }: AnalysedRule): boolean {
  return (signature.flags & SigFlag.requireStream) !== 0;
}

/** Protocols without a direction of their own are looked at both ways by nature. */
function isBothWays({ signature }: AnalysedRule): boolean {
  if (/^icmp/i.test(signature.protocol)) return false;
  return (signature.flags & (SigFlag.toServer | SigFlag.toClient)) === 0;
}
