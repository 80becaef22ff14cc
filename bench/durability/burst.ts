import { startFleet } from '../fleet.ts';
import type { Part, PartContext } from '../part.ts';
import { allEnded } from '../stamps.ts';
import { percentile, spread } from '../statistics.ts';
import { until } from '../until.ts';
import { UNPACED } from './unpaced.ts';

const WEBHOOKS = 1_000;
const SPAN_MS = 2_000;
const DOWNLOAD_MS = 50;
/** As an account has them: each batch publishes one job after the other. */
const BATCHES = 10;
const MOST_ANSWER_MS = 100;
const MOST_P50_MS = 2_000;
const MOST_P99_MS = 9_000;
const PATIENCE_MS = 300_000;

async function measure(context: PartContext, batches: number): Promise<void> {
  const { figure, note, progress, cleanup } = context;
  const webhooks = context.rows ?? WEBHOOKS;
  const run = batches === 1 ? `${webhooks} webhooks, one batch` : `${webhooks} webhooks, ${batches} batches`;
  const fleet = await startFleet(context, {
    ...UNPACED,
    temporal: 'memory',
    csvDelayMs: DOWNLOAD_MS,
  });
  await fleet.sandbox.addFault({ kind: 'job-stuck' });
  const rows = Math.ceil(webhooks / batches);
  await fleet.startBatches(Array.from({ length: batches }, () => rows));
  const published = await until('all publishes', PATIENCE_MS, async () => {
    const [row] = await fleet.database.sql<{ jobs: number }[]>`
      select count(*)::int as jobs from jobs where state = 'published'`;
    return row?.jobs === batches * rows ? row.jobs : null;
  });
  progress(`${published} jobs end within ${SPAN_MS / 1_000} s`);
  await fleet.sandbox.finishJobs(SPAN_MS);
  await until('the end of all batches', PATIENCE_MS, () => allEnded(fleet.database)).catch((error: Error) =>
    note(error.message),
  );
  const attempts = await fleet.sandbox.notifications();
  const first = attempts.filter(({ attempt }) => attempt === 1);
  const answerMs = first.map(({ answer, tookMs }) => (answer === 200 ? tookMs : Infinity));
  const sentMs = first.map(({ at }) => at);
  note(
    `${run}: ${first.length} sent within ${((Math.max(...sentMs) - Math.min(...sentMs)) / 1_000).toFixed(1)} s`,
  );
  const answerP99 = percentile(answerMs, 0.99);
  figure({
    figure: `${run} in ${SPAN_MS / 1_000} s: answer, p99`,
    mustReach: `< ${MOST_ANSWER_MS} ms`,
    measured: answerP99,
    unit: 'ms',
    ok: answerP99 < MOST_ANSWER_MS,
  });
  const completed = await fleet.database.sql<{ jobId: number; atMs: number }[]>`
    select j.scraping_job_id::float8 as "jobId", (extract(epoch from max(r.completed_at)) * 1000)::float8 as "atMs"
    from jobs j join job_rows l on l.job_id = j.id join rows r on r.id = l.row_id
    where r.completed_at is not null group by j.id`;
  const completedMs = new Map(completed.map(({ jobId, atMs }) => [jobId, atMs]));
  const storedMs = first.map(({ jobId, at }) => (completedMs.get(jobId) ?? Infinity) - at);
  for (const [name, share, mostMs] of [
    ['p50', 0.5, MOST_P50_MS],
    ['p99', 0.99, MOST_P99_MS],
  ] as const) {
    const measured = percentile(storedMs, share);
    figure({
      figure: `${run} in ${SPAN_MS / 1_000} s: webhook to database, ${name}`,
      mustReach: `< ${mostMs / 1_000} s`,
      measured: measured / 1_000,
      unit: 's',
      ok: measured < mostMs,
    });
  }
  note(`${run}: answer ${spread(answerMs)}; webhook to database ${spread(storedMs)}`);
  await cleanup.run();
}

/** A thousand jobs end at once: webhooks are answered as ever, results come as fast as they can be downloaded. */
export const burst: Part = {
  name: 'burst',
  async run(context) {
    for (const batches of [BATCHES, 1])
      if (!context.cleanup.interrupted.aborted) await measure(context, batches);
  },
};
