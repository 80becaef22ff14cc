import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { QUEUE_OF_WORKFLOW } from './workflows.ts';
import type { Workflows } from './workflows.ts';

export interface Recurring {
  id: string;
  workflowType: keyof Workflows;
  everyMs: number;
}

/** A run that cannot end, its workflow task failing again and again, would silence its schedule: runs that overlap are skipped. */
const RUN_TIMEOUT = '1 hour';

/** How often the lost-webhook check runs: often enough that a deadline is noticed within a quarter of it. */
function checkEveryMs(jobDeadlineMs: number): number {
  return Math.min(60_000, Math.max(1_000, Math.round(jobDeadlineMs / 4_000) * 1_000));
}

/** All that recurs, with how often it does. */
export function recurring(jobDeadlineMs: number): Recurring[] {
  return [
    {
      id: 'tsuiseki-inbox-relay',
      workflowType: 'InboxRelayWorkflow',
      // Within the minute from webhook to database; more often would bury the batches in the Web UI.
      everyMs: 30_000,
    },
    {
      id: 'tsuiseki-lost-webhooks',
      workflowType: 'LostWebhookWorkflow',
      everyMs: checkEveryMs(jobDeadlineMs),
    },
    {
      id: 'tsuiseki-batch-sweep',
      workflowType: 'BatchSweepWorkflow',
      everyMs: 60_000,
    },
    {
      id: 'tsuiseki-folder-sweep',
      workflowType: 'FolderSweepWorkflow',
      // A save that no webhook told of waits so long at most; unchanged folders cost one request in all.
      everyMs: 120_000,
    },
    {
      id: 'tsuiseki-folder-walk',
      workflowType: 'FolderWalkWorkflow',
      // A request a folder: once a day is what a server of many folders bears.
      everyMs: 86_400_000,
    },
    {
      id: 'tsuiseki-requery',
      workflowType: 'RequeryWorkflow',
      // A round of Yamato numbers takes a quarter of an hour at most; a look costs one query.
      everyMs: 300_000,
    },
    {
      id: 'tsuiseki-incidents',
      workflowType: 'IncidentsWorkflow',
      everyMs: 60_000,
    },
    {
      id: 'tsuiseki-carrier-check',
      workflowType: 'CarrierCheckWorkflow',
      // A hint is no emergency; a run takes eight minutes at most.
      everyMs: 600_000,
    },
    {
      id: 'tsuiseki-clean-up',
      workflowType: 'CleanUpWorkflow',
      everyMs: 86_400_000,
    },
    {
      id: 'tsuiseki-roll-up',
      workflowType: 'RollUpWorkflow',
      everyMs: 3_600_000,
    },
  ];
}

/** Creates Tsuiseki's schedules, or brings them up to date; may run again. */
export async function applySchedules(client: Client, jobDeadlineMs: number): Promise<void> {
  for (const { id, workflowType, everyMs } of recurring(jobDeadlineMs)) {
    const taskQueue = QUEUE_OF_WORKFLOW[workflowType];
    const spec = { intervals: [{ every: everyMs }] };
    const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' as const };
    const action = {
      type: 'startWorkflow' as const,
      workflowType,
      taskQueue,
      workflowId: id,
      workflowRunTimeout: RUN_TIMEOUT,
    };
    try {
      await client.schedule.create({ scheduleId: id, spec, policies, action });
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
      await client.schedule.getHandle(id).update((previous) => ({ ...previous, spec, policies, action }));
    }
  }
}
