import { ScheduleNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Recurring } from './schedules.ts';

/** How a schedule fares. */
export interface ScheduleHealth {
  /** It runs when it is to, and well; or is too new to tell. */
  ok: boolean;
  /** The same in words. */
  details: string;
  /** When the latest run that was well began; null: none of the last ten was. */
  lastSuccessAt: Date | null;
  runs: number;
  /** Runs that were not begun: the one before was not over. */
  skipped: number;
  /** Runs that were not begun: Temporal was away. */
  missed: number;
  /** Runs still on record, 30 days, that failed, took too long or were ended. */
  failed: number;
  /** The latest runs that ended otherwise than well, ten at most. */
  failedInARow: number;
}

/** A run may come late by so much, on a busy machine. */
const LATE_MS = 60_000;
/** Runs that were due and have neither come nor succeeded: more is no accident. */
const RUNS_MISSED = 3;

const NEVER_RUN = { lastSuccessAt: null, runs: 0, skipped: 0, missed: 0, failed: 0, failedInARow: 0 };

/** When a schedule last ran, what came of it, and how many runs were skipped or missed. */
export async function scheduleHealth(client: Client, { id, everyMs }: Recurring): Promise<ScheduleHealth> {
  const sinceMs = Date.now() - RUNS_MISSED * everyMs - LATE_MS;
  try {
    const { info, state } = await client.schedule.getHandle(id).describe();
    const { numActionsTaken, numActionsSkippedOverlap, numActionsMissedCatchupWindow } = info;
    const counts = {
      runs: numActionsTaken,
      skipped: numActionsSkippedOverlap,
      missed: numActionsMissedCatchupWindow,
      failed: (await client.workflow.count(failedRunsOf(id))).count,
    };
    // `up` and `migrate` bring it up to date as they start: nothing has run while all was stopped.
    const newAtMs = (info.lastUpdatedAt ?? info.createdAt).getTime();
    const runs = info.recentActions.toReversed();
    const [last] = runs;
    if (last === undefined) {
      const ok = newAtMs > sinceMs && !state.paused;
      return { ...NEVER_RUN, ...counts, ok, details: state.paused ? PAUSED : 'has not run yet' };
    }
    const status = await statusOf(client, last);
    const { success, failedInARow } = await lastSuccess(client, runs, status);
    const health = { ...counts, lastSuccessAt: success?.takenAt ?? null, failedInARow };
    if (state.paused) return { ...health, ok: false, details: PAUSED };
    const lastText = `last run ${last.takenAt.toISOString()}: ${status}`;
    const before = success === last ? '' : `; last success ${success?.takenAt.toISOString() ?? 'long ago'}`;
    const { skipped, missed, failed } = counts;
    const told = `${skipped} skipped, the one before not over, ${missed} missed, ${failed} failed`;
    const ok = Math.max(success?.takenAt.getTime() ?? 0, newAtMs) > sinceMs;
    return { ...health, ok, details: `${lastText}${before}; ${told}` };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    return { ...NEVER_RUN, ok: false, details: 'is not there: run `tsuiseki migrate`' };
  }
}

const failedRunsOf = (id: string): string =>
  `TemporalScheduledById = '${id}' and ExecutionStatus in ('Failed', 'TimedOut', 'Terminated')`;

const PAUSED = 'paused in Temporal, unpause it there';

type Run = Awaited<
  ReturnType<ReturnType<Client['schedule']['getHandle']>['describe']>
>['info']['recentActions'][number];

async function statusOf(client: Client, { action }: Run): Promise<string> {
  const { workflowId, firstExecutionRunId } = action.workflow;
  const { status } = await client.workflow.getHandle(workflowId, firstExecutionRunId).describe();
  return status.name.toLowerCase();
}

/** The newest run that was well, and how many newer ones have ended otherwise; `status`: of the newest of all. */
async function lastSuccess(
  client: Client,
  runs: readonly Run[],
  status: string,
): Promise<{ success: Run | null; failedInARow: number }> {
  let failedInARow = 0;
  for (const [index, run] of runs.entries()) {
    const own = index === 0 ? status : await statusOf(client, run);
    if (own === 'completed') return { success: run, failedInARow };
    if (own !== 'running') failedInARow += 1;
  }
  return { success: null, failedInARow };
}
