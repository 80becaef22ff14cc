import type { Account } from '../../pacing/account-figures.ts';
import type { ApiDeps } from './api-deps.ts';
import type { LiveAnswers } from './live.ts';

/** What the API's routes share. */
export interface ApiContext {
  deps: ApiDeps;
  live: LiveAnswers;
  /** As it was some seconds ago: forecasts are made from it. */
  account: () => Promise<Account>;
}
