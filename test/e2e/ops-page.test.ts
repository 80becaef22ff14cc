import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { BatchView, Started } from '../../src/http/api/contract.ts';
import { needs } from '../support/component.ts';
import { startUp, workplace } from '../support/cli/workplace.ts';
import type { Up } from '../support/cli/workplace.ts';
import { missingProgram, programPath } from '../support/programs.ts';

const PATIENCE_MS = 120_000;
const TASK = 'official_website_tracking';
const OPERATOR = 'anna-token-0123456789';
const VIEWER = 'ben-token-0123456789';

const page = (order: number, fault = '') =>
  `https://store.apple.com/go/jp/vieworder/W${1_000_000 + order}/buyer@example.jp${fault === '' ? '' : `?sandbox=${fault}`}`;

async function startRows(up: Up, rows: readonly string[]): Promise<Started> {
  const answer = await fetch(`${up.told.http}/batches`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${OPERATOR}` },
    body: JSON.stringify({ task: TASK, rows: rows.map((a) => ({ a })) }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Started;
}

async function viewOf(up: Up, batchId: string): Promise<BatchView> {
  const headers = { authorization: `Bearer ${VIEWER}` };
  const answer = await fetch(`${up.told.http}/api/batches/${batchId}`, { headers });
  return (await answer.json()) as BatchView;
}

async function signIn(browserPage: Page, url: string, token: string): Promise<void> {
  await browserPage.goto(url);
  await browserPage.getByLabel('Token').fill(token);
  await browserPage.getByRole('button', { name: 'Sign in' }).click();
}

needs(missingProgram('chromium', 'chromium'))('the ops page of a running system', () => {
  it(
    'leads from a row that failed to its reason and to the row running again in three clicks',
    { timeout: PATIENCE_MS },
    async () => {
      const place = workplace();
      const up = await startUp(place, {
        PUBLISH_INTERVAL: '10ms',
        OPERATOR_TOKENS: `anna:${OPERATOR}`,
        VIEWER_TOKENS: `ben:${VIEWER}`,
      });
      const browser = await chromium.launch({
        executablePath: programPath('chromium'),
        args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
      });
      try {
        const { batchId } = await startRows(up, [page(1), page(2, 'empty:1'), page(3)]);
        await expect
          .poll(async () => (await viewOf(up, batchId)).status.state, { timeout: 60_000 })
          .toBe('completed');
        const complaints: string[] = [];
        const session = await browser.newContext({ locale: 'en-GB' });
        const seen = await session.newPage();
        seen.on('pageerror', (error) => complaints.push(error.message));
        seen.on('console', (message) => {
          if (/content security policy/i.test(message.text())) complaints.push(message.text());
        });
        await signIn(seen, up.told.http, 'nobody-0123456789');
        await expect.poll(() => seen.getByRole('alert').count()).toBe(1);
        await signIn(seen, up.told.http, OPERATOR);

        await seen.getByRole('link', { name: /1 failed/ }).click();
        await seen.getByText('its page came back empty').first().waitFor();
        await seen.getByRole('button', { name: /retry these/i }).click();
        await seen.getByRole('button', { name: /retry 1 row/i }).click();
        await expect
          .poll(async () => (await viewOf(up, batchId)).status, { timeout: 60_000 })
          .toMatchObject({ state: 'completed', counts: { completed: 3, failed: 0 } });
        const { actions } = await viewOf(up, batchId);
        expect(actions[0]).toMatchObject({ action: 'retry', by: 'anna' });
        // Told without reloading.
        await expect.poll(() => seen.getByText('its page came back empty').count()).toBe(0);
        expect(complaints).toEqual([]);

        const looking = await (await browser.newContext({ locale: 'en-GB' })).newPage();
        // A link that somebody sent, met by the form.
        await signIn(looking, `${up.told.http}/#/batch/${batchId}`, VIEWER);
        await looking.getByRole('link', { name: 'Open in Temporal' }).waitFor();
        expect(await looking.getByRole('button', { name: /retry|write|pause/i }).count()).toBe(0);
        const link = await looking.getByRole('link', { name: 'Open in Temporal' }).getAttribute('href');
        expect((await fetch(link ?? '')).status).toBe(200);
      } finally {
        await browser.close();
        await up.stop();
        place.remove();
      }
    },
  );
});
