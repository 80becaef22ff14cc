import { describe, expect, it } from 'vitest';
import { FAILURES_TO_HOLD } from '../../src/pacing/call-answers.ts';
import type { FaultKind } from '../../src/sandbox/index.ts';
import { batchOf, jobsOf, orderUrl, rowsOf } from '../support/activities/batch.ts';
import { callsMade, processAll, publishAll } from '../support/activities/rounds.ts';
import { useStage } from '../support/activities/stage.ts';
import type { StageOptions } from '../support/activities/stage.ts';
import { makeProxyCertificates } from '../support/certificates.ts';
import { secureServer } from '../support/outbound/tls-servers.ts';

const stageWith = useStage();

async function publishWith(fault: FaultKind, options: StageOptions = {}) {
  const stage = await stageWith(options);
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1, fault), orderUrl(2)]);
  const [outcome] = await publishAll(stage, batchId);
  const [row] = await rowsOf(stage, batchId);
  const [job] = await jobsOf(stage, batchId);
  return { stage, batchId, outcome, row, job };
}

describe('an answer that is no yes fails the row with the reason, and the next job goes on', () => {
  it.each<[FaultKind, RegExp]>([
    ['publish-422', /^Web Scraper Cloud answered 422 to a publish$/],
    ['publish-500', /^perhaps published: Web Scraper Cloud answered 500 to a publish$/],
    ['publish-html', /^perhaps published: Web Scraper Cloud answered 502 to a publish$/],
    [
      'publish-reset',
      /^perhaps published: Web Scraper Cloud did not answer a publish: the connection to 127\.0\.0\.1:\d+ failed \(ECONNRESET\)$/,
    ],
    ['publish-reset-created', /^perhaps published: .*\(ECONNRESET\)$/],
    ['publish-no-id', /^perhaps published: .*holds no job id$/],
  ])('%s', async (fault, reason) => {
    const { stage, batchId, row, job } = await publishWith(fault);
    expect(row).toMatchObject({ state: 'failed', error: expect.stringMatching(reason) });
    expect(job).toMatchObject({ state: 'failed', owesDownload: false, scrapingJobId: null });
    expect(await stage.run(stage.activities.figures, { batchId })).toMatchObject({
      counts: { published: 1, failed: 1, pending: 0, total: 2 },
      next: null,
    });
    // Asked for once more, it is not sent once more.
    await stage.run(stage.activities.publishJob, { batchId, jobId: job?.id ?? 0 });
    expect(callsMade(stage)).toEqual(['POST scraping-job', 'POST scraping-job']);
  });

  it('publish-timeout', async () => {
    const { row } = await publishWith('publish-timeout', { callTimeoutMs: 1_000 });
    expect(row?.state).toBe('failed');
    expect(row?.error).toMatch(/^perhaps published: Web Scraper Cloud did not answer a publish/);
  });
});

it('publish-429 closes the account; the same job is sent when it opens', async () => {
  const stage = await stageWith();
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1, 'publish-429:1')]);
  expect(await publishAll(stage, batchId)).toMatchObject([{ outcome: 'wait', held: false }]);
  expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'pending', owesDownload: false }]);

  const [job] = await jobsOf(stage, batchId);
  const turn = await stage.clock.reservePublish(job?.id ?? 0);
  expect(turn).toMatchObject({ granted: true, delayMs: 2_000 });
  await stage.clock.giveBack(job?.id ?? 0);
  stage.time.nowMs += 2_000;
  const [opened] = await publishAll(stage, batchId);
  expect(opened).toMatchObject({ outcome: 'published' });
  expect(stage.sandbox.calls().map(({ customId }) => customId)).toEqual([
    `owt-${batchId}-1`,
    `owt-${batchId}-1`,
  ]);
});

it('an API that is not there took nothing: the job stays pending', async () => {
  const stage = await stageWith({ apiUrl: 'http://127.0.0.1:9/api/v1' });
  const batchId = await batchOf(stage, 'official_website_tracking', [orderUrl(1)]);
  const [outcome] = await publishAll(stage, batchId);
  expect(outcome).toMatchObject({
    outcome: 'wait',
    held: false,
    why: expect.stringContaining('ECONNREFUSED'),
  });
  expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'pending', owesDownload: false }]);
  expect(await rowsOf(stage, batchId)).toMatchObject([{ state: 'pending', error: null }]);
});

it('a proxy that intercepts TLS: nothing was sent, nothing is perhaps published, and five in a row hold', async () => {
  const server = await secureServer(await makeProxyCertificates());
  const stage = await stageWith({ apiUrl: server.url });
  const urls = Array.from({ length: FAILURES_TO_HOLD + 1 }, (_, serial) => orderUrl(serial));
  const batchId = await batchOf(stage, 'official_website_tracking', urls);
  const outcomes = await publishAll(stage, batchId);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(urls.map(() => 'wait'));
  expect(outcomes.at(-1)).toMatchObject({
    held: true,
    why: expect.stringMatching(
      /^5 failures in a row, .*NODE_EXTRA_CA_CERTS.*UNABLE_TO_GET_ISSUER_CERT_LOCALLY/,
    ),
  });
  for (const row of await rowsOf(stage, batchId))
    expect(row).toMatchObject({ state: 'pending', error: null });
  expect(server.received()).toBe('');
});

it.each<FaultKind>(['publish-timeout-created', 'publish-reset-created', 'publish-no-id'])(
  '%s: the webhook turns what was perhaps published into a result',
  async (fault) => {
    const { stage, batchId, row } = await publishWith(fault, { callTimeoutMs: 1_000 });
    expect(row?.state).toBe('failed');
    await stage.notified(2);
    const outcome = await processAll(stage, batchId);
    expect(outcome.counts).toMatchObject({ completed: 2, failed: 0 });
    const [late, job] = [await rowsOf(stage, batchId), await jobsOf(stage, batchId)];
    expect(late[0]).toMatchObject({ state: 'completed', error: null });
    expect(job[0]).toMatchObject({ state: 'completed', error: null });
    expect(callsMade(stage).filter((call) => call === 'POST scraping-job')).toHaveLength(2);
  },
);

it('perhaps published, and its page turns out empty: the row says that', async () => {
  const { stage, batchId, row } = await publishWith('publish-no-id');
  expect(row?.error).toMatch(/^perhaps published/);
  await stage.notified(2);
  stage.sandbox.addFault({ kind: 'no-columns', match: orderUrl(1) });
  await processAll(stage, batchId);
  const [late] = await rowsOf(stage, batchId);
  expect(late).toMatchObject({ state: 'failed', error: expect.stringMatching(/^the CSV has none of/) });
});

it('early-webhook: the notification before the answer finds the job, and the answer takes no step back', async () => {
  const stage = await stageWith({ sandbox: { slowAnswerMs: 300 } });
  const batchId = await batchOf(stage, 'official_website_tracking', [
    orderUrl(1, 'early-webhook,publish-slow'),
  ]);
  const [job] = await jobsOf(stage, batchId);
  const publish = stage.run(stage.activities.publishJob, { batchId, jobId: job?.id ?? 0 });
  await stage.notified(1);
  const processed = await processAll(stage, batchId);
  expect(processed.counts).toMatchObject({ completed: 1 });
  expect(await publish).toMatchObject({ outcome: 'published', counts: { completed: 1 }, inFlight: 0 });
  expect(await jobsOf(stage, batchId)).toMatchObject([{ state: 'completed', owesDownload: false }]);
  expect(callsMade(stage)).toEqual(['POST scraping-job', 'GET scraping-job/N/csv']);
});
