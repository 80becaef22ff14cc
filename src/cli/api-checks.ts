import type { Database } from '../db/database.ts';
import { errorMessage } from '../errors.ts';
import { createLogger } from '../log.ts';
import { callApi } from '../pacing/account-call.ts';
import { AccountClock } from '../pacing/account-clock.ts';
import { withSitemap } from '../settings/by-task.ts';
import { secretsOf } from '../settings/settings.ts';
import type { Settings } from '../settings/settings.ts';
import { TRACKING_TASKS } from '../tasks/registry.ts';
import type { TrackingTask } from '../tasks/types.ts';
import { ApiError } from '../webscraper/api-error.ts';
import { createWebScraperClient } from '../webscraper/client.ts';
import type { Answered } from '../webscraper/client.ts';
import { askewWhile } from './answer-dates.ts';
import { bad, check, good } from './check.ts';
import type { Check, Finding } from './check.ts';
import { apiClock } from './place-checks.ts';

/** A process keeps the settings that it was started with. */
const AFTER_CORRECTION =
  'once it is put right start `tsuiseki up`, or each worker, again; then `tsuiseki resume BATCH`';

/** The API's token, its clock, and with a good token each sitemap: a call each. */
export async function apiChecks(database: Database, settings: Settings): Promise<Check[]> {
  const { webscraperApiToken: token, webscraperApiUrl: baseUrl } = settings;
  if (token === null)
    return [
      await check('API token', async () =>
        bad('WEBSCRAPER_API_TOKEN is not set; take it from Web Scraper Cloud, API'),
      ),
    ];
  const webscraper = createWebScraperClient({
    baseUrl,
    token,
    logger: createLogger(settings.logLevel, 'doctor', secretsOf(settings)),
  });
  const clock = new AccountClock(database, settings);
  const ask = <T>(call: () => Promise<Answered<T>>) => callApi(clock, clock.reserveCheck(null), call);
  const { value: account, askewMs } = await askewWhile(new URL(baseUrl).host, () =>
    check('API token', async () => {
      try {
        const credits = await ask(() => webscraper.account());
        return { ok: credits !== 0, details: `${credits ?? 'an unknown number of'} page credits left` };
      } catch (error) {
        return bad(`${errorMessage(error)}: ${AFTER_CORRECTION}`);
      }
    }),
  );
  const checks = [account, await check('API clock', async () => apiClock(askewMs))];
  for (const [sitemapId, tasks] of account.ok ? tasksBySitemap(settings) : [])
    checks.push(
      await check(`sitemap ${sitemapId}`, async () => {
        try {
          return sitemapOf(tasks, await ask(() => webscraper.sitemap(sitemapId)));
        } catch (error) {
          if (!(error instanceof ApiError) || error.code !== 'API_NOT_FOUND') throw error;
          return bad(`the account has none: ${setSitemaps(tasks)}`);
        }
      }),
    );
  return checks;
}

/** The tasks that publish to each sitemap. */
function tasksBySitemap(settings: Settings): Map<number, TrackingTask[]> {
  const tasks = new Map<number, TrackingTask[]>();
  for (const task of TRACKING_TASKS.map((each) => withSitemap(settings, each)))
    if (task.lookup.by !== 'carrier')
      tasks.set(task.lookup.sitemapId, [...(tasks.get(task.lookup.sitemapId) ?? []), task]);
  return tasks;
}

/** As SITEMAP_IDS names them. */
const prefixesOf = (tasks: readonly TrackingTask[]) => tasks.map(({ customIdPrefix }) => customIdPrefix);

const setSitemaps = (tasks: readonly TrackingTask[]) =>
  `set SITEMAP_IDS=${prefixesOf(tasks)
    .map((prefix) => `${prefix}=…`)
    .join(',')}; ${AFTER_CORRECTION}`;

const asTask = (name: string) => name.trim().toLowerCase().replaceAll(/[- ]/g, '_');

/** Whether a sitemap of that name can be these tasks': each reads columns of its own. */
function sitemapOf(tasks: readonly TrackingTask[], name: string): Finding {
  const what = `${name}, for ${prefixesOf(tasks).join(', ')}`;
  if (tasks.length > 1) return bad(`${what}: each task needs a sitemap of its own; ${setSitemaps(tasks)}`);
  const isNamed = (task: TrackingTask) => task.name === asTask(name);
  const other = tasks.some(isNamed) ? undefined : TRACKING_TASKS.find(isNamed);
  return other === undefined
    ? good(what)
    : bad(`${what}: by its name it is the one of ${other.customIdPrefix}; ${setSitemaps(tasks)}`);
}
