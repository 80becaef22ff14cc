import { createHash } from 'node:crypto';
import type { CellEdit } from '../../src/workbook/types.ts';
import { bigEdit, spreadRows } from './big-rows.ts';
import { loadHands } from './hands.ts';
import type { HandsName, ReadRow } from './hands.ts';
import { PeakMemory } from './peak-memory.ts';

/** One piece of work on the big workbook, from file to file. */
export type Job = { by: HandsName; source: string } & (
  | { kind: 'patch'; target: string; cells: number }
  | { kind: 'read' }
);

export interface JobReport {
  /** Of the work alone: node has started, modules are loaded, and the texts to be written are there. */
  workMs: number;
  /** Of the process that worked, from its start to the end of the work. Null where the system does not tell it. */
  peakBytes: number | null;
  /** Cells written, or rows read. */
  count: number;
  /** Of a read: the same for the same rows, targets and texts. */
  digest: string;
}

/** To be called once in a process that does nothing else. */
export async function doJob(job: Job): Promise<JobReport> {
  const hands = await loadHands(job.by);
  const edits = job.kind === 'patch' ? spreadRows(job.cells).map((row) => parsed(bigEdit(row))) : [];
  let rows: ReadRow[] = [];
  let count = 0;
  const peak = new PeakMemory(job.by === 'apart');
  const began = performance.now();
  if (job.kind === 'patch') count = await hands.patch(job.source, job.target, edits);
  else rows = await hands.read(job.source);
  const workMs = performance.now() - began;
  const peakBytes = peak.stop();
  return { workMs, peakBytes, count: count + rows.length, digest: digestOf(rows) };
}

/** With texts as a database gives them, each of one piece. */
function parsed(edit: CellEdit): CellEdit {
  return JSON.parse(JSON.stringify(edit)) as CellEdit;
}

function digestOf(rows: readonly ReadRow[]): string {
  const hash = createHash('sha256');
  for (const { row, input, inputUrl, email, result } of rows) {
    hash.update(`${JSON.stringify([row, input, inputUrl, email, result])}\n`);
  }
  return hash.digest('hex');
}
