import type { Fleet } from './fleet.ts';
import type { PartContext } from './part.ts';
import { percentile, spread, worstWindow } from './statistics.ts';

/** Webhook to database: issue 4's p99. */
const MOST_LATENCY_MS = 5_000;

/** What holds in every run, however hard the account is used: calls in the worst window, and no 429. */
export async function accountFigures(
  context: PartContext,
  fleet: Fleet,
  run: string,
  limit: { callLimit: number; callWindowMs: number },
): Promise<void> {
  const calls = await fleet.sandbox.calls();
  const worst = worstWindow(
    calls.map(({ at }) => at),
    limit.callWindowMs,
  );
  context.figure({
    figure: `${run}: calls in the worst window`,
    mustReach: `≤ ${limit.callLimit}`,
    measured: worst,
    unit: '',
    ok: calls.length > 0 && worst <= limit.callLimit,
  });
  const refused = calls.filter(({ status }) => status === 429).length;
  context.figure({
    figure: `${run}: 429s received`,
    mustReach: '0',
    measured: refused,
    unit: '',
    ok: calls.length > 0 && refused === 0,
  });
  const published = new Map(
    calls.flatMap(({ method, jobId, at }) => (method === 'POST' && jobId !== null ? [[jobId, at]] : [])),
  );
  const apart = calls.flatMap(({ path, at }) => {
    const jobId = /\/scraping-job\/(\d+)\/csv$/.exec(path)?.[1];
    const publishedAt = jobId === undefined ? undefined : published.get(Number(jobId));
    return publishedAt === undefined ? [] : [at - publishedAt];
  });
  context.note(`publish to download ${spread(apart)}`);
  const other = calls.length - published.size - apart.length;
  context.note(`${published.size} publishes, ${apart.length} downloads, ${other} other calls`);
}

/**
 * Webhook to database: from the first attempt to notify until the last row of the job is completed. A job without its
 * result at `untilMs` counts with the time it has waited by then.
 */
export async function latencyFigure(
  context: PartContext,
  fleet: Fleet,
  run: string,
  untilMs: number,
): Promise<void> {
  const completed = await fleet.database.sql<{ customId: string; atMs: number | null }[]>`
    select j.custom_id as "customId",
      case when bool_and(r.completed_at is not null)
        then (extract(epoch from max(r.completed_at)) * 1000)::float8 end as "atMs"
    from jobs j join job_rows l on l.job_id = j.id join rows r on r.id = l.row_id group by j.id`;
  const completedMs = new Map(completed.map(({ customId, atMs }) => [customId, atMs]));
  const notified = (await fleet.sandbox.notifications()).filter(
    ({ attempt, at }) => attempt === 1 && at < untilMs,
  );
  const latencies = notified.map(({ customId, at }) => (completedMs.get(customId ?? '') ?? untilMs) - at);
  const p99 = percentile(latencies, 0.99);
  context.figure({
    figure: `${run}: webhook to database, p99 of ${latencies.length}`,
    mustReach: '< 5 s',
    measured: p99 / 1_000,
    unit: 's',
    ok: p99 < MOST_LATENCY_MS,
  });
  context.note(`webhook to database ${spread(latencies)}`);
  const without = notified.filter(({ customId }) => (completedMs.get(customId ?? '') ?? null) === null);
  if (without.length > 0) context.note(`${without.length} notified jobs without a result at the end`);
}
