// Compiles the payload conditions of a rule and runs them over bytes.

import assert from 'node:assert/strict';
import { linkChain } from '../../src/detect/content/chain-link.ts';
import { dsizeOf, finishChain } from '../../src/detect/content/reach.ts';
import { checkTransforms } from '../../src/detect/content/transform.ts';
import { RuleBuilder } from '../../src/detect/compile/signature-builder.ts';
import { BufferView } from '../../src/framework/buffer.ts';
import type { BufferDefinition } from '../../src/framework/buffer.ts';
import { Inspection } from '../../src/framework/chain.ts';
import { RuleError, defineKeyword } from '../../src/framework/keyword.ts';
import type { KeywordDefinition } from '../../src/framework/keyword.ts';
import { parseRuleText } from '../../src/rules/index.ts';
import absent from '../../src/keywords/absent.ts';
import asn1 from '../../src/keywords/asn1.ts';
import base64 from '../../src/keywords/base64.ts';
import bsize from '../../src/keywords/bsize.ts';
import byteExtract from '../../src/keywords/byte-extract.ts';
import byteJump from '../../src/keywords/byte-jump.ts';
import byteMath from '../../src/keywords/byte-math.ts';
import byteTest from '../../src/keywords/byte-test.ts';
import content from '../../src/keywords/content.ts';
import depth from '../../src/keywords/depth.ts';
import distance from '../../src/keywords/distance.ts';
import dsize from '../../src/keywords/dsize.ts';
import endswith from '../../src/keywords/endswith.ts';
import entropy from '../../src/keywords/entropy.ts';
import fastPattern from '../../src/keywords/fast-pattern.ts';
import isdataat from '../../src/keywords/isdataat.ts';
import nocase from '../../src/keywords/nocase.ts';
import offset from '../../src/keywords/offset.ts';
import pcre from '../../src/keywords/pcre.ts';
import pktData from '../../src/keywords/pkt-data.ts';
import rawbytes from '../../src/keywords/rawbytes.ts';
import replace from '../../src/keywords/replace.ts';
import rpc from '../../src/keywords/rpc.ts';
import startswith from '../../src/keywords/startswith.ts';
import transformBytes from '../../src/keywords/transform-bytes.ts';
import transformDomain from '../../src/keywords/transform-domain.ts';
import transformPcre from '../../src/keywords/transform-pcre.ts';
import transformText from '../../src/keywords/transform-text.ts';
import within from '../../src/keywords/within.ts';
import { TestSetup } from './support.ts';

const HEADER_BUFFER: BufferDefinition = {
  name: 'tcp.hdr',
  description: 'stands for any sticky buffer',
  source: 'packet',
  isMulti: false,
  get: () => false,
};

const tcpHdr = defineKeyword({
  name: 'tcp.hdr',
  argument: 'none',
  kind: 'buffer',
  summary: '',
  page: '',
  examples: [],
  compile: (builder) => {
    builder.setBuffer(HEADER_BUFFER);
  },
});

const IGNORED = ['msg', 'sid'].map((name) =>
  defineKeyword({
    name,
    argument: 'required',
    kind: 'meta',
    summary: '',
    page: '',
    examples: [],
    compile: () => undefined,
  }),
);

export const PAYLOAD_KEYWORDS: readonly KeywordDefinition[] = [
  ...[absent, asn1, base64, bsize, byteExtract, byteJump, byteMath, byteTest, content, depth, distance, dsize],
  ...[endswith, entropy, fastPattern, isdataat, nocase, offset, pcre, pktData, rawbytes, replace, rpc, startswith],
  ...[transformBytes, transformDomain, transformPcre, transformText, within],
].flat();

const keywords = [...PAYLOAD_KEYWORDS, tcpHdr, ...IGNORED];

/** Compiles a whole rule, with the checks at its end. */
export function compileRule(rule: string): RuleBuilder {
  const ast = parseRuleText(rule, 'test.rules').rules[0];
  assert.ok(ast, rule);
  const builder = new RuleBuilder(ast, new TestSetup(), 1);
  for (const option of ast.options) {
    const keyword = keywords.find(({ name }) => name === option.key);
    if (keyword === undefined) throw new RuleError(`unknown keyword ${option.key}`);
    keyword.compile(builder, option);
    builder.seen.push(option.key);
  }
  finishChain(builder.payload.elements, dsizeOf(builder));
  for (const chain of builder.chains) {
    finishChain(chain.elements);
    for (const content of chain.contents) checkTransforms(chain.transforms, content);
  }
  return builder;
}

export function compile(options: string): RuleBuilder {
  return compileRule(`alert tcp any any -> any any (${options} sid:1;)`);
}

export function bytes(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? Uint8Array.from(Buffer.from(data, 'latin1')) : data;
}

/** Does the payload fulfil the payload conditions? The bytes stand amid others, which must not count. */
export function holds(options: string, payload: string | Uint8Array, streamOffset = 0): boolean {
  const inspection = inspect(payload);
  inspection.streamOffset = streamOffset;
  const builder = compile(options);
  if (!linkChain(builder.payload.elements)(inspection)) return false;
  const decoded = builder.chains.find(({ buffer }) => buffer?.source === 'base64');
  if (decoded === undefined) return true;
  inspection.data = inspection.base64;
  inspection.start = inspection.cursor = 0;
  inspection.end = inspection.base64Length;
  return linkChain(decoded.elements)(inspection);
}

export function inspect(payload: string | Uint8Array): Inspection {
  const body = bytes(payload);
  const inspection = new Inspection();
  inspection.data = Uint8Array.from([...bytes('abcabc'), ...body, ...bytes('abcabc')]);
  inspection.start = inspection.cursor = 6;
  inspection.end = 6 + body.length;
  return inspection;
}

/** What the transforms of a rule make of a buffer; null where it does not exist. */
export function transformed(options: string, data: string | Uint8Array): string | null {
  const { transforms } = compile(`tcp.hdr; ${options}`).chains[0]!;
  let view = new BufferView();
  view.data = bytes(data);
  view.end = view.data.length;
  for (const { apply } of transforms) {
    const to = new BufferView();
    if (!apply(view, to)) return null;
    view = to;
  }
  return Buffer.from(view.data.subarray(view.start, view.end)).toString('latin1');
}

/** The message a rule is refused with. */
export function refused(options: string): string {
  try {
    compile(options);
  } catch (error) {
    if (error instanceof RuleError) return error.message;
    throw error;
  }
  throw new Error(`accepted: ${options}`);
}
