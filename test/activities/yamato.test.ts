import { describe, expect, it } from 'vitest';
import { findBatch } from '../../src/db/batches.ts';
import { batchStatus } from '../../src/batches/status.ts';
import { numberWithFault } from '../../src/sandbox/index.ts';
import type { FaultKind } from '../../src/sandbox/index.ts';
import { makeCertificates } from '../support/certificates.ts';
import { batchOf, jobsOf, rowsOf } from '../support/activities/batch.ts';
import { newMessage } from '../support/activities/messages.ts';
import { useStage } from '../support/activities/stage.ts';
import type { Stage, StageOptions } from '../support/activities/stage.ts';
import { ask, expectedOf, nextOf, numbersFrom, requestsOf, TASK } from '../support/activities/yamato.ts';

const stageWith = useStage();

async function given(inputs: readonly string[], options: StageOptions = {}) {
  const stage = await stageWith(options);
  return { stage, batchId: await batchOf(stage, TASK, inputs) };
}

it('asks ten numbers a request, in the workbook’s order; every row of a number gets its result', async () => {
  const numbers = numbersFrom(0, 12);
  const inputs = [...numbers.slice(0, 5), numbers[0] ?? '', ...numbers.slice(5), numbers[11] ?? ''];
  const { stage, batchId } = await given(inputs);
  expect(await ask(stage, batchId)).toMatchObject({
    outcome: 'asked',
    counts: { completed: 11, pending: 3 },
  });
  expect(await ask(stage, batchId)).toMatchObject({
    outcome: 'asked',
    counts: { completed: 14 },
    next: null,
  });
  expect(stage.sandbox.yamatoRequests().map((request) => request.numbers)).toEqual([
    numbers.slice(0, 10),
    numbers.slice(10),
  ]);
  const rows = await rowsOf(stage, batchId);
  expect(rows.map(({ result }) => result)).toEqual(inputs.map(expectedOf));
  for (const row of rows) {
    expect(row).toMatchObject({ state: 'completed', source: 'yamato', url: null, error: null });
    expect(row.details).toMatchObject({ number: row.trackingNumber, stateText: row.statusText });
  }
  expect(rows.some(({ details }) => (details?.events.length ?? 0) > 1)).toBe(true);
  expect((await jobsOf(stage, batchId)).map(({ customId, state }) => ({ customId, state }))).toEqual([
    { customId: `yt10-${batchId}-1`, state: 'completed' },
    { customId: `yt10-${batchId}-2`, state: 'completed' },
  ]);
  expect(await requestsOf(stage)).toMatchObject([
    { error: null, page: null, answerMs: expect.any(Number), finishedAt: expect.any(Date) },
    { error: null, page: null },
  ]);
});

