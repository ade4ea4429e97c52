// `rpc`: program, version and procedure of a SUNRPC call (RFC 5531).

import { plainNumber } from '../detect/content/byte-field.ts';
import { RuleError, defineKeyword } from '../framework/keyword.ts';
import { splitArgument } from '../rules/index.ts';

const ANY = -1;
/** Bytes up to and with the procedure. */
const CALL_HEADER = 24;

function u32(data: Uint8Array, at: number): number {
  return ((data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!) >>> 0;
}

export default defineKeyword({
  name: 'rpc',
  argument: 'required',
  kind: 'match',
  summary: 'Program, version and procedure of a SUNRPC call; "*" for any.',
  page: 'rules/payload-keywords.html#rpc',
  examples: [
    'alert udp any any -> any 111 (msg:"x"; rpc:100000,*,4; sid:1;)',
    'alert tcp any any -> any 111 (msg:"x"; rpc:100003,3,*; sid:1;)',
  ],
  compile(builder, option) {
    const parts = splitArgument(option.value ?? '').map((part) => part.text);
    if (parts.length > 3) throw new RuleError('rpc takes program, version and procedure');
    const [program, version, procedure] = [0, 1, 2].map((i) => {
      const text = parts[i] ?? '*';
      return text === '*' && i > 0 ? ANY : plainNumber('rpc', text, [0, 0xffffffff]);
    });
    builder.addPacketMatch(
      (p) => {
        // over TCP the record mark comes first
        const mark = p.proto === 6 ? 4 : 0;
        if (p.payloadLength < CALL_HEADER + mark) return false;
        const at = p.payloadOffset + mark;
        if (u32(p.data, at + 4) !== 0 || u32(p.data, at + 8) !== 2 || u32(p.data, at + 12) !== program) return false;
        if (version !== ANY && u32(p.data, at + 16) !== version) return false;
        return procedure === ANY || u32(p.data, at + 20) === procedure;
      },
      { keyword: 'rpc' },
    );
  },
});
