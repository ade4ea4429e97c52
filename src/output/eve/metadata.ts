// EVE `metadata`: flowbits, flowints, flow variables and packet variables that rules set.
import { quote } from '../../base/json-text.ts';
import type { OutputContext } from '../../framework/output.ts';

const text = (value: Uint8Array | string): string =>
  quote(
    typeof value === 'string'
      ? value
      : Buffer.from(value)
          .toString('latin1')
          .replace(/[^\x20-\x7e]/g, '.'),
  );

/** `,"metadata":{...}` of a flow (-1: none) and, for packets, of the pcre captures; nothing when there is none. */
export function metadataText(context: OutputContext, f: number, options: { readonly withPacketVars: boolean }): string {
  const hasVars = options.withPacketVars && context.packetVars.length > 0;
  if (!hasVars && (f < 0 || context.flows.peekExtra(f) === null)) return '';
  const parts: string[] = [];
  if (hasVars) {
    parts.push(`"pktvars":[${context.packetVars.map((v) => `{${quote(v.name)}:${text(v.value)}}`).join(',')}]`);
  }
  if (f >= 0) flowParts(context, f, parts);
  return parts.length === 0 ? '' : `,"metadata":{${parts.join(',')}}`;
}

function flowParts(context: OutputContext, f: number, parts: string[]): void {
  const extra = context.flows.peekExtra(f);
  if (extra === null) return;
  if (extra.flowvars !== null && extra.flowvars.size > 0) {
    parts.push(
      `"flowvars":[${[...extra.flowvars].map(([name, value]) => `{${quote(name)}:${text(value)}}`).join(',')}]`,
    );
  }
  const bits =
    extra.flowbits === null
      ? []
      : [...extra.flowbits].map((id) => context.flowbitName(id)).filter((n) => n !== undefined);
  if (bits.length > 0) parts.push(`"flowbits":[${bits.map(quote).join(',')}]`);
  const ints: string[] = [];
  for (const [id, value] of extra.flowints ?? []) {
    const name = context.flowintName(id);
    if (name !== undefined) ints.push(`${quote(name)}:${String(value)}`);
  }
  if (ints.length > 0) parts.push(`"flowints":{${ints.join(',')}}`);
}
