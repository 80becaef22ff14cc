import { WorkflowNotFoundError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { createAcquisitionActivities } from '../../../activities/acquisition.ts';
import { BatchSweep } from '../../../src/temporal/batch-sweep.ts';
import { NotificationRelay } from '../../../src/temporal/notification-relay.ts';
import type { Stage } from './stage.ts';

/** Temporal as far as acquisition knows it: the status of each workflow, and what was signalled or started. */
export interface FakeTemporal {
  statuses: Map<string, string>;
  signals: unknown[];
  started: string[];
  /** Happens while a workflow is looked at. */
  onDescribe: (() => Promise<void>) | null;
}

/** Acquisition's activities beside a Temporal that is told what runs. */
export function acquisitionOn(stage: Stage) {
  const temporal: FakeTemporal = { statuses: new Map(), signals: [], started: [], onDescribe: null };
  const statusOf = (workflowId: string): string => {
    const status = temporal.statuses.get(workflowId);
    if (status === undefined) throw new WorkflowNotFoundError('not found', workflowId, undefined);
    return status;
  };
  const getHandle = (workflowId: string) => ({
    async signal(_name: string, message: unknown): Promise<void> {
      if (statusOf(workflowId) !== 'RUNNING') throw new WorkflowNotFoundError('ended', workflowId, undefined);
      temporal.signals.push(message);
    },
    async describe() {
      const name = statusOf(workflowId);
      await temporal.onDescribe?.();
      return { status: { name } };
    },
  });
  const withDeadline = (_deadline: unknown, run: () => unknown) => run();
  const client = { workflow: { getHandle }, withDeadline } as unknown as Client;
  const start = async ({ id }: { id: string }): Promise<void> => {
    temporal.started.push(id);
  };
  const relay = new NotificationRelay(stage.database, client);
  const sweep = new BatchSweep(stage.database, client, start);
  return { temporal, ...createAcquisitionActivities({ ...stage, relay, sweep }) };
}
