import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { sourceName } from '../db/batches.ts';
import type { Batch } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import type { Sighting } from '../db/incidents.ts';
import { isRestored, RESTORED_TEXT } from '../db/installation.ts';
import { accountClock } from '../db/pacing-schema.ts';
import { batches, batchFigures } from '../db/schema.ts';
import { heldTasks } from '../db/task-drift.ts';
import type { HeldTask } from '../db/task-drift.ts';
import { heldCarriers } from '../pacing/carrier-clock.ts';
import type { HeldCarrier } from '../pacing/carrier-clock.ts';
import { taskByName } from '../tasks/registry.ts';
import { durationText } from '../text.ts';
import { alertSightings } from './alert-sightings.ts';
import { WAITING_FOR_WORKBOOK } from './waiting-text.ts';

type Figures = typeof batchFigures.$inferSelect;
type Clock = typeof accountClock.$inferSelect;

const MINUTE_MS = 60_000;
/** Two of the API's windows: a 429 of others' calls is over sooner. */
const CLOSED_FOR_LONG_MS = 30 * MINUTE_MS;
const LOCKED_FOR_LONG_MS = 60 * MINUTE_MS;
/** A batch moves many times an hour; jobs that are lost are asked after twice before. */
const STILL_MS = 60 * MINUTE_MS;
const DEADLINES_STILL = 2;
/** After a night, or an account that was held, all stand still for a moment. */
const STILL_PATIENCE_MS = 10 * MINUTE_MS;
/** Another that moved since then has the account's turns: with many batches each waits rightly. */
const OTHERS_MOVED_MS = 10 * MINUTE_MS;
/** An end is looked for so long, where nobody looked meanwhile. */
const ENDED_SINCE_MS = 6 * 60 * MINUTE_MS;

interface Seen {
  batch: Batch;
  figures: Figures;
}

/** All that needs a person just now. */
export async function needsPerson(queries: Queries, now: Date, jobDeadlineMs: number): Promise<Sighting[]> {
  const [clock] = await queries.select().from(accountClock);
  const restored = await isRestored(queries);
  const account = restored ? [RESTORED] : clock === undefined ? [] : accountSightings(clock, now);
  const held = await heldTasks(queries);
  const carriers = await heldCarriers(queries, now);
  const since = new Date(now.getTime() - ENDED_SINCE_MS);
  const found: Seen[] = await queries
    .select({ batch: batches, figures: batchFigures })
    .from(batches)
    .innerJoin(batchFigures, eq(batchFigures.batchId, batches.id))
    .where(
      and(
        eq(batches.isRound, false),
        or(
          isNull(batches.finishedAt),
          and(gt(batches.finishedAt, since), or(gt(batchFigures.failed, 0), eq(batches.state, 'failed'))),
        ),
      ),
    )
    .orderBy(sql`${batches.startedAt}`);
  const running = found.filter(({ batch }) => batch.finishedAt === null);
  const stillMs = Math.max(STILL_MS, DEADLINES_STILL * jobDeadlineMs);
  return [
    ...account,
    ...held.map((task) => taskSighting(task, running)),
    ...carriers.map((carrier) => carrierSighting(carrier)),
    ...found.flatMap((seen) => endedSighting(seen, now)),
    ...running.flatMap((seen) => heldSighting(seen, carriers.length > 0)),
    ...running.flatMap((seen) => lockedSighting(seen)),
    ...running
      .filter((seen) => !mayWait(seen, running, account.length > 0, now))
      .flatMap((seen) => stalledSighting(seen, now, stillMs)),
    ...(await alertSightings(queries, now)),
  ];
}

const ACCOUNT = { subject: 'account', batchId: null, isMoment: false } as const;

const RESTORED: Sighting = {
  ...ACCOUNT,
  kind: 'publishing-held',
  title: 'Publishing is held',
  text: `${RESTORED_TEXT}. Nothing else opens the account.`,
  patienceMs: 0,
};

function accountSightings({ heldReason, closedUntil, closedReason }: Clock, now: Date): Sighting[] {
  if (heldReason !== null)
    return [
      {
        ...ACCOUNT,
        kind: 'publishing-held',
        title: 'Publishing is held',
        text: `${heldReason}. Put that right; a probe then opens the account by itself, "tsuiseki resume BATCH" at once.`,
        patienceMs: 0,
      },
    ];
  const leftMs = (closedUntil?.getTime() ?? 0) - now.getTime();
  if (leftMs <= 0) return [];
  const until = closedUntil?.toISOString().slice(11, 16);
  return [
    {
      ...ACCOUNT,
      kind: 'account-closed',
      title: 'The account is closed',
      text: `${closedReason ?? 'the API takes no calls'}; it opens by itself at ${until} UTC. Does somebody else use its calls?`,
      patienceMs: leftMs >= CLOSED_FOR_LONG_MS ? 0 : CLOSED_FOR_LONG_MS,
    },
  ];
}

/** Its file and how far it is: `YTO-1.xlsx, 20 of 100 rows done`. */
function whereOf({ batch, figures }: Seen): string {
  const done = figures.completed + figures.failed + figures.invalid;
  return `${sourceName(batch)}, ${done} of ${figures.total} rows done`;
}

