import { askForecastMs } from '../pacing/forecast.ts';
import type { Settings } from '../settings/settings.ts';
import { forecastOf, openAccount, readAccount } from '../pacing/account-figures.ts';
import type { Queries } from '../db/database.ts';
import { subjectsPerJobOf } from '../settings/by-task.ts';
import type { TrackingTask } from '../tasks/types.ts';
import { durationText } from '../text.ts';
import { printJson, printLine, printTable } from './print.ts';

/** What `start --dry-run` and `retry --dry-run` print. */
export interface DryRun {
  rows: Record<string, unknown>[];
  counts: Record<string, number>;
  /** Scraping jobs that would be published, or requests to a carrier that is asked directly. */
  jobs: number;
  /** Of the account's budget: a clean job is a publish and a download. */
  calls: number;
  /** Page credits: one a page loaded. */
  credits: number;
  estimatedSeconds: number;
}

/** Jobs, calls, credits and time of some subjects, given what else runs; without a database: as if nothing did. */
export async function forecastSubjects(
  queries: Queries | null,
  settings: Settings,
  task: TrackingTask,
  subjects: number,
): Promise<Pick<DryRun, 'jobs' | 'calls' | 'credits' | 'estimatedSeconds'>> {
  const account = queries === null ? openAccount(settings) : await readAccount(queries, settings);
  const jobs = Math.ceil(subjects / subjectsPerJobOf(settings, task));
  const seconds = (ms: number) => ({ estimatedSeconds: Math.round(ms / 1_000) });
  if (task.lookup.by === 'carrier') {
    const meanPauseMs = (settings.yamatoPauseMinMs + settings.yamatoPauseMaxMs) / 2;
    const leftMs = askForecastMs(jobs, [...account.asking.values()], meanPauseMs);
    return { jobs, calls: 0, credits: 0, ...seconds(leftMs) };
  }
  return { jobs, calls: 2 * jobs, credits: subjects, ...seconds(forecastOf(account, null, jobs)) };
}

export function printDryRun(dryRun: DryRun, json: boolean): void {
  if (json) return printJson(dryRun);
  const { rows, counts, jobs, calls, credits, estimatedSeconds } = dryRun;
  printTable(rows, ['row', 'state', 'input', 'trackingNumber', 'error', 'warnings']);
  printLine(
    `${rows.length} rows, ${counts['invalid'] ?? 0} invalid: ${jobs} jobs, ${calls} calls, ${credits} page credits, about ${durationText(estimatedSeconds * 1_000)}`,
  );
}
