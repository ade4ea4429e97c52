// noalert, alert, bypass, prefilter, nfq_set_mark, config: how a matching rule behaves.

import { F, FlowFlag, FlowStateId } from '../framework/flows.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { requiredArgument } from '../framework/keyword-argument.ts';
import { PacketFlag } from '../framework/packet.ts';
import { SigFlag } from '../framework/signature.ts';

const noalert = defineKeyword({
  name: 'noalert',
  argument: 'none',
  kind: 'meta',
  summary: 'Does all the rule asks for but writes no alert.',
  page: 'rules/meta.html#noalert',
  examples: ['alert tcp any any -> any any (msg:"m"; flowbits:set,seen; noalert; sid:1;)'],
  compile(builder) {
    builder.flags |= SigFlag.noAlert;
  },
});

const alert = defineKeyword({
  name: 'alert',
  argument: 'none',
  kind: 'meta',
  summary: 'Writes an alert even where the action would not.',
  page: 'rules/meta.html#alert',
  examples: ['pass tcp any any -> any any (msg:"m"; alert; sid:1;)'],
  compile(builder) {
    builder.flags &= ~SigFlag.noAlert;
  },
});

const bypass = defineKeyword({
  name: 'bypass',
  argument: 'none',
  kind: 'post',
  summary: 'Stops inspecting the flow once the rule matched.',
  page: 'rules/bypass-keyword.html',
  examples: ['alert tcp any any -> any any (msg:"m"; content:"x"; bypass; sid:1;)'],
  compile(builder) {
    builder.flags |= SigFlag.bypass;
    builder.addPostMatch(
      (p, ctx) => {
        if (p.flow < 0) return;
        ctx.flows.setFlag(p.flow, FlowFlag.bypassed);
        ctx.flows.setWord(p.flow, F.state, FlowStateId.bypassed);
        p.flags |= PacketFlag.bypassed;
      },
      { keyword: 'bypass' },
    );
  },
});

const prefilter = defineKeyword({
  name: 'prefilter',
  argument: 'none',
  kind: 'modifier',
  summary: 'Makes the keyword before it decide first.',
  page: 'rules/prefilter-keywords.html#prefilter',
  examples: ['alert ip any any -> any any (msg:"m"; ttl:1; prefilter; sid:1;)'],
  compile(builder) {
    builder.markPrefilter();
  },
});

const nfqSetMark = defineKeyword({
  name: 'nfq_set_mark',
  argument: 'required',
  kind: 'post',
  summary: 'Sets the mark of the packet in the firewall queue.',
  page: 'rules/meta.html',
  examples: ['pass tcp any any -> any 443 (msg:"m"; nfq_set_mark:0x4/0x4; sid:1;)'],
  compile(builder, option) {
    const match = /^(0x[0-9a-f]{1,8}|\d+)\/(0x[0-9a-f]{1,8}|\d+)$/i.exec(requiredArgument(option));
    const mark = Number(match?.[1]);
    const mask = Number(match?.[2]);
    if (match === null || mark > 0xffffffff || mask > 0xffffffff)
      throw new RuleError('nfq_set_mark needs a mark and a mask of 32 bits', 'nfq_set_mark:0x4/0x4');
    builder.addPostMatch(
      (p) => {
        p.mark = (p.mark & ~mask) | (mark & mask);
        p.markMask |= mask;
      },
      { keyword: 'nfq_set_mark' },
    );
  },
});

const CONFIG = /^(logging|tracking)\s+(disable)\s*,\s*type\s+(tx|flow)\s*,\s*scope\s+(tx|flow|packet)$/;

const config = defineKeyword({
  name: 'config',
  argument: 'required',
  kind: 'post',
  summary: 'Turns logging or tracking off for what matched.',
  page: 'rules/config.html',
  examples: ['config tcp any any -> any 80 (config:logging disable, type flow, scope flow; sid:1;)'],
  compile(builder, option) {
    const match = CONFIG.exec(requiredArgument(option).replace(/\s+/g, ' '));
    if (match === null) throw new RuleError('config cannot be read', 'config:logging disable, type flow, scope flow');
    if (match[1] === 'tracking' && match[4] === 'packet' && builder.ast.hook?.name !== 'pre_flow')
      throw new RuleError("disabling flow tracking is only supported in 'pre_flow' hook");
    if (match[3] === 'tx') {
      builder.addPostMatch((_p, ctx) => ctx.tx?.unlog(), { keyword: 'config' });
      return;
    }
    const bit = match[1] === 'logging' ? FlowFlag.noLog : FlowFlag.noPacketInspection;
    builder.addPostMatch(
      (p, ctx) => {
        if (p.flow >= 0) ctx.flows.setFlag(p.flow, bit);
      },
      { keyword: 'config' },
    );
  },
});

export default [noalert, alert, bypass, prefilter, nfqSetMark, config];
