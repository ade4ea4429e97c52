// Rules compiled as the engine compiles them, packets made of numbers, and a stream with nothing in it.

import assert from 'node:assert/strict';
import { compileRuleset } from '../../../src/detect/compile/ruleset.ts';
import { finish } from '../../../src/base/steps.ts';
import { compileMatcher } from '../../../src/detect/mpm/index.ts';
import { Candidates } from '../../../src/detect/run/candidates.ts';
import { SignatureGroups } from '../../../src/detect/run/groups.ts';
import { PatternTables } from '../../../src/detect/run/pattern-table.ts';
import { Packet, PacketFlag } from '../../../src/framework/packet.ts';
import type { SignatureSource } from '../../../src/detect/compile/outline.ts';
import type { RawStream } from '../../../src/framework/stream.ts';
import { findKeyword } from '../../../src/engine/keyword-table.ts';
import { Variables, parseRuleText } from '../../../src/rules/index.ts';
import { TestSetup } from '../../keywords/support.ts';

/** Every rule must load. */
export function compile(rules: readonly string[]): SignatureSource {
  const { rules: asts } = parseRuleText(rules.join('\n'), 'test.rules');
  const compiled = compileRuleset(asts, {
    setup: new TestSetup(),
    variables: new Variables({ HOME_NET: '10.0.0.0/8', EXTERNAL_NET: '!$HOME_NET' }, {}),
    findKeyword,
    keywordNames: () => [],
    isUnsupportedKeyword: () => false,
    isPendingKeyword: () => false,
    isPendingProtocol: () => false,
  });
  assert.deepEqual(
    compiled.diagnostics.filter((one) => one.severity === 'error').map((one) => one.message),
    [],
  );
  return compiled;
}

export interface PacketFields {
  readonly proto?: number;
  readonly src?: number;
  readonly dst?: number;
  readonly sp?: number;
  readonly dp?: number;
  readonly direction?: 'toServer' | 'toClient' | 'none';
  readonly payload?: string;
}

export function packet(fields: PacketFields): Packet {
  const payload = Buffer.from(fields.payload ?? '', 'latin1');
  const p = new Packet(new Uint8Array(payload));
  p.reset(p.data, -1, 0, payload.length);
  p.ipVersion = 4;
  p.proto = fields.proto ?? 6;
  p.src0 = (fields.src ?? 0x0a000001) | 0;
  p.dst0 = (fields.dst ?? 0xc0000201) | 0;
  p.sp = fields.sp ?? 40_000;
  p.dp = fields.dp ?? 80;
  p.payloadOffset = 0;
  p.payloadLength = payload.length;
  const direction = fields.direction ?? 'toServer';
  if (direction !== 'none') p.flags |= PacketFlag[direction];
  return p;
}

const NO_STREAM: RawStream = {
  open: () => 0,
  opened: 0,
  data: new Uint8Array(0),
  bufferId: -1,
  blockStart: new Int32Array(0),
  blockLength: new Int32Array(0),
  blockStreamOffset: new Float64Array(0),
  commit: () => undefined,
};

/** The sids of the candidates for a packet, rules about addresses alone included. */
export class Collector {
  private readonly source: SignatureSource;
  private readonly groups: SignatureGroups;
  private readonly candidates: Candidates;

  constructor(source: SignatureSource) {
    this.source = source;
    const tables = new PatternTables((patterns) => compileMatcher('ac', patterns));
    this.groups = finish(
      SignatureGroups.of(source.outlines, { tables, ids: () => undefined, transports: () => undefined }),
    );
    tables.compile();
    this.candidates = new Candidates(source.outlines.length);
  }

  sids(p: Packet): number[] {
    this.groups.collect(p, NO_STREAM, 0, 0, this.candidates);
    this.groups.collectIpOnly(p, this.candidates);
    const iids = [...this.candidates.iids.subarray(0, this.candidates.count)];
    assert.deepEqual(
      iids,
      [...new Set(iids)].sort((a, b) => a - b),
      'candidates are in evaluation order, each once',
    );
    return iids.map((iid) => this.source.outlines[iid]!.sid);
  }
}
