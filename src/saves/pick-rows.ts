import type { WorkbookBatch } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import { oldestSession } from '../db/editing-sessions.ts';
import { recordedContents } from '../db/recorded-contents.ts';
import type { OnRecord, RecordedContent } from '../db/recorded-contents.ts';
import type { RowContent, WorkbookRow } from '../workbook/types.ts';
import { TsuisekiError } from '../errors.ts';
import { decideRow } from './save-rule.ts';
import type { SaveTimes } from './save-rule.ts';

/** The rows of a save that leave something to do. */
export interface PickedRows {
  lookUp: { row: WorkbookRow; onRecord: OnRecord | null }[];
  /** Ids of rows on record whose result is to be written once more. */
  writeAgain: number[];
}

export type SaveAges = Pick<SaveTimes, 'refreshAfterMs' | 'retryOnSaveAfterMs'>;

/** A writeback was quicker than the reading of a save: a cell that it filled would be taken for one that a person cleared. */
export class CopyOvertaken extends TsuisekiError<'COPY_OVERTAKEN'> {}

/**
 * Picks the rows that a save asks for, each by its content and what is on record of it. Throws {@link CopyOvertaken}:
 * a new copy is to be read.
 */
export async function pickRows(
  queries: Queries,
  target: Pick<WorkbookBatch, 'workbook' | 'task'> & { copiedAt: Date },
  rows: WorkbookRow[],
  { refreshAfterMs, retryOnSaveAfterMs }: SaveAges,
): Promise<PickedRows> {
  const sessionBeganAtMs = (await oldestSession(queries, target.workbook))?.getTime() ?? null;
  const times = {
    nowMs: Date.now(),
    copiedAtMs: target.copiedAt.getTime(),
    refreshAfterMs,
    retryOnSaveAfterMs,
    sessionBeganAtMs,
  };
  const onRecord = await recordedContents(queries, target, rows);
  const twins = twinsOf(rows, onRecord);
  const picked: PickedRows = { lookUp: [], writeAgain: [] };
  for (const [index, row] of rows.entries()) {
    const known = onRecord[index] ?? null;
    const { action } = decideRow(row, withTwin(row, known?.recorded ?? null, twins), times);
    if (action === 'look again')
      throw new CopyOvertaken(
        'COPY_OVERTAKEN',
        `${target.workbook} was written while its copy was read; it is read anew`,
      );
    if (action === 'look up') picked.lookUp.push({ row, onRecord: known });
    if (action === 'write again' && known?.resultRowId != null) picked.writeAgain.push(known.resultRowId);
  }
  return picked;
}

/** What is on record of the rows of a content that stands in the sheet more than once, by content. */
type Twins = ReadonlyMap<string, readonly RecordedContent[]>;

const contentOf = ({ input, email, inputUrl }: RowContent) => JSON.stringify([input, email, inputUrl]);

function twinsOf(rows: readonly WorkbookRow[], onRecord: readonly (OnRecord | null)[]): Twins {
  const twins = new Map<string, RecordedContent[]>();
  for (const row of rows) if (row.occurrence > 0) twins.set(contentOf(row), []);
  if (twins.size === 0) return twins;
  for (const [index, row] of rows.entries()) {
    const recorded = onRecord[index]?.recorded;
    if (recorded !== undefined && recorded.result !== null) twins.get(contentOf(row))?.push(recorded);
  }
  return twins;
}

/** A row that was copied or sorted with its result holds what is on record of its twin: the same A and B. */
function withTwin(row: WorkbookRow, own: RecordedContent | null, twins: Twins): RecordedContent | null {
  if (row.result === '' || own?.result?.text === row.result || twins.size === 0) return own;
  const twin = twins.get(contentOf(row))?.find(({ result }) => result?.text === row.result);
  if (twin === undefined) return own;
  return own === null ? twin : { ...own, result: twin.result };
}
