import { sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import type { TaskName } from '../tasks/types.ts';
import { EMPTY_PAGE, NO_FIELDS, NO_RECORD } from './job-results.ts';

/** What lookups of the last hour gave a task's rows. */
export interface LookupFigures {
  task: TaskName;
  completed: number;
  /** Failed, as their pages came back without what they were asked for. */
  empty: number;
  /** Failed for another reason. */
  failed: number;
  /** Of the completed ones: a carrier's text that nobody knows the meaning of. */
  unknownTexts: number;
}

/** However many were made, so many of the latest are looked at: the figures cost the same at any pace. */
const JOBS = 2_000;
const ROWS = 20_000;

/** `unknown` by what the carrier says, not for want of knowing the text: no such number. */
const KNOWN_UNKNOWN = sql`rows.status_text ~ '^\\s*[＊*]{2}|お問い合わせ番号(が見つかりません|の入力桁数に誤り)|^伝票番号(未登録|誤り)'`;

const SINCE = sql`started_at > clock_timestamp() - interval '1 hour' order by started_at desc limit ${JOBS}`;

/** Rows whose latest lookup was begun within the hour and has ended. */
export function lookupFigures(queries: Queries): Promise<LookupFigures[]> {
  return queries.execute<LookupFigures & Record<string, unknown>>(sql`
    with asked as (
      (select job_id from calls where kind = 'publish' and ${SINCE})
      union (select job_id from carrier_requests where ${SINCE})),
    latest as (
      select distinct on (rows.id) rows.id, jobs.task, rows.state, rows.error, rows.status = 'unknown'
          and rows.status_text is not null and not ${KNOWN_UNKNOWN} as unknown
      from (select job_rows.job_id, row_id from asked join job_rows on job_rows.job_id = asked.job_id
            order by job_rows.job_id desc limit ${ROWS}) links
      join jobs on jobs.id = links.job_id join rows on rows.id = links.row_id
      where rows.state in ('completed', 'failed') order by rows.id, jobs.id desc),
    judged as (
      select *, state = 'failed' and (error in (${EMPTY_PAGE}, ${NO_RECORD}) or error like ${`%${NO_FIELDS}`}) as empty
      from latest)
    select task, count(*) filter (where state = 'completed')::int as completed,
           count(*) filter (where empty)::int as empty,
           count(*) filter (where state = 'failed' and not empty)::int as failed,
           count(*) filter (where state = 'completed' and unknown)::int as "unknownTexts"
    from judged group by task`);
}
