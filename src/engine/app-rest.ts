// What of an application layer is left to be told when its flow ends.

import type { AppFlow } from '../framework/app-flow.ts';

/** Whether the end of a direction would tell the application layer something. */
export function isUnfinished(app: AppFlow, direction: 0 | 1, { isOpen }: { readonly isOpen: boolean }): boolean {
  const { parser, former, transactions } = app;
  if (former.length > 0) return true;
  if (parser === null || app.isFollowed) return false;
  if (isOpen && !app.isEof(direction)) return true;
  for (const tx of transactions)
    if (tx.has(direction) && tx.progress[direction] < tx.protocol!.complete[direction]) return true;
  return false;
}

export function hasUnseen(app: AppFlow, direction: 0 | 1): boolean {
  if (!app.hasNews(direction)) return false;
  for (const tx of app.transactions) if (tx.has(direction) && !tx.isInspected(direction)) return true;
  return false;
}

export function hasFrames({ frames }: AppFlow, direction: 0 | 1): boolean {
  return frames !== null && frames.lists[direction].length > 0;
}

/** Whether there are files of a direction that nobody was told of. */
export function hasFiles({ transactions }: AppFlow, direction: 0 | 1): boolean {
  for (const { files } of transactions)
    if (files !== null && files.some((file) => file.direction === direction && !file.isLogged)) return true;
  return false;
}
