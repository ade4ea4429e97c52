// iprep: reputation of the packet's addresses in a category.

import { loadReputation } from '../detect/reputation/load.ts';
import type { Reputation } from '../detect/reputation/reputation.ts';
import { acceptInteger, acceptUnsigned, requiredArgument } from '../framework/keyword-argument.ts';
import type { IntegerTest } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { SignatureBuilder } from '../framework/keyword.ts';
import type { Packet } from '../framework/packet.ts';
import type { PacketMatch } from '../framework/signature.ts';
import type { RuleOption } from '../rules/index.ts';

function reputationOf(builder: SignatureBuilder): Reputation {
  const { setup } = builder;
  const state = setup.shared('reputation', () => ({
    loaded: loadReputation((path) => setup.setting(path)),
    told: false,
  }));
  if (state.loaded === undefined)
    throw new RuleError('iprep needs reputation data', 'set reputation-categories-file and reputation-files');
  if (!state.told) for (const problem of state.loaded.problems) builder.warn(problem);
  state.told = true;
  return state.loaded.reputation;
}

const FORM = /^(any|src|dst|both)\s*,\s*([^,]+?)\s*,\s*(?:(isset|isnotset)|(<=|>=|!=|<|>|=)\s*,\s*(\d+))$/i;

function scoreTest(option: RuleOption, match: RegExpExecArray): IntegerTest {
  if (match[3] !== undefined) return (score) => score >= 0;
  const limit = acceptUnsigned(option, match[5]!, { max: 127 });
  const operator = match[4]!;
  // every score fulfils these, and no parser of conditions would take them
  if (operator === '>=' && limit === 0) return (score) => score >= 0;
  if (operator === '<' && limit === 0) return () => false;
  const test = acceptInteger(option, operator + String(limit), 'u8');
  return (score) => score >= 0 && test(score);
}

function sideMatch(side: string, reputation: Reputation, category: number, test: IntegerTest): PacketMatch {
  const source = (p: Packet): boolean => test(reputation.score(category, p.ipVersion, p.src0, p.src1, p.src2, p.src3));
  const target = (p: Packet): boolean => test(reputation.score(category, p.ipVersion, p.dst0, p.dst1, p.dst2, p.dst3));
  if (side === 'src') return (p) => p.ipVersion !== 0 && source(p);
  if (side === 'dst') return (p) => p.ipVersion !== 0 && target(p);
  if (side === 'any') return (p) => p.ipVersion !== 0 && (source(p) || target(p));
  return (p) => p.ipVersion !== 0 && source(p) && target(p);
}

export default defineKeyword({
  name: 'iprep',
  readsFiles: true,
  argument: 'required',
  kind: 'match',
  summary: 'Reputation of the addresses in a category.',
  page: 'rules/ip-reputation-rules.html',
  examples: ['alert ip $HOME_NET any -> any any (msg:"m"; iprep:src,BadHosts,>,9; sid:1;)'],
  compile(builder, option) {
    const match = FORM.exec(requiredArgument(option));
    if (match === null)
      throw new RuleError('iprep cannot be read', 'iprep:src,BadHosts,>,9 or iprep:any,BadHosts,isset');
    const reputation = reputationOf(builder);
    const category = reputation.category(match[2]!);
    if (category === undefined) throw new RuleError(`unknown iprep category "${match[2]!}"`);
    const test = scoreTest(option, match);
    const isNegated = match[3]?.toLowerCase() === 'isnotset';
    const matches = sideMatch(match[1]!.toLowerCase(), reputation, category, isNegated ? (s) => s < 0 : test);
    builder.addPacketMatch(matches, { keyword: 'iprep', keepsStream: true, isPerPacket: false });
  },
});
