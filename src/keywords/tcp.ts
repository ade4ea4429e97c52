// Conditions on the TCP header: tcp.flags, seq, ack, window, mss, wscale, and the phase of the session.

import type { Requirement } from '../framework/description.ts';
import { integerKeyword } from '../framework/header-keyword.ts';
import { unquoted } from '../framework/keyword-argument.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import type { Packet } from '../framework/packet.ts';
import type { PacketMatch } from '../framework/signature.ts';
import { parsePlainInteger } from '../rules/index.ts';
import { TCP_STATES } from '../framework/stream.ts';

const PAGE = 'rules/header-keywords.html';
const TCP = 6;
const rule = (options: string): string => `alert tcp any any -> any any (msg:"m"; ${options} sid:1;)`;

/** `1` and `2` are what CWR and ECE were before RFC 3168: reserved bits. */
const FLAGS: Readonly<Record<string, number>> = {
  F: 1,
  S: 2,
  R: 4,
  P: 8,
  A: 16,
  U: 32,
  E: 64,
  C: 128,
  2: 64,
  1: 128,
  0: 0,
};

function readFlags(text: string): number {
  let bits = 0;
  for (const letter of text) {
    const bit = FLAGS[letter];
    if (bit === undefined) throw new RuleError(`"${letter}" is no TCP flag`, 'F S R P A U C E, or 0 for none');
    bits |= bit;
  }
  return bits;
}

/** A segment whose header fits: what does not has no fields. */
function isSegment(p: Packet): boolean {
  return p.proto === TCP && p.l4Offset >= 0;
}

function flagsMatch(modifier: string, wanted: number, ignored: number): PacketMatch {
  const mask = 0xff & ~ignored;
  if (modifier === '+') return (p) => isSegment(p) && (p.tcpFlags & mask & wanted) === wanted;
  if (modifier === '*') return (p) => isSegment(p) && (p.tcpFlags & mask & wanted) !== 0;
  if (modifier === '!' && wanted === 0) return (p) => isSegment(p) && p.tcpFlags !== 0;
  if (modifier === '!') return (p) => isSegment(p) && (p.tcpFlags & mask & wanted) !== wanted;
  return (p) => isSegment(p) && (p.tcpFlags & mask) === wanted;
}

/** SYN, FIN and RST begin and end sessions; URG, ECE and CWR are rare. */
function requirementOf(wanted: number): Requirement | undefined {
  if ((wanted & 7) !== 0) return 'tcp_flags_init_deinit';
  return (wanted & 0xe0) !== 0 ? 'tcp_flags_unusual' : undefined;
}

const flags = defineKeyword({
  name: 'tcp.flags',
  aliases: ['flags'],
  argument: 'required',
  kind: 'match',
  supportsPrefilter: true,
  summary: 'Flags of the TCP header, with some left out of the comparison.',
  page: `${PAGE}#tcp-flags`,
  examples: [rule('tcp.flags:S,CE;'), rule('flags:!A;')],
  compile(builder, option) {
    const text = unquoted(option);
    const match = /^([!*+]?)\s*([0-9A-Z]+)([!*+]?)(?:\s*,\s*([1-9A-Z]+))?$/.exec(text);
    if (match === null || (match[1] !== '' && match[3] !== ''))
      throw new RuleError(`"${text}" are no TCP flags`, 'tcp.flags:S or tcp.flags:+SA,CE');
    const wanted = readFlags(match[2]!);
    const ignored = readFlags(match[4] ?? '');
    const requires = requirementOf(wanted);
    builder.addPacketMatch(flagsMatch(match[1] || match[3]!, wanted, ignored), {
      keyword: 'tcp.flags',
      ...(requires !== undefined && { requires }),
    });
  },
});

const seq = integerKeyword({
  name: 'tcp.seq',
  aliases: ['seq'],
  width: 'u32',
  summary: 'TCP sequence number.',
  page: `${PAGE}#seq`,
  examples: [rule('tcp.seq:0;')],
  detailKey: 'seq',
  read: (p) => (isSegment(p) ? p.tcpSeq >>> 0 : -1),
  parse: (argument) => parsePlainInteger(argument, { max: 0xffffffff, canSign: true }),
});

const ack = integerKeyword({
  name: 'tcp.ack',
  aliases: ['ack'],
  width: 'u32',
  summary: 'TCP acknowledgement number.',
  page: `${PAGE}#ack`,
  examples: [rule('tcp.ack:0;')],
  detailKey: 'ack',
  read: (p) => (isSegment(p) ? p.tcpAck >>> 0 : -1),
  parse: (argument) => parsePlainInteger(argument, { max: 0xffffffff, canSign: true }),
});

const windowSize = integerKeyword({
  name: 'tcp.window',
  aliases: ['window'],
  width: 'u16',
  summary: 'TCP window as in the header, not scaled.',
  page: `${PAGE}#window`,
  examples: [rule('tcp.window:55808;'), rule('window:!0;')],
  detailKey: 'window',
  read: (p) => (isSegment(p) ? p.tcpWindow : -1),
  parse: (argument) => parsePlainInteger(argument, { max: 0xffff, canNegate: true }),
});

const mss = integerKeyword({
  name: 'tcp.mss',
  width: 'u16',
  summary: 'Value of the maximum segment size option.',
  page: `${PAGE}#tcp-mss`,
  examples: [rule('tcp.flags:S; tcp.mss:<536;')],
  read: (p) => (p.proto === TCP ? p.tcpMss : -1),
});

const wscale = integerKeyword({
  name: 'tcp.wscale',
  width: 'u8',
  summary: 'Value of the window scale option.',
  page: `${PAGE}#tcp-wscale`,
  examples: [rule('tcp.flags:S; tcp.wscale:>10;')],
  read: (p) => (p.proto === TCP ? p.tcpWindowScale : -1),
});

const PHASES: Readonly<Record<string, readonly string[]>> = {
  setup: ['none', 'listen', 'syn_sent', 'syn_recv'],
  established: ['established'],
  closing: ['fin_wait1', 'fin_wait2', 'time_wait', 'last_ack', 'close_wait', 'closing', 'closed'],
};

const session = defineKeyword({
  name: 'tcp.session',
  argument: 'required',
  kind: 'match',
  summary: 'Phase the TCP session is in: setup, established, closing.',
  page: PAGE,
  examples: [rule('tcp.session:setup,established;')],
  compile(builder, option) {
    const isWanted = new Uint8Array(TCP_STATES.length);
    const phases = unquoted(option).split(',');
    for (const name of phases) {
      const states = PHASES[name.trim()];
      if (states === undefined) throw new RuleError(`unknown phase "${name.trim()}"`, Object.keys(PHASES).join(', '));
      for (const state of states) isWanted[(TCP_STATES as readonly string[]).indexOf(state)] = 1;
    }
    builder.addPacketMatch(
      (p, ctx) => {
        if (p.proto !== TCP || p.flow < 0) return false;
        const t = ctx.flows.tcp(p.flow);
        return t >= 0 && isWanted[ctx.tcp.state(t)] === 1;
      },
      { keyword: 'tcp.session', details: { tcp_session: { phases: phases.map((name) => name.trim()) } } },
    );
  },
});

export default [flags, seq, ack, windowSize, mss, wscale, session];
