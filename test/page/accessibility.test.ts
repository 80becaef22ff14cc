import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { inBrowser } from '../support/page/browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong, as `rule: element`. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then((results) => results.violations)`,
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}

inBrowser('accessibility', ({ server, open }) => {
  const first = () => `#/batch/${server.batches[0]!.id}`;
  const closed = async (page: Page) => {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };

  describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
    it('the overview', async () => {
      const page = await open('#/', { context: { colorScheme } });
      await page.getByText('As a table').click();
      expect(await violations(page)).toEqual([]);
      server.account = { ...server.account, held: { why: '402' }, webhookSilenceS: 900, queues: null };
      await page.getByText('Temporal does not answer: queues are unknown.').waitFor();
      server.isAway = true;
      await page.getByText(/No connection since/).waitFor();
      expect(await violations(page)).toEqual([]);
    });

    it('the report', async () => {
      const page = await open('#/report', { context: { colorScheme } });
      await page.getByText('As a table').first().click();
      expect(await violations(page)).toEqual([]);
    });

    it('the parcels that need somebody', async () => {
      const page = await open('#/alerts', { context: { colorScheme } });
      await page.getByText('yesterday').waitFor();
      expect(await violations(page)).toEqual([]);
    });

    it('the dialog that starts a batch', async () => {
      const page = await open('#/', { context: { colorScheme } });
      await page.getByRole('button', { name: 'Start a batch' }).click();
      const buffer = Buffer.from('398');
      await page
        .getByLabel(/Workbook or file/)
        .setInputFiles({ name: 'YTO-1.csv', mimeType: 'text/csv', buffer });
      await page.getByRole('button', { name: 'Start 29 rows' }).waitFor();
      expect(await violations(page)).toEqual([]);
    });

    it("a batch, a row's story, rows chosen", async () => {
      const page = await open(`${first()}/row/6`, { context: { colorScheme }, language: 'ja' });
      await page.getByRole('complementary').getByText('HTTP 503').first().waitFor();
      await page.getByLabel('6 行目を選択', { exact: true }).check();
      expect(await violations(page)).toEqual([]);
    });

    it('the dialogs of all actions, and what they tell afterwards', async () => {
      const page = await open(`${first()}?q=3980`, { context: { colorScheme } });
      for (const name of ['Pause', 'Cancel batch', 'Write now', /^Retry all found/, /^Give up all found/]) {
        await page.getByRole('button', { name }).click();
        await page.locator('dialog .costs').waitFor({ state: 'attached' });
        await page.locator('dialog button[type=submit]:enabled').waitFor();
        expect(await violations(page)).toEqual([]);
        if (name === 'Write now') {
          await page.getByRole('button', { name: 'Write 4 rows' }).click();
          await page.getByText('4 rows written.').waitFor();
          expect(await violations(page)).toEqual([]);
        }
        await closed(page);
      }
    });
  });

  it('at 360 pixels nothing stands out of the page', async () => {
    const context = { viewport: { width: 360, height: 740 } };
    const page = await open('#/', { context, language: 'ja' });
    await page.getByText('tsuiseki worker yamato_tracking_10').first().waitFor();
    const overhang = () => page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(await overhang()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.goto(page.url().replace(/#.*/, '#/report'));
    await page.getByText('5 日間動きなし').first().waitFor();
    expect(await overhang()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.goto(page.url().replace(/#.*/, '#/alerts'));
    await page.getByText('昨日').waitFor();
    expect(await overhang()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.goto(page.url().replace(/#.*/, `${first()}/row/6?state=failed`));
    await page.getByRole('complementary').getByText('HTTP 503').first().waitFor();
    expect(await overhang()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.getByRole('complementary').getByRole('button', { name: '再実行' }).click();
    await page.getByRole('button', { name: '1 行を再実行する' }).click();
    await page.getByText('1 行を受け付けました').waitFor();
    expect(await overhang()).toBe(0);
  });
});
