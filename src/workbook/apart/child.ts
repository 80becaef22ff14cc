/**
 * The process a workbook is read or patched in: forked for one job, told it over IPC, ended with it. It never outlives
 * its parent, whose death closes the channel.
 */
import { errorMessage } from '../../errors.ts';
import { groupsOf } from './messages.ts';
import type { FromChild, PatchJob, ReadJob, ToChild } from './messages.ts';
import { patchWorkbook } from '../patch-workbook.ts';
import { readWorkbook } from '../read-workbook.ts';
import { WorkbookError } from '../types.ts';
import type { CellEdit } from '../types.ts';

const edits: CellEdit[] = [];
let patchJob: PatchJob | null = null;

process.on('disconnect', () => process.exit(1));
process.on('message', (message: ToChild) => {
  void take(message);
});

async function take(message: ToChild): Promise<void> {
  if (message.kind === 'read') await finish(read(message));
  if (message.kind === 'patch') patchJob = message;
  if (message.kind === 'edits') edits.push(...message.edits);
  if (patchJob !== null && edits.length === patchJob.editCount) await finish(patch(patchJob));
}

async function read({ path, ...options }: ReadJob): Promise<void> {
  const { sheet, rows, warnings } = await readWorkbook(path, options);
  for (const group of groupsOf(rows)) await send({ kind: 'rows', rows: group });
  await send({ kind: 'read', sheet, warnings });
}

async function patch({ path, targetPath, ...options }: PatchJob): Promise<void> {
  const { sheet, outcomes, notes } = await patchWorkbook(path, targetPath, { ...options, edits });
  for (const group of groupsOf(outcomes)) await send({ kind: 'outcomes', outcomes: group });
  await send({ kind: 'patched', sheet, notes });
}

/** Ends the process by letting go of the channel: what was sent is out by then. */
async function finish(job: Promise<void>): Promise<void> {
  try {
    await job;
  } catch (error) {
    const code = error instanceof WorkbookError ? error.code : 'WORKBOOK_CRASHED';
    await send({ kind: 'failed', code, message: errorMessage(error) });
  }
  process.removeAllListeners('disconnect');
  process.disconnect();
}

function send(message: FromChild): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, {}, (error) => (error === null ? resolve() : reject(error)));
  });
}
