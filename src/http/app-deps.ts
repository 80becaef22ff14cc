import type { Database } from '../db/database.ts';
import type { Requery } from '../db/due-parcels.ts';
import type { Logger } from '../log.ts';
import type { Traces } from '../outbound/traces/traces.ts';
import type { SaveInbox } from '../saves/save-inbox.ts';
import type { ApiDeps } from './api/api-deps.ts';
import type { SignInRules } from './sign-in/rules.ts';
import type { TemporalFigures } from './metrics/temporal-samples.ts';

/** What the HTTP server's routes need of the rest. */
export interface AppDeps {
  database: Pick<Database, 'db'>;
  /** Tells the batch that something was stored for it. */
  notify: (batchId: string) => Promise<void>;
  /** Something was stored that another system is to have; null: nobody takes such. */
  forward: (() => void) | null;
  /** Resolves when Temporal answers. */
  pingTemporal: () => Promise<void>;
  /** What Temporal knows of queues, schedules and waits. */
  temporalFigures: () => Promise<TemporalFigures>;
  /** The account's calls a window. */
  callLimit: number;
  /** Which open parcels are asked again. */
  requery: Requery;
  webhookTokens: readonly string[];
  signIn: SignInRules;
  api: ApiDeps;
  saves: SaveInbox;
  onlyoffice: {
    /** The secret shared with the document server; null: no callback is believed. */
    jwtSecret: string | null;
    /** The header its signature comes in; the document server's own default is `Authorization`. */
    jwtHeader: string;
    /** Nextcloud's own callback, to which callbacks are forwarded; null: there is none. */
    callbackUrl: string | null;
    /** How long Nextcloud may take to answer. */
    forwardTimeoutMs?: number;
  };
  nextcloud: {
    /** The token its webhooks carry; null: none is taken. */
    webhookToken: string | null;
    /** The user that writes results back, whose own saves start nothing. */
    botUser: string | null;
  };
  /** Makes a webhook's request part of a trace; null: nobody wants any. */
  serving: Traces['serving'] | null;
  logger: Pick<Logger, 'error' | 'warn' | 'debug'>;
}
