import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { holdBack, inBrowser } from '../support/page/browser.ts';

inBrowser('starting a batch', ({ server, open }) => {
  const ROWS = 'a\n398004123005';

  async function choose(page: Page, name: string, text = ROWS): Promise<void> {
    const file = { name, mimeType: 'text/csv', buffer: Buffer.from(text) };
    await page
      .getByRole('dialog')
      .getByLabel(/Workbook or file|ブックまたは行/)
      .setInputFiles(file);
  }

  async function openDialog(): Promise<Page> {
    const page = await open();
    await page.getByRole('button', { name: 'Start a batch' }).click();
    return page;
  }

  it('a task that was chosen for one file is not taken for the next', async () => {
    const page = await openDialog();
    await choose(page, 'list.csv');
    await page.getByLabel('Task').selectOption('yamato_tracking_only');
    await page.getByRole('button', { name: 'Start 29 rows' }).waitFor();
    await choose(page, 'JPT10-list.csv');
    await expect.poll(() => server.asked).toContain('POST /api/uploads?name=JPT10-list.csv');
    await page.getByRole('button', { name: 'Start 29 rows' }).waitFor();
    await choose(page, 'other.csv');
    expect(await page.getByLabel('Task').inputValue()).toBe('');
    expect(server.asked.filter((each) => each.startsWith('POST'))).toEqual([
      'POST /api/uploads?name=list.csv&task=yamato_tracking_only',
      'POST /api/uploads?name=JPT10-list.csv',
    ]);
  });

  it('a file that tells no task is not said to be read, whatever was read before', async () => {
    const page = await openDialog();
    const release = await holdBack(page, /api\/uploads\?/);
    await choose(page, 'YTO-list.csv');
    await page.getByText('Reading the file…').waitFor();
    await choose(page, 'list.csv');
    await page.getByLabel('Task').waitFor();
    await page.getByText('Reading the file…').waitFor({ state: 'detached' });
    release();
  });

  it('is seen to its end: neither Back nor Escape closes the dialog meanwhile', async () => {
    const page = await openDialog();
    await choose(page, 'YTO-list.csv');
    const release = await holdBack(page, /\/start$/);
    await page.getByRole('button', { name: 'Start 29 rows' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Back' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(1);
    // The browser lets nobody refuse a second one.
    await page.keyboard.press('Escape');
    release();
    await page.getByRole('heading', { name: 'YTO-list.csv', level: 1 }).waitFor();
  });

  it.each([
    ['en', 'The number has lost its last digits'],
    ['ja', '番号の末尾の桁が失われています'],
  ] as const)('why a row is invalid is said in %s, with its own error', async (language, reason) => {
    const page = await open('#/', { language });
    await page.locator('.batches button.primary').click();
    await choose(page, 'YTO-list.csv');
    const row = page.getByRole('row').filter({ hasText: reason });
    await row.getByText('"<b>4.4801E+11</b>" has lost its last digits').waitFor();
  });
});
