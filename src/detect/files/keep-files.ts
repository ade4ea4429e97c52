// filestore at work: marks files to be kept, those of the rule, of its transaction, or of the flow from now on.

import type { AppFlow } from '../../framework/app-flow.ts';
import type { DetectContext } from '../../framework/detect-context.ts';
import type { TrackedFile } from '../../framework/file.ts';
import type { FileStore } from './arguments.ts';

/** @param matched the files that the rule's conditions hold for */
export function keepFiles(store: FileStore, sid: number, ctx: DetectContext, matched: readonly TrackedFile[]): void {
  const tx = ctx.tx!;
  const directions = directionsOf(store, ctx.txDirection);
  if (ctx.app !== null) followStream(ctx.app);
  if (store.scope === 'file') {
    for (const file of matched) if ((directions & (1 << file.direction)) !== 0) keep(file, sid);
    return;
  }
  tx.keptFiles |= directions;
  if (store.scope === 'flow' && ctx.app !== null) ctx.app.keptFiles |= directions;
  for (const file of tx.files ?? []) if ((directions & (1 << file.direction)) !== 0) keep(file, sid);
}

/** Files that are kept may go on where others end. */
function followStream(app: AppFlow): void {
  const depth = app.services.files.storedDepth;
  if (depth > 0) app.services.followTo(app, depth);
}

/** Bits: 1 to server, 2 to client. */
function directionsOf({ direction }: FileStore, own: number): number {
  if (direction === null) return 1 << own;
  if (direction === 'both') return 3;
  return direction === 'to_server' ? 1 : 2;
}

function keep(file: TrackedFile, sid: number): void {
  file.isStored = true;
  const sids = (file.sids ??= []);
  if (!sids.includes(sid)) sids.push(sid);
}
