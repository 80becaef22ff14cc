import type { Batch } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import type { Row } from '../db/rows.ts';
import type { Settings } from '../settings/settings.ts';
import { planSubjects } from '../tasks/plan-subjects.ts';
import { taskByName } from '../tasks/registry.ts';
import { understandRow } from '../tasks/understand-row.ts';
import { forecastSubjects } from './forecast-subjects.ts';
import type { Cost } from './forecast-subjects.ts';

/** What asking again for some rows of a batch would cost. */
export async function retryForecast(
  queries: Queries,
  settings: Settings,
  batch: Batch,
  again: readonly Row[],
): Promise<Cost> {
  const task = taskByName(batch.task);
  const readings = again.map((row) => understandRow(task, row));
  return forecastSubjects(queries, settings, task, planSubjects(task, readings).length);
}
