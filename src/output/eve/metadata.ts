// EVE `metadata`: flowbits, flowints, flow variables, packet variables and entropies that rules set.
import { quote } from '../../base/json-text.ts';
import type { OutputContext } from '../../framework/output.ts';

/** Flowbits that classify the traffic are shown apart. */
const TRAFFIC_ID = 'traffic/id/';
const TRAFFIC_LABEL = 'traffic/label/';

/** A captured value as JSON text. */
export const captureText = (value: Uint8Array | string): string =>
  quote(
    typeof value === 'string'
      ? value
      : Buffer.from(value)
          .toString('latin1')
          .replace(/[^\x20-\x7e]/g, '.'),
  );

/** `,"metadata":{...}` of a flow (-1: none) and, for packets, of the pcre captures, then `,"traffic":{...}`; nothing when there is none. */
export function metadataText(context: OutputContext, f: number, options: { readonly withPacketVars: boolean }): string {
  const hasVars = options.withPacketVars && context.packetVars.length > 0;
  if (!hasVars && (f < 0 || context.flows.peekExtra(f) === null)) return '';
  const parts: string[] = [];
  if (hasVars) {
    parts.push(`"pktvars":[${context.packetVars.map((v) => `{${quote(v.name)}:${captureText(v.value)}}`).join(',')}]`);
  }
  const bits = f < 0 ? [] : bitNames(context, f);
  if (f >= 0) flowParts(context, f, bits, parts);
  const text = parts.length === 0 ? '' : `,"metadata":{${parts.join(',')}}`;
  return bits.some(isTraffic) ? text + trafficText(bits) : text;
}

function bitNames(context: OutputContext, f: number): string[] {
  const bits = context.flows.peekExtra(f)?.flowbits ?? null;
  return bits === null ? [] : [...bits].map((id) => context.flowbitName(id)).filter((name) => name !== undefined);
}

function isTraffic(bit: string): boolean {
  return bit.startsWith(TRAFFIC_ID) || bit.startsWith(TRAFFIC_LABEL);
}

function trafficText(bits: readonly string[]): string {
  const list = (prefix: string): string =>
    bits
      .filter((bit) => bit.startsWith(prefix))
      .map((bit) => quote(bit.slice(prefix.length)))
      .join(',');
  const parts = [list(TRAFFIC_ID), list(TRAFFIC_LABEL)].map((names, i) =>
    names === '' ? '' : `"${i === 0 ? 'id' : 'label'}":[${names}]`,
  );
  return `,"traffic":{${parts.filter((part) => part !== '').join(',')}}`;
}

function flowParts(context: OutputContext, f: number, bits: readonly string[], parts: string[]): void {
  const extra = context.flows.peekExtra(f);
  if (extra === null) return;
  if (extra.flowvars !== null && extra.flowvars.size > 0) {
    parts.push(
      `"flowvars":[${[...extra.flowvars].map(([name, value]) => `{${quote(name)}:${captureText(value)}}`).join(',')}]`,
    );
  }
  const shown = bits.filter((bit) => !isTraffic(bit));
  if (shown.length > 0) parts.push(`"flowbits":[${shown.map(quote).join(',')}]`);
  const ints: string[] = [];
  for (const [id, value] of extra.flowints ?? []) {
    const name = context.flowintName(id);
    if (name !== undefined) ints.push(`${quote(name)}:${String(value)}`);
  }
  if (ints.length > 0) parts.push(`"flowints":{${ints.join(',')}}`);
  const entropies = [...(extra.entropies ?? [])].map(([buffer, value]) => `${quote(buffer)}:${String(value)}`);
  if (entropies.length > 0) parts.push(`"entropy":{${entropies.join(',')}}`);
}
