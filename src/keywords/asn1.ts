// `asn1`: malformed or suspicious BER in the payload (X.690).

import { plainNumber, splitOption } from '../detect/content/byte-field.ts';
import { SigFlag } from '../framework/signature.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { splitArgument } from '../rules/index.ts';

interface Tests {
  bitstring: boolean;
  double: boolean;
  /** Infinity: not tested. */
  oversize: number;
}

const MAX_FRAMES = 256;

/** Walks elements one after another and into constructed ones; true when one of the tests holds. */
function inspectBer(data: Uint8Array, from: number, end: number, tests: Tests): boolean {
  let at = from;
  for (let frames = 0; at + 2 <= end && frames < MAX_FRAMES; frames++) {
    const tag = data[at]!;
    let length = data[at + 1]!;
    let body = at + 2;
    if (length > 128) {
      const count = length & 127;
      if (count > 4 || body + count > end) return false;
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + data[body + i]!;
      body += count;
    } else if (length === 128) length = 0;
    if (length > tests.oversize) return true;
    if (tests.bitstring && (tag & 0xdf) === 3 && body < end && data[body]! > length * 8) return true;
    // an ASCII real may not be longer than 256 bytes
    if (tests.double && (tag & 0xdf) === 9 && length > 256 && (data[body]! & 0xc0) === 0) return true;
    at = (tag & 0x20) !== 0 ? body : body + length;
  }
  return false;
}

export default defineKeyword({
  name: 'asn1',
  argument: 'required',
  kind: 'match',
  summary: 'Malformed BER: bitstring_overflow, double_overflow, oversize_length.',
  page: 'rules/payload-keywords.html#asn1',
  examples: [
    'alert udp any any -> any 161 (msg:"x"; asn1:oversize_length 10000, absolute_offset 0; sid:1;)',
    'alert tcp any any -> any any (msg:"x"; content:"a"; asn1:bitstring_overflow, double_overflow, relative_offset 1; sid:1;)',
  ],
  compile(builder, option) {
    const tests: Tests = { bitstring: false, double: false, oversize: Infinity };
    let offset = 0;
    let isRelative = false;
    for (const { text } of splitArgument(option.value ?? '')) {
      const [name, value] = splitOption(text);
      if (name === 'bitstring_overflow') tests.bitstring = true;
      else if (name === 'double_overflow') tests.double = true;
      else if (name === 'oversize_length') tests.oversize = plainNumber('asn1', value, [1, 0xffffffff]);
      else if (name === 'absolute_offset' || name === 'relative_offset') {
        isRelative = name === 'relative_offset';
        offset = plainNumber('asn1', value, [isRelative ? -65535 : 0, 65535]);
      } else throw new RuleError(`asn1: unknown option "${text}"`);
    }
    builder.flags |= SigFlag.requirePacket;
    builder.addElement({
      keyword: 'asn1',
      content: null,
      isRelative,
      link: (next) => (inspection) => {
        const from = (isRelative ? inspection.cursor : inspection.start) + offset;
        if (--inspection.budget < 0 || from < inspection.start) return false;
        return inspectBer(inspection.data, from, inspection.end, tests) && next(inspection);
      },
    });
  },
});
