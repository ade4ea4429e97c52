// vlan.id and vlan.layers: identifiers and number of VLAN tags.

import { integerKeyword } from '../framework/header-keyword.ts';
import { acceptInteger, requiredArgument } from '../framework/keyword-argument.ts';
import type { IntegerTest } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { Packet } from '../framework/packet.ts';
import { failed, parseInteger } from '../rules/index.ts';
import type { IntegerMatch, Parsed } from '../rules/index.ts';
import type { PacketMatch } from '../framework/signature.ts';

const PAGE = 'rules/vlan-keywords.html';
const MAX_ID = 0xfff;
const MAX_LAYERS = 3;

function vlanId(p: Packet, layer: number): number {
  return layer === 0 ? p.vlan0 : layer === 1 ? p.vlan1 : p.vlan2;
}

function anyLayer(test: IntegerTest): PacketMatch {
  return (p) => {
    for (let i = 0; i < p.vlanCount; i++) if (test(vlanId(p, i))) return true;
    return false;
  };
}

function allLayers(test: IntegerTest): PacketMatch {
  return (p) => {
    for (let i = 0; i < p.vlanCount; i++) if (!test(vlanId(p, i))) return false;
    return p.vlanCount > 0;
  };
}

/** Negative layers count from the innermost tag. */
function oneLayer(test: IntegerTest, layer: number): PacketMatch {
  return (p) => {
    const i = layer < 0 ? p.vlanCount + layer : layer;
    return i >= 0 && i < p.vlanCount && test(vlanId(p, i));
  };
}

const id = defineKeyword({
  name: 'vlan.id',
  argument: 'required',
  kind: 'match',
  supportsPrefilter: true,
  summary: 'Identifier of a VLAN tag, of any layer or of the one named.',
  page: `${PAGE}#vlan-id`,
  examples: [
    'alert ip any any -> any any (msg:"m"; vlan.id:200,1; sid:1;)',
    'alert ip any any -> any any (msg:"m"; vlan.id:>100,all; sid:2;)',
  ],
  compile(builder, option) {
    const [condition = '', layerText, ...rest] = requiredArgument(option).split(',');
    if (rest.length > 0) throw new RuleError('vlan.id takes a condition and a layer');
    const plain = /^\s*(0x[0-9a-f]+|\d+)(k?)(?:i?b)?\s*$/i.exec(condition);
    if (plain !== null && Number(plain[1]) * (plain[2] === '' ? 1 : 1024) > MAX_ID)
      throw new RuleError('a VLAN identifier is 4095 at most');
    if (/^\s*count\b/.test(condition)) {
      const count = acceptInteger(option, condition.replace(/^\s*count/, ''), 'u8');
      builder.addPacketMatch((p) => count(p.vlanCount), { keyword: 'vlan.id' });
      return;
    }
    const test = acceptInteger(option, condition, 'u16');
    builder.addPacketMatch(layerMatch(test, layerText?.trim().toLowerCase() ?? 'any'), { keyword: 'vlan.id' });
  },
});

function layerMatch(test: IntegerTest, layer: string): PacketMatch {
  if (layer === 'any') return anyLayer(test);
  if (layer === 'all') return allLayers(test);
  if (!/^(?:[0-2]|-[1-3])$/.test(layer))
    throw new RuleError(`"${layer}" is no VLAN layer`, '0 to 2, -1 to -3, any or all');
  return oneLayer(test, Number(layer));
}

/** There are three tags at most. */
function layerCount(argument: string): Parsed<IntegerMatch> {
  const result = parseInteger(argument, 'u8');
  if (!result.ok || !(result.value.a > MAX_LAYERS || ('b' in result.value && result.value.b > MAX_LAYERS)))
    return result;
  return failed('number of layers out of range', 0, argument.length, '0 to 3');
}

const layers = integerKeyword({
  name: 'vlan.layers',
  width: 'u8',
  summary: 'Number of VLAN tags.',
  page: `${PAGE}#vlan-layers`,
  examples: ['alert ip any any -> any any (msg:"m"; vlan.layers:2; sid:1;)'],
  read: (p) => p.vlanCount,
  parse: layerCount,
});

export default [id, layers];
