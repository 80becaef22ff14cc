import { sql } from 'drizzle-orm';
import type { TrackingStatus } from '../carriers/status.ts';
import type { TaskName } from '../tasks/types.ts';
import type { RowContent, WorkbookColumns } from '../workbook/types.ts';
import type { Queries } from './database.ts';
import { wordsOnRecord } from './sheet-words.ts';
import type { WordsOnRecord } from './sheet-words.ts';
import { isTakenByPeople } from './written-rows.ts';
import { isKept } from '../workbook/sheet-words.ts';

/** A row with a result that names a parcel: the newest of its content in its workbook and task. */
export interface AskingRow extends RowContent {
  id: number;
  parcelId: number;
  batchId: string;
  task: TaskName;
  workbook: string | null;
  columns: WorkbookColumns;
  occurrence: number;
  warnings: string[];
  result: string | null;
  status: TrackingStatus | null;
  subStatus: string | null;
  statusText: string | null;
  eventMs: number | null;
  terminalMs: number | null;
}

const ms = (moment: string) => sql.raw(`(extract(epoch from ${moment}) * 1000)::float8`);

/**
 * The rows that want to hear of these parcels: neither forgotten, nor out of our hands (a person's own text, gone from the
 * sheet), nor kept by the word in their status cell.
 */
export async function askingRows(queries: Queries, parcelIds: readonly number[]): Promise<AskingRow[]> {
  const found = await queries.execute<AskingRow & Record<string, unknown>>(sql`
    select distinct on (coalesce(b.workbook, ''), b.task, md5(r.input), r.input, r.input_url, r.email, r.occurrence)
      r.id::float8 as id, named.parcel_id::float8 as "parcelId", r.batch_id as "batchId", b.task, b.workbook, b.columns,
      r.input, r.input_url as "inputUrl", r.email, r.occurrence, r.warnings, r.result, r.status, r.sub_status as "subStatus",
      r.status_text as "statusText", ${ms('r.event_at')} as "eventMs", ${ms('r.terminal_at')} as "terminalMs"
    from parcel_rows named join rows r on r.id = named.row_id join batches b on b.id = r.batch_id
    where named.parcel_id = any(${sql.param(`{${parcelIds.join(',')}}`)}::bigint[]) and not b.is_round
      and r.state = 'completed' and r.forgotten_at is null
    order by coalesce(b.workbook, ''), b.task, md5(r.input), r.input, r.input_url, r.email, r.occurrence,
      r.completed_at desc, r.id desc`);
  const words = new Map<string, WordsOnRecord>();
  for (const workbook of new Set(found.flatMap((row) => row.workbook ?? [])))
    words.set(workbook, await wordsOnRecord(queries, workbook));
  return found.filter(({ workbook, columns, warnings, ...row }) => {
    const word = workbook === null ? null : (words.get(workbook)?.of(row)?.word ?? null);
    return !isTakenByPeople(columns.result, warnings) && (word === null || !isKept(word));
  });
}
