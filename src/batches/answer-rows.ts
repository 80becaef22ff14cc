import { sql } from 'drizzle-orm';
import { jsonList } from '../db/any-of.ts';
import type { Queries } from '../db/database.ts';
import type { Answer } from './answers-on-record.ts';

/** A row of a batch, and where its answer is. */
export interface AnsweredRow {
  id: number;
  answer: Answer;
}

/** Gives pending rows results that are known: nothing is paid for. They name the parcels that those are of. */
export async function answerRows(tx: Queries, answered: readonly AnsweredRow[]): Promise<void> {
  const rows = answered.flatMap(({ id, answer }) =>
    answer.from === 'parcel' ? [] : [{ id, from: answer.rowId }],
  );
  const parcels = answered.flatMap(({ id, answer }) =>
    answer.from === 'parcel' ? [parcelResult(id, answer)] : [],
  );
  if (rows.length > 0) await answerFromRows(tx, rows);
  if (parcels.length > 0) await answerFromParcels(tx, parcels);
}

async function answerFromRows(tx: Queries, answers: readonly { id: number; from: number }[]): Promise<void> {
  await tx.execute(sql`
    with answer as (select * from jsonb_to_recordset(${jsonList(answers)}) as answer(id bigint, "from" bigint)),
    answered as (
      update rows set state = 'completed', source = 'record', result = known.result, status = known.status,
        sub_status = known.sub_status, status_text = known.status_text, event_at = known.event_at,
        terminal_at = known.terminal_at, details = known.details,
        completed_at = known.completed_at,
        tracking_number = coalesce(known.tracking_number, rows.tracking_number)
      from answer join rows known on known.id = answer."from"
      where rows.id = answer.id and rows.state = 'pending')
    insert into parcel_rows (row_id, parcel_id, seen_at)
    select answer.id, named.parcel_id, named.seen_at from answer join parcel_rows named on named.row_id = answer."from"
    on conflict do nothing`);
}

function parcelResult(id: number, answer: Extract<Answer, { from: 'parcel' }>) {
  const { parcelId, text, history, judgement } = answer;
  const { status, subStatus, event, eventAt, terminalFrom } = judgement;
  const statusText = event?.stateText ?? null;
  const { seenAt } = history;
  return { id, parcelId, text, history, status, subStatus, statusText, eventAt, terminalFrom, seenAt };
}

async function answerFromParcels(tx: Queries, answers: readonly object[]): Promise<void> {
  await tx.execute(sql`
    with answer as (
      select * from jsonb_to_recordset(${jsonList(answers)}) as answer(id bigint, "parcelId" bigint, text text, history jsonb,
        status text, "subStatus" text, "statusText" text, "eventAt" timestamptz, "terminalFrom" timestamptz,
        "seenAt" timestamptz)),
    answered as (
      update rows set state = 'completed', source = 'record', result = answer.text, status = answer.status,
        sub_status = answer."subStatus", status_text = answer."statusText", event_at = answer."eventAt",
        terminal_at = answer."terminalFrom", details = answer.history, completed_at = answer."seenAt"
      from answer where rows.id = answer.id and rows.state = 'pending')
    insert into parcel_rows (row_id, parcel_id, seen_at) select id, "parcelId", "seenAt" from answer
    on conflict do nothing`);
}
