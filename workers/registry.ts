import type { WorkerOptions } from '@temporalio/worker';
import { createAcquisitionActivities } from '../activities/acquisition.ts';
import { createAggregationActivities } from '../activities/aggregation.ts';
import { createCarrierCheckActivities } from '../activities/carrier-check.ts';
import { createBatchActivities } from '../activities/batch.ts';
import { createExcelActivities } from '../activities/excel.ts';
import { createFolderActivities } from '../activities/folders.ts';
import { createIncidentActivities } from '../activities/incidents.ts';
import { createPublishActivities } from '../activities/publish.ts';
import { createRequeryActivities } from '../activities/requery.ts';
import { createResultsActivities } from '../activities/results.ts';
import { createSavedBatchActivities } from '../activities/saved-batches.ts';
import { createSaveActivities } from '../activities/saves.ts';
import { createWritebackActivities } from '../activities/writeback.ts';
import { createYamatoActivities } from '../activities/yamato.ts';
import type { WorkerName } from '../src/temporal/names.ts';
import { warmUp } from './warm-up.ts';
import type { WorkerParts } from './parts.ts';

export interface WorkerSpec {
  /** Whether the queue carries workflows: such a worker loads the bundle. */
  workflows: boolean;
  activities(parts: WorkerParts): object;
  /** Done before the worker takes its first task. */
  prepare?: () => Promise<void>;
  limits: Pick<
    WorkerOptions,
    | 'maxConcurrentActivityTaskExecutions'
    | 'maxCachedWorkflows'
    | 'shutdownGraceTime'
    | 'maxHeartbeatThrottleInterval'
  >;
  /**
   * Temporal's own limit of the queue, as a second belt behind the account's clock: so many activities a publish
   * interval. It counts those that answer `wait` too, and turns are given ten seconds ahead: ten cost no turn.
   */
  dispatchesPerInterval?: number;
}

/** One entry a queue, with the seed's figures (domain section 1) and their reasons. */
export const WORKERS = {
  tracking_batch: {
    workflows: true,
    activities: (parts: WorkerParts) => createBatchActivities(parts),
    // Steps of some milliseconds each: enough at once that no batch waits for another.
    limits: { maxConcurrentActivityTaskExecutions: 20, maxCachedWorkflows: 200 },
  },
  tracking_excel: {
    workflows: false,
    activities: (parts: WorkerParts) => ({
      ...createExcelActivities(parts),
      ...createSaveActivities({ ...parts, ...parts.settings, limits: parts.settings }),
    }),
    // One workbook at a time: its reader may take most of the worker's 1 GB.
    limits: { maxConcurrentActivityTaskExecutions: 1, shutdownGraceTime: '30 seconds' },
  },
  publish_tracking: {
    workflows: false,
    activities: (parts: WorkerParts) => createPublishActivities({ ...parts, webscraper: parts.webscraper() }),
    prepare: warmUp,
    // One at a time; a publish under way is let come to its answer: 10 s of waiting and 60 s of call. A pause reaches
    // one that waits for its turn with its next heartbeat, within four seconds: each is an action that Temporal Cloud bills.
    limits: {
      maxConcurrentActivityTaskExecutions: 1,
      shutdownGraceTime: '75 seconds',
      maxHeartbeatThrottleInterval: '4 seconds',
    },
    dispatchesPerInterval: 10,
  },
  yamato_tracking_10: {
    workflows: true,
    activities: (parts: WorkerParts) => {
      const deps = { ...parts, ...parts.settings, yamato: parts.yamato() };
      return { ...createYamatoActivities(deps), ...createCarrierCheckActivities(deps) };
    },
    // One request at a time; with 10 s of waiting and 25 s of request it comes to its answer. No limit of five hours:
    // a run hands over to the next. 1 GB is plenty: nothing is kept from group to group.
    limits: {
      maxConcurrentActivityTaskExecutions: 1,
      maxCachedWorkflows: 50,
      shutdownGraceTime: '40 seconds',
      maxHeartbeatThrottleInterval: '1 second',
    },
  },
  tracking_webhook: {
    workflows: false,
    activities: (parts: WorkerParts) => ({
      ...createResultsActivities({ ...parts, webscraper: parts.webscraper() }),
      ...createWritebackActivities(parts),
    }),
    limits: { maxConcurrentActivityTaskExecutions: 2, shutdownGraceTime: '30 seconds' },
  },
  acquisition: {
    workflows: true,
    activities: (parts: WorkerParts) => ({
      ...createAcquisitionActivities({
        ...parts,
        webscraper: parts.webscraper(),
        personalDataKeptMs: parts.settings.personalDataKeptMs,
      }),
      ...createResultsActivities({ ...parts, webscraper: parts.webscraper() }),
      ...createFolderActivities(parts),
      ...createRequeryActivities({ ...parts, ...parts.settings }),
      ...createSavedBatchActivities(parts),
      ...createIncidentActivities(parts),
      ...createWritebackActivities(parts),
    }),
    limits: {
      maxConcurrentActivityTaskExecutions: 4,
      maxCachedWorkflows: 50,
      shutdownGraceTime: '30 seconds',
    },
  },
  aggregation: {
    workflows: true,
    activities: (parts: WorkerParts) => createAggregationActivities(parts),
    limits: { maxConcurrentActivityTaskExecutions: 2, maxCachedWorkflows: 20 },
  },
} satisfies Readonly<Record<WorkerName, WorkerSpec>>;
