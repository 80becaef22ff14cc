import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect, it, vi } from 'vitest';
import { PageCredits } from '../../activities/page-credits.ts';
import { ApiError } from '../../src/webscraper/api-error.ts';
import { recordingMeter } from '../support/metrics/recording-meter.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage } from '../support/activities/stage.ts';

const stageWith = useStage();
const HOUR_MS = 3_600_000;

/** Asks at the given hours of the worker's life; gives what the gauge was set to, and how often the API was asked. */
async function told(stage: Stage, hours: readonly number[], account = stage.webscraper.account) {
  const { meter, values } = recordingMeter();
  const asked = vi.fn(account);
  const credits = new PageCredits({ ...stage, webscraper: { account: asked } });
  const startMs = performance.now();
  for (const hour of hours)
    await new MockActivityEnvironment({}, { metricMeter: meter, logger: new DefaultLogger('ERROR') }).run(
      () => credits.ask(startMs + hour * HOUR_MS),
    );
  return { values: values('tsuiseki_page_credits'), asked: asked.mock.calls.length };
}

const published = (stage: Stage) =>
  stage.database.sql`insert into calls (kind, started_at, finished_at, http_status, expires_at)
    values ('publish', now(), now(), 200, now())`;

it('tells the credits left once an hour, from an hour after the start on, and counts the call', async () => {
  const stage = await stageWith();
  await published(stage);
  const account = stage.webscraper.account;
  const left = (await account()).value;
  expect(await told(stage, [0, 0.5, 1.01, 1.5, 2, 2.02], account)).toEqual({
    values: [left, left],
    asked: 2,
  });
  expect(await stage.database.sql`select kind, http_status from calls where kind = 'check'`).toEqual([
    { kind: 'check', http_status: 200 },
    { kind: 'check', http_status: 200 },
  ]);
});

it('asks nothing while nothing is published: credits stay as they are', async () => {
  expect(await told(await stageWith(), [2, 4])).toEqual({ values: [], asked: 0 });
});

it('without a free call the next run asks; a failure waits for the next hour, and fails nothing', async () => {
  const full = await stageWith({ limits: { callLimit: 2 } });
  await full.database.sql`insert into calls (kind, started_at, expires_at)
    select 'publish', now(), now() + interval '5 minutes' from generate_series(1, 2)`;
  expect(await told(full, [2])).toEqual({ values: [], asked: 0 });
  const stage = await stageWith();
  await full.database.sql`truncate calls`;
  await published(stage);
  const fails = () => Promise.reject(new ApiError('API_SERVER_ERROR', 'out of order'));
  expect(await told(stage, [2, 2.5, 3.1], fails)).toEqual({ values: [], asked: 2 });
});
