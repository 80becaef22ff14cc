import { ScheduleNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Recurring } from './schedules.ts';

/** How a schedule fares, in words. */
export interface ScheduleHealth {
  ok: boolean;
  details: string;
}

/** A run may come late by so much, on a busy machine. */
const LATE_MS = 60_000;
/** Runs that were due and have neither come nor succeeded: more is no accident. */
const RUNS_MISSED = 3;

/** When a schedule last ran, what came of it, and how many runs were skipped since the one before was not over. */
export async function scheduleHealth(client: Client, { id, everyMs }: Recurring): Promise<ScheduleHealth> {
  const sinceMs = Date.now() - RUNS_MISSED * everyMs - LATE_MS;
  try {
    const { info, state } = await client.schedule.getHandle(id).describe();
    const runs = info.recentActions.toReversed();
    const last = runs[0];
    const skipped = `${info.numActionsSkippedOverlap} skipped, the one before not over`;
    if (state.paused) return { ok: false, details: 'paused in Temporal, unpause it there' };
    if (last === undefined) return { ok: info.createdAt.getTime() > sinceMs, details: 'has not run yet' };
    const status = await statusOf(client, last);
    const success = status === 'completed' ? last : await lastSuccess(client, runs);
    const lastText = `last run ${last.takenAt.toISOString()}: ${status}`;
    const before = success === last ? '' : `; last success ${success?.takenAt.toISOString() ?? 'long ago'}`;
    const ok = (success?.takenAt ?? info.createdAt).getTime() > sinceMs;
    return { ok, details: `${lastText}${before}; ${skipped}` };
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    return { ok: false, details: 'is not there: run `tsuiseki migrate`' };
  }
}

type Run = Awaited<
  ReturnType<ReturnType<Client['schedule']['getHandle']>['describe']>
>['info']['recentActions'][number];

async function statusOf(client: Client, { action }: Run): Promise<string> {
  const { workflowId, firstExecutionRunId } = action.workflow;
  const { status } = await client.workflow.getHandle(workflowId, firstExecutionRunId).describe();
  return status.name.toLowerCase();
}

async function lastSuccess(client: Client, runs: readonly Run[]): Promise<Run | null> {
  for (const run of runs) if ((await statusOf(client, run)) === 'completed') return run;
  return null;
}
