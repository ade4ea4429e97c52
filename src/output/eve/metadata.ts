// EVE `metadata`: flowbits, flowints, flow variables, packet variables and entropies that rules set.
import { part } from '../../base/byte-text.ts';
import type { ByteText } from '../../base/byte-text.ts';
import { quote } from '../../base/json-text.ts';
import type { FlowExtra } from '../../framework/flows.ts';
import type { OutputContext } from '../../framework/output.ts';

/** Flowbits that classify the traffic are shown apart. */
const TRAFFIC_ID = 'traffic/id/';
const TRAFFIC_LABEL = 'traffic/label/';
const METADATA = part(',"metadata":{');
const CLOSE = part('}');
const PKTVARS = part('"pktvars":[');
const FLOWVARS = part('"flowvars":[');
const FLOWBITS = part('"flowbits":[');
const FLOWINTS = part('"flowints":{');
const ENTROPY = part('"entropy":{');
const COMMA = 0x2c;
const BRACKET = 0x5d;

/** A captured value as JSON text. */
export const captureText = (value: Uint8Array | string): string =>
  quote(
    typeof value === 'string'
      ? value
      : Buffer.from(value)
          .toString('latin1')
          .replace(/[^\x20-\x7e]/g, '.'),
  );

function isTraffic(bit: string): boolean {
  return bit.startsWith(TRAFFIC_ID) || bit.startsWith(TRAFFIC_LABEL);
}

/** A flowbit's name as records show it. */
interface BitName {
  /** In quotes; empty for one that is nobody's or shown elsewhere. */
  readonly quoted: Uint8Array;
  readonly name: string;
  readonly isTraffic: boolean;
}

/** Writes the metadata of flows and packets; the names of flowbits are put in quotes once. */
export class Metadata {
  private readonly context: OutputContext;
  private readonly bits: BitName[] = [];
  private text: ByteText | null = null;
  /** Where the member under way began, and whether one stands before it. */
  private hasMember = false;

  constructor(context: OutputContext) {
    this.context = context;
  }

  /**
   * Appends `,"metadata":{...}` of a flow (-1: none) and, for packets, of the pcre captures, then `,"traffic":{...}`;
   * nothing when there is none.
   */
  append(text: ByteText, f: number, { withPacketVars }: { readonly withPacketVars: boolean }): void {
    const { context } = this;
    const hasVars = withPacketVars && context.packetVars.length > 0;
    const extra = f < 0 ? null : context.flows.peekExtra(f);
    if (!hasVars && extra === null) return;
    const before = text.length;
    this.text = text;
    this.hasMember = false;
    text.part(METADATA);
    if (hasVars) this.packetVars();
    const hasTraffic = extra !== null && this.flow(extra);
    if (this.hasMember) text.part(CLOSE);
    else text.length = before;
    if (hasTraffic) text.string(this.traffic(extra));
  }

  private open(key: Uint8Array): ByteText {
    const text = this.text!;
    if (this.hasMember) text.char(COMMA);
    this.hasMember = true;
    text.part(key);
    return text;
  }

  private packetVars(): void {
    const vars = this.context.packetVars.map(({ name, value }) => `{${quote(name)}:${captureText(value)}}`);
    this.open(PKTVARS).string(`${vars.join(',')}]`);
  }

  /** @returns whether some of the flowbits classify the traffic */
  private flow(extra: FlowExtra): boolean {
    if (extra.flowvars !== null && extra.flowvars.size > 0) {
      const vars = [...extra.flowvars].map(([name, value]) => `{${quote(name)}:${captureText(value)}}`);
      this.open(FLOWVARS).string(`${vars.join(',')}]`);
    }
    const hasTraffic = extra.flowbits !== null && this.flowbits(extra.flowbits);
    if (extra.flowints !== null) this.flowints(extra.flowints);
    if (extra.entropies !== null && extra.entropies.size > 0) {
      const values = [...extra.entropies].map(([buffer, value]) => `${quote(buffer)}:${String(value)}`);
      this.open(ENTROPY).string(`${values.join(',')}}`);
    }
    return hasTraffic;
  }

  private flowbits(bits: ReadonlySet<number>): boolean {
    let hasTraffic = false;
    let text: ByteText | null = null;
    for (const id of bits) {
      const bit = (this.bits[id] ??= this.bitName(id));
      if (bit.isTraffic) hasTraffic = true;
      if (bit.quoted.length === 0) continue;
      if (text === null) text = this.open(FLOWBITS);
      else text.char(COMMA);
      text.part(bit.quoted);
    }
    if (text !== null) text.char(BRACKET);
    return hasTraffic;
  }

  private bitName(id: number): BitName {
    const name = this.context.flowbitName(id) ?? '';
    const isOfTraffic = isTraffic(name);
    const isShown = !isOfTraffic && name !== '';
    return { quoted: new Uint8Array(Buffer.from(isShown ? quote(name) : '')), name, isTraffic: isOfTraffic };
  }

  private flowints(ints: ReadonlyMap<number, number>): void {
    const values: string[] = [];
    for (const [id, value] of ints) {
      const name = this.context.flowintName(id);
      if (name !== undefined) values.push(`${quote(name)}:${String(value)}`);
    }
    if (values.length > 0) this.open(FLOWINTS).string(`${values.join(',')}}`);
  }

  private traffic({ flowbits }: FlowExtra): string {
    const names = [...(flowbits ?? [])].map((id) => this.bits[id]!.name);
    const list = (key: string, prefix: string): string => {
      const own = names.filter((name) => name.startsWith(prefix)).map((name) => quote(name.slice(prefix.length)));
      return own.length === 0 ? '' : `"${key}":[${own.join(',')}]`;
    };
    const parts = [list('id', TRAFFIC_ID), list('label', TRAFFIC_LABEL)].filter((one) => one !== '');
    return `,"traffic":{${parts.join(',')}}`;
  }
}
