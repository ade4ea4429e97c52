// Retirement: when nothing more happens in a transaction, and rules and outputs are done with it, it goes.

import type { AppFlow } from '../framework/app-flow.ts';
import { isDirectionOver } from '../framework/app-flow.ts';
import { TO_CLIENT, TO_SERVER, placeOfTx } from '../framework/transaction.ts';
import type { Direction, TxState } from '../framework/transaction.ts';

/** Takes out of a list what is done with. @param needsInspection rules have yet to see what is kept */
export function retire(list: TxState[], app: AppFlow, needsInspection: boolean): void {
  let kept = 0;
  for (let i = 0; i < list.length; i++) {
    const tx = list[i]!;
    if (isOver(tx, app, needsInspection)) tx.tx.release();
    else list[kept++] = tx;
  }
  while (list.length > kept) list.pop(); // setting the length would be a call into the runtime
}

/** The same of the flow's own transactions where some of them rest, which are not done with. */
export function retireAwake(app: AppFlow, needsInspection: boolean): void {
  const { transactions } = app;
  const awake = app.awake!;
  let kept = 0;
  for (let i = 0; i < awake.length; i++) {
    const tx = awake[i]!;
    if (!isOver(tx, app, needsInspection)) awake[kept++] = tx;
    else {
      transactions.splice(placeOfTx(transactions, tx.tx.id), 1);
      tx.tx.release();
    }
  }
  while (awake.length > kept) awake.pop();
  if (transactions.length === 0) app.awake = null;
}

function isOver(tx: TxState, app: AppFlow, needsInspection: boolean): boolean {
  return tx.isLogged && isDone(tx, app) && areFilesTold(tx) && (!needsInspection || isInspected(tx));
}

/** Outputs are told of files with the packets of their direction, later maybe than all else. */
function areFilesTold({ files }: TxState): boolean {
  if (files === null) return true;
  for (let i = 0; i < files.length; i++) if (!files[i]!.isLogged) return false;
  return true;
}

function isInspected(tx: TxState): boolean {
  return isInspectedIn(tx, TO_SERVER) && isInspectedIn(tx, TO_CLIENT);
}

function isInspectedIn(tx: TxState, direction: Direction): boolean {
  return !tx.has(direction) || tx.isInspected(direction);
}

/** Whether nothing more happens in a transaction. */
function isDone(tx: TxState, app: AppFlow): boolean {
  return isDoneIn(tx, app, TO_SERVER) && isDoneIn(tx, app, TO_CLIENT);
}

function isDoneIn(tx: TxState, app: AppFlow, direction: Direction): boolean {
  return (
    !tx.has(direction) || tx.progress[direction] >= tx.protocol!.complete[direction] || isDirectionOver(app, direction)
  );
}
