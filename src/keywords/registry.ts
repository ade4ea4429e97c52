// Every keyword the compiler is given; generated from this folder (npm run gen).

import absentKeyword from './absent.ts';
import alertControlKeyword from './alert-control.ts';
import appLayerStateKeyword from './app-layer-state.ts';
import appLayerKeyword from './app-layer.ts';
import asn1Keyword from './asn1.ts';
import base64Keyword from './base64.ts';
import bsizeKeyword from './bsize.ts';
import byteExtractKeyword from './byte-extract.ts';
import byteJumpKeyword from './byte-jump.ts';
import byteMathKeyword from './byte-math.ts';
import byteTestKeyword from './byte-test.ts';
import capturedVarsKeyword from './captured-vars.ts';
import checksumKeyword from './checksum.ts';
import contentKeyword from './content.ts';
import datasetKeyword from './dataset.ts';
import depthKeyword from './depth.ts';
import distanceKeyword from './distance.ts';
import dsizeKeyword from './dsize.ts';
import endswithKeyword from './endswith.ts';
import entropyKeyword from './entropy.ts';
import eventsKeyword from './events.ts';
import fastPatternKeyword from './fast-pattern.ts';
import fileBuffersKeyword from './file-buffers.ts';
import fileDataKeyword from './file-data.ts';
import fileKeyword from './file.ts';
import flowCountersKeyword from './flow-counters.ts';
import flowKeyword from './flow.ts';
import flowbitsKeyword from './flowbits.ts';
import flowintKeyword from './flowint.ts';
import frameKeyword from './frame.ts';
import geoipKeyword from './geoip.ts';
import headerBuffersKeyword from './header-buffers.ts';
import icmpKeyword from './icmp.ts';
import ipKeyword from './ip.ts';
import iprepKeyword from './iprep.ts';
import isdataatKeyword from './isdataat.ts';
import metaKeyword from './meta.ts';
import nocaseKeyword from './nocase.ts';
import offsetKeyword from './offset.ts';
import pcreKeyword from './pcre.ts';
import pktDataKeyword from './pkt-data.ts';
import rawbytesKeyword from './rawbytes.ts';
import replaceKeyword from './replace.ts';
import requiresKeyword from './requires.ts';
import rpcKeyword from './rpc.ts';
import sctpKeyword from './sctp.ts';
import startswithKeyword from './startswith.ts';
import tagKeyword from './tag.ts';
import tcpKeyword from './tcp.ts';
import thresholdKeyword from './threshold.ts';
import transformBytesKeyword from './transform-bytes.ts';
import transformDomainKeyword from './transform-domain.ts';
import transformPcreKeyword from './transform-pcre.ts';
import transformTextKeyword from './transform-text.ts';
import vlanKeyword from './vlan.ts';
import withinKeyword from './within.ts';
import xbitsKeyword from './xbits.ts';

import type { KeywordDefinition } from '../framework/keyword.ts';

const files: readonly (KeywordDefinition | readonly KeywordDefinition[])[] = [
  absentKeyword,
  alertControlKeyword,
  appLayerStateKeyword,
  appLayerKeyword,
  asn1Keyword,
  base64Keyword,
  bsizeKeyword,
  byteExtractKeyword,
  byteJumpKeyword,
  byteMathKeyword,
  byteTestKeyword,
  capturedVarsKeyword,
  checksumKeyword,
  contentKeyword,
  datasetKeyword,
  depthKeyword,
  distanceKeyword,
  dsizeKeyword,
  endswithKeyword,
  entropyKeyword,
  eventsKeyword,
  fastPatternKeyword,
  fileBuffersKeyword,
  fileDataKeyword,
  fileKeyword,
  flowCountersKeyword,
  flowKeyword,
  flowbitsKeyword,
  flowintKeyword,
  frameKeyword,
  geoipKeyword,
  headerBuffersKeyword,
  icmpKeyword,
  ipKeyword,
  iprepKeyword,
  isdataatKeyword,
  metaKeyword,
  nocaseKeyword,
  offsetKeyword,
  pcreKeyword,
  pktDataKeyword,
  rawbytesKeyword,
  replaceKeyword,
  requiresKeyword,
  rpcKeyword,
  sctpKeyword,
  startswithKeyword,
  tagKeyword,
  tcpKeyword,
  thresholdKeyword,
  transformBytesKeyword,
  transformDomainKeyword,
  transformPcreKeyword,
  transformTextKeyword,
  vlanKeyword,
  withinKeyword,
  xbitsKeyword,
];

/** Keywords in the order of their files. */
export const KEYWORDS: readonly KeywordDefinition[] = files.flatMap(
  (file) => (Array.isArray(file) ? file : [file]) as KeywordDefinition[],
);

const byName = new Map<string, KeywordDefinition>();
for (const keyword of KEYWORDS)
  for (const name of [keyword.name, ...(keyword.aliases ?? [])]) byName.set(name, keyword);

/** A keyword by name or alias, lower case. */
export function findKeyword(name: string): KeywordDefinition | undefined {
  return byName.get(name);
}
