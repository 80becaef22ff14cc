import { log, metricMeter } from '@temporalio/activity';
import { errorMessage } from '../src/errors.ts';
import type { Database } from '../src/db/database.ts';
import { callApi, WaitForAccount } from '../src/pacing/account-call.ts';
import type { AccountClock } from '../src/pacing/account-clock.ts';
import { publishedLately } from '../src/pacing/call-records.ts';
import { ApiError } from '../src/webscraper/api-error.ts';
import type { WebScraperClient } from '../src/webscraper/client.ts';

interface CreditsDeps {
  database: Database;
  clock: AccountClock;
  webscraper: Pick<WebScraperClient, 'account'>;
}

/** A call of the account's budget each. */
const ASK_EVERY_MS = 3_600_000;

/**
 * Asks now and then how many page credits are left, for the metrics: once an hour while something is published, for the
 * first time an hour after the worker's start.
 */
export class PageCredits {
  readonly #deps: CreditsDeps;
  #askedAtMs = performance.now();

  constructor(deps: CreditsDeps) {
    this.#deps = deps;
  }

  /** To be called from an activity, every few minutes. Nothing but the database keeps it from coming back well. */
  async ask(nowMs = performance.now()): Promise<void> {
    if (nowMs - this.#askedAtMs < ASK_EVERY_MS) return;
    const { database, clock, webscraper } = this.#deps;
    if (!(await publishedLately(database.db))) return;
    try {
      const credits = await callApi(clock, clock.reserveCheck(null), () => webscraper.account());
      this.#askedAtMs = nowMs;
      if (credits !== null)
        metricMeter.createGauge('tsuiseki_page_credits', 'int', undefined, 'Page credits left').set(credits);
    } catch (error) {
      // No call is free: the next run of the schedule asks again.
      if (error instanceof WaitForAccount) return;
      if (!(error instanceof ApiError)) throw error;
      this.#askedAtMs = nowMs;
      log.warn('how many page credits are left could not be asked', { error: errorMessage(error, 200) });
    }
  }
}