/** A task is told of once, not for each of its batches. */
function taskSighting({ task, reason }: HeldTask, running: readonly Seen[]): Sighting {
  const waiting = running.filter(({ batch }) => batch.task === task);
  const [first] = waiting;
  const how =
    first === undefined
      ? 'The next of its batches waits: "tsuiseki resume BATCH" lets it go on.'
      : `${waiting.length} of its batches run; "tsuiseki resume ${first.batch.id}" lets all of them go on.`;
  return {
    kind: 'drift',
    subject: task,
    batchId: null,
    isMoment: false,
    title: `Publishing is held for ${task}`,
    text: `${reason}. ${how}`,
    patienceMs: 0,
  };
}

function carrierSighting({ carrier, heldReason, heldUntil }: HeldCarrier): Sighting {
  const until = heldUntil.toISOString().slice(11, 16);
  return {
    kind: 'drift',
    subject: carrier,
    batchId: null,
    isMoment: false,
    title: `${carrier} is not asked`,
    text: `${heldReason}. It is asked again at ${until} UTC, or at once after "tsuiseki resume BATCH".`,
    patienceMs: 0,
  };
}

const asksApi = ({ batch }: Seen) => taskByName(batch.task).lookup.by === 'webscraper';
const ofBatch = ({ batch }: Seen) => ({ subject: batch.id, batchId: batch.id, isMoment: false });

/** Each end is told by itself: where a retry ends with failures again, that is news. */
function endedSighting({ batch, figures }: Seen, now: Date): Sighting[] {
  const { id, finishedAt, state, reason } = batch;
  if (finishedAt === null || finishedAt > now || state === 'cancelled') return [];
  const failed = `${figures.failed} of ${figures.total} rows failed`;
  const how = state === 'failed' ? `${reason ?? 'it failed'}; ${failed}` : failed;
  return [
    {
      kind: 'batch-ended',
      subject: `${id} ${finishedAt.toISOString()}`,
      batchId: id,
      title: `Batch ${id} ended with failures`,
      text: `${sourceName(batch)}: ${how}. "tsuiseki rows ${id}" tells why, "tsuiseki retry ${id}" asks again.`,
      patienceMs: 0,
      isMoment: true,
    },
  ];
}

/**
 * Paused by the system itself; who paused it as a person knows. An account, a task or a carrier that is held is told once,
 * not for each batch.
 */
function heldSighting(seen: Seen, carrierIsHeld: boolean): Sighting[] {
  const { id, state, paused, reason } = seen.batch;
  const bySystem =
    paused === null ? state === 'paused' && !asksApi(seen) && !carrierIsHeld : paused.by === 'tsuiseki';
  if (!bySystem) return [];
  return [
    {
      ...ofBatch(seen),
      kind: 'batch-held',
      title: `Batch ${id} is held`,
      text: `${whereOf(seen)}: ${paused?.why ?? reason ?? 'paused'}. "tsuiseki resume ${id}" lets it go on.`,
      patienceMs: 0,
    },
  ];
}

const isLocked = ({ batch }: Seen) => batch.reason?.startsWith(WAITING_FOR_WORKBOOK) === true;

function lockedSighting(seen: Seen): Sighting[] {
  const { id, reason } = seen.batch;
  if (!isLocked(seen)) return [];
  return [
    {
      ...ofBatch(seen),
      kind: 'workbook-locked',
      title: 'A workbook has been in use for an hour',
      text: `${whereOf(seen)}, ${seen.figures.unwritten} results wait: ${reason}. Have it closed; "tsuiseki write ${id}" where nobody has it open.`,
      patienceMs: LOCKED_FOR_LONG_MS,
    },
  ];
}

/** A figure's revision is the time in milliseconds of its last change, or a little later. */
const movedMs = ({ batch, figures }: Seen) => Math.max(figures.revision, batch.openedAt.getTime());

/** It stands still for a reason that is told otherwise, or is no trouble. */
function mayWait(seen: Seen, running: readonly Seen[], accountIsShut: boolean, now: Date): boolean {
  const { batch, figures } = seen;
  if (batch.paused !== null || batch.state === 'paused' || isLocked(seen)) return true;
  if (figures.pendingJobs === 0 || figures.inFlightJobs > 0) return false;
  if (accountIsShut && asksApi(seen)) return true;
  return running.some(
    (other) => asksApi(other) === asksApi(seen) && now.getTime() - movedMs(other) < OTHERS_MOVED_MS,
  );
}

function stalledSighting(seen: Seen, now: Date, stillMs: number): Sighting[] {
  const stoodMs = now.getTime() - movedMs(seen);
  if (stoodMs < stillMs) return [];
  const { id, reason } = seen.batch;
  const why = reason === null ? '' : `: ${reason}`;
  return [
    {
      ...ofBatch(seen),
      kind: 'batch-stalled',
      title: `Batch ${id} stands still`,
      text: `${whereOf(seen)}, nothing has moved for ${durationText(stoodMs)}${why}. "tsuiseki status ${id}" tells what it waits for.`,
      patienceMs: STILL_PATIENCE_MS,
    },
  ];
}
