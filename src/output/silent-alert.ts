// isSilentAlert: alerts that outputs say nothing of.
import { AlertFlag } from '../framework/packet.ts';
import { SigFlag } from '../framework/signature.ts';
import type { Signature } from '../framework/signature.ts';

/** An alert that has its effect but is not told: suppressed, or of a `noalert` rule. */
export function isSilentAlert(signature: Signature, flags: number): boolean {
  return (flags & AlertFlag.suppressed) !== 0 || (signature.flags & SigFlag.noAlert) !== 0;
}
