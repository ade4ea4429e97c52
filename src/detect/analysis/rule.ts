// AnalysedRule: a loaded rule with what only its compilation knew; and the collector of them.

import type { Details } from '../../framework/description.ts';
import type { Signature } from '../../framework/signature.ts';
import type { AddressSet, PortSet, Variables } from '../../rules/index.ts';
import type { SignatureSource } from '../compile/outline.ts';
import type { RuleBuilder } from '../compile/signature-builder.ts';
import { chooseContent } from './choice.ts';
import type { ChosenPattern } from './choice.ts';

/** One reading of a rule; `<>` has two, as the rule is loaded once for each. */
export interface AnalysedRule {
  readonly signature: Signature;
  readonly builder: RuleBuilder;
  readonly source: AddressSet;
  readonly sourcePort: PortSet;
  readonly destination: AddressSet;
  readonly destinationPort: PortSet;
  /** What multi-pattern matching looks for, null without. */
  readonly pattern: ChosenPattern | null;
}

/** Collects the rules as they are compiled. */
export class RuleCollector {
  private readonly bySignature = new Map<Signature, RuleBuilder>();

  readonly observe = (signature: Signature, builder: RuleBuilder): void => {
    this.bySignature.set(signature, builder);
  };

  /** The rules of a rule set, in its order. */
  rules(source: SignatureSource, variables: Variables): AnalysedRule[] {
    return source.outlines.flatMap(({ iid }) => {
      const signature = source.signature(iid);
      const builder = this.bySignature.get(signature);
      return builder === undefined ? [] : readings(signature, builder, variables);
    });
  }
}

function readings(signature: Signature, builder: RuleBuilder, variables: Variables): AnalysedRule[] {
  const { ast } = builder;
  const addresses = (text: string): AddressSet => loaded(variables.addresses(text));
  const ports = (text: string): PortSet => loaded(variables.ports(text));
  const forward: AnalysedRule = {
    signature,
    builder,
    source: addresses(ast.source.text),
    sourcePort: ports(ast.sourcePort.text),
    destination: addresses(ast.destination.text),
    destinationPort: ports(ast.destinationPort.text),
    pattern: chooseContent(builder),
  };
  if (ast.direction !== '<>') return [forward];
  const { source, sourcePort, destination, destinationPort } = forward;
  const backward = {
    source: destination,
    sourcePort: destinationPort,
    destination: source,
    destinationPort: sourcePort,
  };
  return [forward, { ...forward, ...backward }];
}

/** The rule has loaded, so its header can be read. */
function loaded<T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T {
  if (result.ok) return result.value;
  throw new Error(`a loaded rule has a bad header: ${result.error.message}`);
}

/** Largest payload that dsize leaves, Infinity without a bound that contents can be held to. */
export function payloadLimit(builder: RuleBuilder): number {
  const dsize = builder.packetDescriptions.find(({ keyword }) => keyword === 'dsize')?.details?.['dsize'] as
    Details | undefined;
  const range = dsize?.['range'] as Details | undefined;
  return Number(dsize?.['equal'] ?? dsize?.['lt'] ?? range?.['max'] ?? Infinity);
}
