import { sql } from 'drizzle-orm';
import type { ParcelHistory } from '../carriers/history.ts';
import { judgeHistory } from '../carriers/judge-history.ts';
import type { Judgement } from '../carriers/judge-history.ts';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import type { LearntTexts } from '../carriers/text-meaning.ts';
import { jsonList } from '../db/any-of.ts';
import { changeBatch } from '../db/batches.ts';
import { noteUnknownTexts } from '../db/carrier-texts.ts';
import type { Database } from '../db/database.ts';
import type { ResultSource } from '../db/schema.ts';
import type { TaskName } from '../tasks/types.ts';

/** What judging the record once more changes, or would. */
export interface RecordJudged {
  rowsRead: number;
  rowsChanged: number;
  /** The most frequent first; from and to are alike where only a sub-status or an end differs. */
  changes: { from: TrackingStatus; to: TrackingStatus; rows: number }[];
}

interface RecordedRow extends Record<string, unknown> {
  id: number;
  batchId: string;
  task: TaskName;
  source: ResultSource | null;
  status: TrackingStatus;
  subStatus: string | null;
  statusText: string | null;
  trackingNumber: string | null;
  eventAt: string | null;
  terminalAt: string | null;
  completedAt: string;
  details: Partial<ParcelHistory> | null;
}

interface Judged {
  row: RecordedRow;
  history: ParcelHistory;
  judgement: Judgement;
}

/** Rows in memory at a time: a history has some kilobytes. */
const ROWS_A_LOOK = 1_000;

/**
 * Judges every result on record once more, a thousand rows at a time, each batch in a transaction of its own. A result
 * that came meanwhile stays. `learntNow` is asked before each look: what others say of texts meanwhile is not undone.
 */
export async function judgeRecord(
  db: Database['db'],
  learntNow: () => Promise<LearntTexts>,
  { dryRun }: { dryRun: boolean },
): Promise<RecordJudged> {
  const changes = new Map<string, RecordJudged['changes'][number]>();
  const sum = { rowsRead: 0, rowsChanged: 0 };
  for (let after = 0; ;) {
    const found = await recordedRows(db, after);
    const last = found.at(-1);
    if (last === undefined) break;
    after = last.id;
    const learnt = await learntNow();
    const judged = found.map((row): Judged => {
      const history = historyOf(row);
      return { row, history, judgement: judgeHistory(history, learnt) };
    });
    const changed = judged.filter(isChanged);
    sum.rowsRead += found.length;
    sum.rowsChanged += changed.length;
    for (const { row, judgement } of changed) {
      const [from, to] = [row.status, judgement.status];
      const known = changes.get(`${from} ${to}`);
      if (known === undefined) changes.set(`${from} ${to}`, { from, to, rows: 1 });
      else known.rows += 1;
    }
    if (!dryRun) await write(db, judged, changed);
  }
  return { ...sum, changes: [...changes.values()].toSorted((one, other) => other.rows - one.rows) };
}

const iso = (moment: string) =>
  sql.raw(`to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

function recordedRows(db: Database['db'], after: number): Promise<RecordedRow[]> {
  return db.execute<RecordedRow>(sql`
    select r.id::float8 as id, r.batch_id as "batchId", b.task, r.source, r.status, r.sub_status as "subStatus",
           r.status_text as "statusText", r.tracking_number as "trackingNumber", r.details,
           ${iso('r.event_at')} as "eventAt", ${iso('r.terminal_at')} as "terminalAt",
           ${iso('r.completed_at')} as "completedAt"
    from rows r join batches b on b.id = r.batch_id
    where r.id > ${after} and r.completed_at is not null and r.status is not null
    order by r.id limit ${ROWS_A_LOOK}`);
}

/** Rows of before kept their last text alone, or Yamato's page in a form of its own. */
function historyOf(row: RecordedRow): ParcelHistory {
  const { details, statusText, trackingNumber, eventAt, completedAt } = row;
  return {
    carrier: carrierOf(row),
    number: trackingNumber,
    stateText: statusText,
    date: eventAt,
    events: [],
    estimates: [],
    product: null,
    summary: null,
    seenAt: completedAt,
    ...details,
  };
}

function carrierOf({ source, task }: RecordedRow): CarrierName | null {
  if (source === 'yamato' || task.startsWith('yamato')) return 'yamato';
  return task.startsWith('japan_post') ? 'japan_post' : null;
}

function isChanged({ row, judgement: { status, subStatus, terminalFrom } }: Judged): boolean {
  const terminalMs = terminalFrom === null ? null : Date.parse(terminalFrom);
  const recordedMs = row.terminalAt === null ? null : Date.parse(row.terminalAt);
  return row.status !== status || row.subStatus !== subStatus || recordedMs !== terminalMs;
}

async function write(
  db: Database['db'],
  judged: readonly Judged[],
  changed: readonly Judged[],
): Promise<void> {
  const unknown = judged.map(({ row, history, judgement: { unknownTexts } }) => ({
    rowId: row.id,
    trackingNumber: row.trackingNumber,
    history,
    unknownTexts,
  }));
  await noteUnknownTexts(db, unknown);
  for (const batchId of new Set(changed.map(({ row }) => row.batchId))) {
    const ofBatch = changed.filter(({ row }) => row.batchId === batchId);
    const list = ofBatch.map(({ row, judgement: { status, subStatus, terminalFrom } }) => ({
      id: row.id,
      was: row.completedAt,
      status,
      sub_status: subStatus,
      terminal_at: terminalFrom,
    }));
    await changeBatch(db, batchId, (tx) =>
      tx.execute(sql`
        update rows set status = judged.status, sub_status = judged.sub_status, terminal_at = judged.terminal_at
        from jsonb_to_recordset(${jsonList(list)})
          as judged(id bigint, was timestamptz, status text, sub_status text, terminal_at timestamptz)
        where rows.id = judged.id and rows.completed_at = judged.was`),
    );
  }
}
