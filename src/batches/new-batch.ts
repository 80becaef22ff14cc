import { randomInt } from 'node:crypto';
import { basename } from 'node:path';
import { japanClock } from '../carriers/japan-time.ts';
import { firstOf } from '../text.ts';
import type { NewBatch } from '../db/batches.ts';

/** A file's name may have so many characters in a workflow id; ids hold 255 in all. */
const NAME_IN_ID = 80;
const ID_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The form of a batch's id, as a regular expression. */
export const BATCH_ID = `\\d{6}-[${ID_ALPHABET}]{6}`;

/** Of rows without a workbook, as interface section 2 names them, whatever `COLUMNS` says of workbooks. */
export const COLUMNS_OF_ROWS = { input: 'A', email: 'B', result: 'C', status: null };

/** Where rows of a round come from, as people are told. */
export const REQUERY = 're-query';

/** `261124-k3m9qx`: the day it began in Japan, and six characters out of a billion. */
function newBatchId(now: Date): string {
  const day = japanClock(now).slice(2, 10).replaceAll('-', '');
  const tail = Array.from({ length: 6 }, () => ID_ALPHABET[randomInt(ID_ALPHABET.length)]).join('');
  return `${day}-${tail}`;
}

/** Gives a new batch its ids: its own, and its workflow's (interface section 4). */
export function withIds(batch: Omit<NewBatch, 'id' | 'workflowId'>): NewBatch {
  const id = newBatchId(new Date());
  const source = batch.isRound === true ? REQUERY : 'rows';
  const name = batch.workbook === null ? source : firstOf(basename(batch.workbook), NAME_IN_ID);
  return { ...batch, id, workflowId: `tracking:${batch.task}:${name}:${id}` };
}
