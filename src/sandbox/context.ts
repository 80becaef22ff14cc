import type { ApiAccount } from './api-account.ts';
import type { CallLog } from './call-log.ts';
import type { FaultBook } from './fault-book.ts';
import type { Notifier } from './notifier.ts';
import type { ResolvedOptions } from './options.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Timers } from './timers.ts';
import type { YamatoLog } from './yamato/log.ts';

/** What the routes of one sandbox share. */
export interface SandboxContext {
  options: ResolvedOptions;
  account: ApiAccount;
  calls: CallLog;
  faults: FaultBook;
  notifier: Notifier;
  rateLimit: RateLimit;
  timers: Timers;
  yamatoLog: YamatoLog;
}
