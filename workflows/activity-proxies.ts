import { ActivityCancellationType, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { ActivityFailure } from '@temporalio/workflow';
import type { BatchActivities } from '../activities/batch.ts';
import type { ExcelActivities } from '../activities/excel.ts';
import type { PublishActivities } from '../activities/publish.ts';
import type { CarrierCheckActivities } from '../activities/carrier-check.ts';
import type { AcquisitionActivities } from '../activities/acquisition.ts';
import type { IncidentActivities } from '../activities/incidents.ts';
import type { FolderActivities } from '../activities/folders.ts';
import type { RequeryActivities } from '../activities/requery.ts';
import type { ResultsActivities } from '../activities/results.ts';
import type { SavedBatchActivities } from '../activities/saved-batches.ts';
import type { SaveActivities } from '../activities/saves.ts';
import type { WritebackActivities } from '../activities/writeback.ts';
import type { YamatoActivities } from '../activities/yamato.ts';
import { QUEUES } from '../src/temporal/names.ts';

/** A dead worker shows by its missed heartbeat: what it had in hand goes on elsewhere within 15 s. */
const HEARTBEAT_TIMEOUT = '10 seconds';

/** Small database steps: they wait for a database that is away, however long. */
export const batchSteps = proxyActivities<BatchActivities>({
  taskQueue: QUEUES.tracking_batch,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumInterval: '30 seconds' },
});

/** Rows that were given, however many: as small steps, but for the time that a million rows take. */
export const importing = proxyActivities<BatchActivities>({
  taskQueue: QUEUES.tracking_batch,
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumInterval: '30 seconds' },
});

/** Somebody has the workbook: waited for where it is seen, not in an activity's retries. */
export const IN_USE_TYPES = ['FILE_LOCKED', 'FILE_BEING_EDITED', 'WORKBOOK_BUSY'];

/** The file server refused the login, and nobody may use it for now: waited for in the same way. */
const HELD_TYPE = 'FILE_LOGIN_HELD';
/** Each try asks our own database only; one of them, every half hour, is let through to look. */
export const HELD_PAUSE_MS = 60_000;

export function isHeld({ cause }: ActivityFailure): boolean {
  return cause instanceof ApplicationFailure && cause.type === HELD_TYPE;
}

const READING = {
  taskQueue: QUEUES.tracking_excel,
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
} as const;

/** The seed's two hours for a workbook; a dead worker shows as a missed heartbeat. Waiting for a file is the workflow's. */
export const reading = proxyActivities<ExcelActivities & SaveActivities>({
  ...READING,
  retry: { maximumAttempts: 3, nonRetryableErrorTypes: [HELD_TYPE] },
});

/** A save is examined until it can be: nobody else would. */
export const examining = proxyActivities<SaveActivities>({
  ...READING,
  retry: { maximumInterval: '1 minute' },
});

/**
 * Never tried again: a publish may have been taken. 90 s: up to 10 s of waiting, 10 s to connect, 60 s of call, a margin. With many
 * batches a publish rightly queues for minutes, so no schedule timeouts.
 */
export const publishing = proxyActivities<PublishActivities>({
  taskQueue: QUEUES.publish_tracking,
  startToCloseTimeout: '90 seconds',
  heartbeatTimeout: '6 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 1 },
});

/**
 * Reading does no harm, so a group whose worker died is asked again: its heartbeat is missed after 5 s. A minute: 10 s
 * of waiting, 20 s of request with older ciphers, a margin. In the queue it may wait for however many batches.
 */
export const asking = proxyActivities<YamatoActivities>({
  taskQueue: QUEUES.yamato_tracking_10,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '5 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumInterval: '30 seconds' },
});

/** The same for a check of numbers; of one that fails the next run of the schedule is the retry. */
export const checking = proxyActivities<CarrierCheckActivities>({
  taskQueue: QUEUES.yamato_tracking_10,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '5 seconds',
  retry: { maximumAttempts: 3 },
});

/** Results may be read again: the seed's five minutes. */
export const results = proxyActivities<ResultsActivities>({
  taskQueue: QUEUES.tracking_webhook,
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 2 },
});

/** Twice the time of a transfer; tried twice, then waited for by the workflow, which tells why. */
export const writing = proxyActivities<WritebackActivities>({
  taskQueue: QUEUES.tracking_webhook,
  startToCloseTimeout: '35 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 2, nonRetryableErrorTypes: [...IN_USE_TYPES, HELD_TYPE] },
});

/**
 * The seed's 30 minutes; the next run of the schedule is the retry. A dead worker shows as a missed heartbeat, and not
 * after thirty minutes in which neither saves nor late results would go on.
 */
export const acquisition = proxyActivities<
  AcquisitionActivities &
    FolderActivities &
    RequeryActivities &
    ResultsActivities &
    SavedBatchActivities &
    WritebackActivities
>({
  taskQueue: QUEUES.acquisition,
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 3 },
});

/** A look into the database; the next run of the schedule is the retry. */
export const looking = proxyActivities<Pick<IncidentActivities, 'noteIncidents'>>({
  taskQueue: QUEUES.acquisition,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 3 },
});

/** One request of 15 s at most. A receiver that is down stays so for longer: the next run of the schedule tries again. */
export const telling = proxyActivities<Pick<IncidentActivities, 'tellIncident'>>({
  taskQueue: QUEUES.acquisition,
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: { maximumAttempts: 2, nonRetryableErrorTypes: ['NOTICE_REFUSED'] },
});
