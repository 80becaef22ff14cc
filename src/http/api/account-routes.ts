import type { FastifyInstance } from 'fastify';
import { sql } from 'drizzle-orm';
import { lookupFigures } from '../../batches/lookup-figures.ts';
import { inboxFigures } from '../../db/inbox-figures.ts';
import { HELD_REASON } from '../../db/installation.ts';
import { SILENT_AFTER_S, webhookSilence } from '../../db/inbox.ts';
import { accountClock } from '../../db/pacing-schema.ts';
import { askedLately } from '../../pacing/budget-figures.ts';
import { budgetHistory } from '../../pacing/budget-history.ts';
import { oddHolds } from '../../pacing/odd-holds.ts';
import type { ApiContext } from './context.ts';
import type { AccountView } from './contract.ts';
import { lately } from '../lately.ts';

/** Nothing here moves faster; some thirty questions to Temporal and ten to the database. */
const KEPT_MS = 5_000;
const STATEMENT_TIMEOUT = '2s';

/** The account's budget, the queues and the webhooks, as people watch them. */
export function accountRoutes(app: FastifyInstance, { deps, live }: ApiContext): void {
  const queues = lately(KEPT_MS, () =>
    deps.queues().then(
      (found) => [...found],
      () => null,
    ),
  );

  app.get('/api/account', (request, reply) =>
    live.send(request, reply, { key: 'account', keptMs: KEPT_MS }, async (): Promise<AccountView> => {
      const asked = queues();
      const known = await deps.database.db.transaction(
        async (tx) => {
          await tx.execute(sql`select set_config('statement_timeout', ${STATEMENT_TIMEOUT}, true)`);
          const [clock] = await tx
            .select({
              closedUntil: accountClock.closedUntil,
              closedReason: accountClock.closedReason,
              heldReason: sql<string | null>`(${sql.raw(HELD_REASON)})`,
            })
            .from(accountClock);
          return {
            clock,
            history: await budgetHistory(tx, deps.settings.callWindowMs),
            asked: await askedLately(tx),
            inbox: await inboxFigures(tx),
            silence: await webhookSilence(tx),
            lookups: await lookupFigures(tx),
            odd: await oddHolds(tx),
          };
        },
        { accessMode: 'read only' },
      );
      return accountView(deps.settings, known, await asked);
    }),
  );
}

interface Known {
  clock: Pick<typeof accountClock.$inferSelect, 'closedUntil' | 'closedReason' | 'heldReason'> | undefined;
  history: Awaited<ReturnType<typeof budgetHistory>>;
  asked: Awaited<ReturnType<typeof askedLately>>;
  inbox: Awaited<ReturnType<typeof inboxFigures>>;
  silence: Awaited<ReturnType<typeof webhookSilence>>;
  lookups: Awaited<ReturnType<typeof lookupFigures>>;
  odd: AccountView['odd'];
}

function accountView(
  { callLimit, callWindowMs }: { callLimit: number; callWindowMs: number },
  { clock, history, asked, inbox, silence, lookups, odd }: Known,
  queues: AccountView['queues'],
): AccountView {
  const now = new Date();
  const { closedUntil = null, closedReason = null, heldReason = null } = clock ?? {};
  const countOf = (outcome: string) => asked.publishes.find((each) => each.outcome === outcome)?.count ?? 0;
  const [median = 0, p95 = 0, longest = 0] = inbox.delaysS ?? [];
  const carriers = [...new Set(asked.carriers.map(({ carrier }) => carrier))];
  const carrierCount = (carrier: string, outcome: string) =>
    asked.carriers.find((each) => each.carrier === carrier && each.outcome === outcome)?.count ?? 0;
  return {
    at: now.toISOString(),
    limit: callLimit,
    windowMs: callWindowMs,
    ...history,
    closed:
      closedUntil !== null && closedUntil > now
        ? { until: closedUntil.toISOString(), why: closedReason ?? 'the API takes no calls' }
        : null,
    held: heldReason === null ? null : { why: heldReason },
    odd,
    publishes: { taken: countOf('taken'), refused: countOf('refused'), failed: countOf('failed') },
    webhookDelayS: inbox.delaysS === null ? null : { median, p95, longest },
    webhookSilenceS: silence.silenceS > SILENT_AFTER_S ? silence.silenceS : 0,
    unreadS: inbox.unreadS,
    lookups: lookups.map(({ task, completed, empty, failed }) => ({ task, completed, empty, failed })),
    carriers: carriers.map((carrier) => ({
      carrier,
      answered: carrierCount(carrier, 'answered'),
      failed: carrierCount(carrier, 'failed'),
    })),
    queues,
  };
}
