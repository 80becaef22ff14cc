import type { Queries } from '../db/database.ts';
import { forecastOf, openAccount, readAccount } from '../pacing/account-figures.ts';
import { askForecastMs } from '../pacing/forecast.ts';
import { subjectsPerJobOf } from '../settings/by-task.ts';
import type { Settings } from '../settings/settings.ts';
import type { TrackingTask } from '../tasks/types.ts';

/** What asking would cost. */
export interface Cost {
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
): Promise<Cost> {
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
