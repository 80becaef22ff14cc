import { sql } from 'drizzle-orm';
import { japanDay } from '../db/japan-day.ts';
import { NOT_REGISTERED, WRONG_NUMBER } from '../carriers/status-texts.ts';

/** What is known of a row's status. */
export interface RowStatus {
  status: string | null;
  subStatus: string | null;
  statusText: string | null;
  /** 1 on the day of the first look. */
  notRegisteredDay: number | null;
}

/**
 * Of `rows r` whose number the carrier does not know yet: the day of its last look, by Japan's calendar, the first look
 * at this content in its workbook being on day 1, whichever batch made it. Null for all others, and once it is forgotten.
 */
export const NOT_REGISTERED_DAY =
  sql.raw(`case when r.sub_status = '${NOT_REGISTERED}' and r.forgotten_at is null then greatest(1,
  1 + ${japanDay('r.completed_at')} - ${japanDay(`coalesce((
    select min(coalesce(j.intent_at, j.published_at, j.finished_at))
    from batches own
    join rows same on md5(same.input) = md5(r.input) and same.input = r.input and same.email = r.email
      and coalesce(same.input_url, '') = coalesce(r.input_url, '')
    join batches b on b.id = same.batch_id and b.task = own.task and b.workbook is not distinct from own.workbook
    join job_rows jr on jr.row_id = same.id join jobs j on j.id = jr.job_id
    where own.id = r.batch_id), r.completed_at)`)}) end`);

/** A status for people: `attempt_failed (住所不明)`; of `unknown` why it is, for there is something to do only of some. */
export function statusWords({ status, subStatus, statusText, notRegisteredDay }: RowStatus): string {
  if (status === null) return '';
  if (status !== 'unknown') return subStatus === null ? status : `${status} (${subStatus})`;
  switch (subStatus) {
    case NOT_REGISTERED:
      return `unknown: not registered yet (day ${notRegisteredDay ?? 1})`;
    case WRONG_NUMBER:
      return 'unknown: no such number';
    default:
      return statusText === null ? 'unknown: no state is told' : 'unknown: nobody knows this text';
  }
}