it('bad input is invalid with its reason or set right, and shifts nothing', async () => {
  const [first = '', second = '', third = ''] = numbersFrom(0, 3);
  const grouped = second.replace(/^(.{4})(.{4})/, '$1-$2-');
  const fullWidth = third.replaceAll(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
  const wrongDigit = `${first.slice(0, 11)}${(Number(first.at(-1)) + 1) % 7}`;
  const { stage, batchId } = await given([
    '番号未定',
    ` ${first} `,
    first.slice(1),
    grouped,
    `${first}0`,
    fullWidth,
    first,
    wrongDigit,
    '4.82E+11',
  ]);
  await ask(stage, batchId);
  const rows = await rowsOf(stage, batchId);
  expect(rows.map(({ result }) => result)).toEqual([
    null,
    expectedOf(first),
    null,
    expectedOf(second),
    null,
    expectedOf(third),
    expectedOf(first),
    '伝票番号誤り',
    null,
  ]);
  for (const { state, error } of rows.filter(({ result }) => result === null)) {
    expect(state).toBe('invalid');
    expect(error).not.toBeNull();
  }
  expect(rows[7]).toMatchObject({ state: 'completed', status: 'unknown', warnings: [expect.any(String)] });
  expect(stage.sandbox.yamatoRequests()).toHaveLength(1);
});

it('what Yamato does not know, and a state that nobody knows, are results', async () => {
  const numbers = (['not-found', 'state-unknown'] as const).map((kind) => numberWithFault(kind));
  const { stage, batchId } = await given(numbers);
  await ask(stage, batchId);
  const rows = await rowsOf(stage, batchId);
  expect(rows.map(({ result }) => result)).toEqual(numbers.map(expectedOf));
  expect(rows[0]).toMatchObject({ state: 'completed', status: 'unknown', result: '伝票番号未登録' });
  expect(rows[1]).toMatchObject({ state: 'completed', status: 'unknown' });
});

describe('an answer that is none', () => {
  it.each<[FaultKind, RegExp, boolean]>([
    ['yamato-maintenance', /maintenance/i, true],
    ['yamato-truncated', /broke off before its end/, true],
    ['yamato-fewer-boxes', /answers \d+ of \d+ numbers/, true],
    ['yamato-timeout', /./, false],
    ['yamato-reset', /./, false],
    ['yamato-500', /500/, true],
  ])(
    '%s: three attempts with growing pauses, then its rows fail and the next group goes on',
    async (kind, reason, hasPage) => {
      const inputs = [...numbersFrom(0, 9), numberWithFault(kind), ...numbersFrom(9, 2)];
      const { stage, batchId } = await given(inputs, {
        yamato: ({ yamatoUrl }) => ({ url: yamatoUrl, timeoutMs: 200 }),
      });
      expect(await ask(stage, batchId)).toMatchObject({ outcome: 'failed', waitMs: 30_000 });
      expect(await ask(stage, batchId)).toMatchObject({
        outcome: 'failed',
        waitMs: 120_000,
        why: expect.stringMatching(/^after attempt 2 of 3: /),
      });
      const gaveUp = await ask(stage, batchId);
      expect(gaveUp).toMatchObject({ outcome: 'gave up', waitMs: 0, counts: { failed: 10, pending: 2 } });
      expect(gaveUp.why).toMatch(reason);
      expect(await ask(stage, batchId)).toMatchObject({
        outcome: 'asked',
        counts: { failed: 10, completed: 2 },
      });
      const rows = await rowsOf(stage, batchId);
      for (const row of rows.slice(0, 10))
        expect(row).toMatchObject({ state: 'failed', error: `${gaveUp.why} (3 attempts)`, result: null });
      const requests = await requestsOf(stage);
      expect(requests.map(({ error }) => error)).toEqual([gaveUp.why, gaveUp.why, gaveUp.why, null]);
      expect(requests.map(({ page }) => page !== null)).toEqual([hasPage, hasPage, hasPage, false]);
    },
  );

  it.each<FaultKind>(['yamato-shift-jis', 'yamato-slow'])('%s is none of them', async (kind) => {
    const numbers = [...numbersFrom(0, 2), numberWithFault(kind)];
    const { stage, batchId } = await given(numbers, { sandbox: { slowAnswerMs: 50 } });
    expect(await ask(stage, batchId)).toMatchObject({ outcome: 'asked' });
    expect((await rowsOf(stage, batchId)).map(({ result }) => result)).toEqual(numbers.map(expectedOf));
  });

  it('failed rows are asked again by a retry, ten a group, with attempts of their own', async () => {
    const numbers = [...numbersFrom(0, 3), numberWithFault('yamato-maintenance')];
    const { stage, batchId } = await given(numbers);
    for (let tries = 0; tries < 3; tries += 1) await ask(stage, batchId);
    const retry = { batchId, ...newMessage(), rows: '2-4' };
    expect(await stage.run(stage.activities.retryRows, retry)).toMatchObject({
      counts: { pending: 3, failed: 1 },
    });
    expect(await ask(stage, batchId)).toMatchObject({
      outcome: 'asked',
      counts: { completed: 3, failed: 1 },
    });
    const jobs = await jobsOf(stage, batchId);
    expect(jobs.map(({ seq, attempt, state }) => ({ seq, attempt, state }))).toEqual([
      { seq: 1, attempt: 1, state: 'failed' },
      { seq: 2, attempt: 2, state: 'completed' },
    ]);
  });
});

describe('over TLS with key exchange by RSA only', () => {
  it('a server of an authority that is trusted answers', async () => {
    const { ca, ...server } = await makeCertificates('localhost');
    const numbers = numbersFrom(0, 10);
    const { stage, batchId } = await given(numbers, {
      sandbox: { yamatoTls: server },
      yamato: ({ yamatoTlsUrl }) => ({ url: yamatoTlsUrl ?? '', ca }),
    });
    expect(await ask(stage, batchId)).toMatchObject({ outcome: 'asked', counts: { completed: 10 } });
    expect((await rowsOf(stage, batchId)).map(({ result }) => result)).toEqual(numbers.map(expectedOf));
    expect(stage.sandbox.yamatoRequests()).toMatchObject([{ tls: true }]);
  });

  it.each([
    ['of another authority', 'localhost', false, /^this machine does not know who signed the certificate of/],
    ['for another host', 'yamato.example', true, /^the certificate of .* is for another host name/],
  ])('a certificate %s is refused, and the rows say so', async (_what, hostName, trusted, reason) => {
    const { ca, ...server } = await makeCertificates(hostName);
    const { stage, batchId } = await given(numbersFrom(0, 2), {
      sandbox: { yamatoTls: server },
      yamato: ({ yamatoTlsUrl }) => ({ url: yamatoTlsUrl ?? '', ...(trusted ? { ca } : {}) }),
    });
    for (let tries = 0; tries < 3; tries += 1) await ask(stage, batchId);
    for (const { state, error } of await rowsOf(stage, batchId)) {
      expect(state).toBe('failed');
      expect(error).toMatch(reason);
    }
    expect(stage.sandbox.yamatoRequests()).toEqual([]);
  });
});

describe('beside the account of Web Scraper Cloud', () => {
  const etaMs = async (stage: Stage, batchId: string) => {
    const batch = await findBatch(stage.db, batchId);
    if (batch === null) throw new Error('the batch is gone');
    const { eta } = await batchStatus(stage.db, batch, stage.limits);
    return eta === null ? null : Date.parse(eta) - Date.now();
  };

  it('the end in sight goes by requests and their pauses, not by scraping jobs', async () => {
    const { stage, batchId } = await given(numbersFrom(0, 30));
    expect(await etaMs(stage, batchId)).toBeGreaterThan(77_000);
    await ask(stage, batchId, 0);
    await stage.database.sql`update carrier_requests set answer_ms = 1000, pause_ms = 9000`;
    const leftMs = await etaMs(stage, batchId);
    expect(leftMs).toBeGreaterThan(19_000);
    expect(leftMs).toBeLessThanOrEqual(20_000);
    const figures = await stage.run(stage.activities.saveState, { batchId, state: 'running', reason: null });
    expect(figures.leftMs).toBe(20_000);
    const scraped = await batchOf(stage, 'yamato_tracking_only', numbersFrom(0, 1));
    expect(await etaMs(stage, scraped)).toBeLessThan(70_000);
    await ask(stage, batchId);
    await ask(stage, batchId);
    expect(await etaMs(stage, batchId)).toBeNull();
  });

  it('is never published, and a resume leaves a held account held', async () => {
    const { stage, batchId } = await given(numbersFrom(0, 1));
    const jobId = await nextOf(stage, batchId);
    expect(await stage.run(stage.activities.publishJob, { batchId, jobId })).toMatchObject({
      outcome: 'failed',
    });
    expect((await jobsOf(stage, batchId))[0]?.state).toBe('pending');
    expect(stage.sandbox.calls()).toEqual([]);
    await stage.database.sql`update account_clock set held_reason = '401'`;
    await stage.run(stage.activities.resume, { batchId, ...newMessage() });
    expect(await stage.database.sql`select held_reason from account_clock`).toEqual([{ held_reason: '401' }]);
  });
});
