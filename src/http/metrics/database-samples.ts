import { sql } from 'drizzle-orm';
import { lookupFigures } from '../../batches/lookup-figures.ts';
import { alertCounts, parcelAlerts } from '../../batches/parcel-alerts.ts';
import { databaseNow } from '../../db/database.ts';
import type { Database, Queries } from '../../db/database.ts';
import { requeryLateness } from '../../db/due-parcels.ts';
import type { Requery } from '../../db/due-parcels.ts';
import { inboxFigures } from '../../db/inbox-figures.ts';
import { webhookSilence } from '../../db/inbox.ts';
import { endedLately, openBatches } from '../../db/open-batches.ts';
import { longestWaitS } from '../../db/saves.ts';
import { endedUnwritten } from '../../db/written-rows.ts';
import { askedLately, budgetFigures } from '../../pacing/budget-figures.ts';
import type { Sample } from './catalogue.ts';

/** A figure that takes longer is not worth it: webhooks want the database too. */
const STATEMENT_TIMEOUT = '2s';

const QUANTILES = ['0.5', '0.95', '1'];

/** All figures that the database has, one query after the other on one connection. */
export function databaseSamples(
  { db }: Pick<Database, 'db'>,
  { callLimit, requery }: { callLimit: number; requery: Requery },
): Promise<Sample[]> {
  return db.transaction(
    async (tx) => {
      await tx.execute(sql`select set_config('statement_timeout', ${STATEMENT_TIMEOUT}, true)`);
      return [
        ...(await batchSamples(tx)),
        ...(await lookupSamples(tx)),
        ...(await parcelSamples(tx)),
        ...(await budgetSamples(tx, callLimit)),
        ...(await driftSamples(tx)),
        ...(await inboxSamples(tx)),
        ...(await requerySamples(tx, requery)),
      ];
    },
    { accessMode: 'read only' },
  );
}

async function batchSamples(queries: Queries): Promise<Sample[]> {
  const open = await openBatches(queries);
  return [
    ['tsuiseki_batches', open.running, 'running'],
    ['tsuiseki_batches', open.paused, 'paused'],
    ...Object.entries(open.rows).map(([state, rows]): Sample => ['tsuiseki_rows', rows, state]),
    ['tsuiseki_rows_unwritten', open.unwritten],
    ['tsuiseki_jobs', open.pendingJobs, 'pending'],
    ['tsuiseki_jobs', open.inFlightJobs, 'in_flight'],
    ['tsuiseki_reading_seconds', open.readingS],
    ['tsuiseki_still_seconds', open.stillS],
    ...(await endedLately(queries)).map(({ state, batches }): Sample => [
      'tsuiseki_batches_ended_last_day',
      batches,
      state,
    ]),
    ['tsuiseki_batches_unwritten', (await endedUnwritten(queries)).length],
    ['tsuiseki_save_waiting_seconds', await longestWaitS(queries)],
  ];
}

async function lookupSamples(queries: Queries): Promise<Sample[]> {
  const { publishes, carriers } = await askedLately(queries);
  const lookups = await lookupFigures(queries);
  return [
    ...(['taken', 'refused', 'failed'] as const).map((outcome): Sample => {
      const count = publishes.find((each) => each.outcome === outcome)?.count ?? 0;
      return ['tsuiseki_publishes_last_hour', count, outcome];
    }),
    ...carriers.map(({ carrier, outcome, count }): Sample => [
      'tsuiseki_carrier_requests_last_hour',
      count,
      carrier,
      outcome,
    ]),
    ...lookups.flatMap(({ task, completed, empty, failed, unknownTexts }): Sample[] => [
      ['tsuiseki_rows_last_hour', completed, task, 'completed'],
      ['tsuiseki_rows_last_hour', empty, task, 'empty'],
      ['tsuiseki_rows_last_hour', failed, task, 'failed'],
      ['tsuiseki_unknown_texts_last_hour', unknownTexts, task],
    ]),
  ];
}

async function parcelSamples(queries: Queries): Promise<Sample[]> {
  const counts = alertCounts(await parcelAlerts(queries, await databaseNow(queries)));
  return Object.entries(counts).map(([reason, count]): Sample => ['tsuiseki_parcel_alerts', count, reason]);
}

async function budgetSamples(queries: Queries, callLimit: number): Promise<Sample[]> {
  const { calls, owed, closedS, held } = await budgetFigures(queries);
  return [
    ['tsuiseki_call_limit', callLimit],
    ...calls.map(({ kind, count }): Sample => ['tsuiseki_calls', count, kind]),
    ['tsuiseki_calls', owed, 'owed'],
    ['tsuiseki_account_closed_seconds', closedS],
    ['tsuiseki_account_held', Number(held)],
  ];
}

async function driftSamples(queries: Queries): Promise<Sample[]> {
  const drifts = await queries.query.taskDrift.findMany();
  const carriers = await queries.query.carrierClock.findMany();
  const nowMs = (await databaseNow(queries)).getTime();
  return [
    ...drifts.flatMap(({ task, run, heldSince }): Sample[] => [
      ['tsuiseki_task_odd_jobs', run, task],
      ['tsuiseki_task_held', Number(heldSince !== null), task],
    ]),
    ...carriers.map(({ carrier, heldUntil }): Sample => {
      const isHeld = (heldUntil?.getTime() ?? 0) > nowMs;
      return ['tsuiseki_carrier_held', Number(isHeld), carrier];
    }),
  ];
}

async function inboxSamples(queries: Queries): Promise<Sample[]> {
  const { told, delaysS, unreadS } = await inboxFigures(queries);
  const { silenceS } = await webhookSilence(queries);
  return [
    ...told.map(({ source, outcome, count }): Sample => [
      'tsuiseki_notifications_last_hour',
      count,
      source,
      outcome ?? 'unread',
    ]),
    ...(delaysS ?? []).map((delay, index): Sample => [
      'tsuiseki_webhook_to_database_seconds',
      delay,
      QUANTILES[index] ?? '',
    ]),
    ['tsuiseki_unread_seconds', unreadS],
    ['tsuiseki_webhook_silence_seconds', silenceS],
  ];
}

async function requerySamples(queries: Queries, requery: Requery): Promise<Sample[]> {
  const { asked, due, lateS } = await requeryLateness(queries, requery, await databaseNow(queries));
  return [
    ['tsuiseki_requery_parcels', asked],
    ['tsuiseki_requery_due_parcels', due],
    ['tsuiseki_requery_late_seconds', lateS],
  ];
}
