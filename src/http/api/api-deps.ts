import type { Batch } from '../../db/batches.ts';
import type { Database } from '../../db/database.ts';
import type { PersonOrder } from '../../db/schema.ts';
import type { GivenRows } from '../../batches/given-rows/read-rows.ts';
import type { FileStore } from '../../files/types.ts';
import type { Settings } from '../../settings/settings.ts';
import type { TemporalFigures } from '../metrics/temporal-samples.ts';
import type { Started } from './contract.ts';

/** Who does something and why; of one id it takes effect once. */
export interface Message extends PersonOrder {
  id: string;
}

/** What the API has workflows do. Each throws where no worker answers, or the batch is not in a state for it. */
export interface Steering {
  pause(batch: Batch, message: Message): Promise<void>;
  resume(batch: Batch, message: Message): Promise<void>;
  cancel(batch: Batch, message: Message & { drop: boolean }): Promise<void>;
  /** `rows`: `3,7-9`. */
  retry(batch: Batch, message: Message & { rows: string }): Promise<void>;
  /** Has the batch look at what stands in the database; it does so by itself within minutes. */
  wake(batch: Batch): Promise<void>;
  startWorkbook(workbook: string, task: string, by: string): Promise<Started>;
  /** A start with the same key within a day is the same batch. */
  startRows(rows: GivenRows & { task: string; key: string | null; by: string }): Promise<Started>;
}

export interface ApiDeps {
  database: Database;
  settings: Settings;
  files: FileStore;
  steering: Steering;
  /** Files given to the page; the workers see it as well. */
  uploadsDir: string;
  /** Temporal's Web UI at our namespace, without an end slash; null: not known. */
  webUi: string | null;
  /** As they stand; rejects while Temporal is away. */
  queues: () => Promise<TemporalFigures['queues']>;
}
