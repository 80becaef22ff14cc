import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { CLOCK, holdBack, inBrowser, isFocused } from '../support/page/browser.ts';

inBrowser('actions', ({ server, open }) => {
  const first = () => `#/batch/${server.batches[0]!.id}`;
  const costs = (page: Page) => page.getByRole('dialog').getByRole('definition').allTextContents();

  it('pause says what is left in flight, and resume what it costs', async () => {
    const page = await open(first());
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog', { name: 'Pause this batch?' }).waitFor();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(new RegExp(`13 left in flight, the last about ${CLOCK}`)).waitFor();
    await dialog.getByRole('textbox', { name: /Why/ }).fill('the shop is closed');
    await dialog.getByRole('button', { name: 'Pause the batch' }).click();
    await dialog.getByText('The batch is paused.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    expect(server.orders).toMatchObject([{ action: 'pause', why: 'the shop is closed' }]);
    await page.getByText('paused by hanako', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'Who did what' }).getByText('the shop is closed').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Resume the batch' }).waitFor();
    expect(await costs(page)).toEqual(['134', '134', '268', '134', expect.stringContaining(' · in ')]);
    await page.getByText('2 other batches go on, too (41 jobs)').waitFor();
  });

  it('cancel waits for what is in flight, or does not', async () => {
    const page = await open(first());
    await page.getByRole('button', { name: 'Cancel batch' }).click();
    await page.getByRole('dialog', { name: 'Cancel this batch?' }).waitFor();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Do not wait for what is in flight').check();
    await dialog.getByRole('button', { name: 'Cancel the batch' }).click();
    await dialog.getByText('The batch is being cancelled.').waitFor();
    expect(server.orders).toMatchObject([{ action: 'cancel', drop: true, why: null }]);
  });

  it('write tells what was written and what was left alone', async () => {
    const page = await open(first());
    await page.getByRole('button', { name: 'Write now' }).click();
    await page.getByRole('button', { name: 'Write 4 rows' }).click();
    await page.getByText('4 rows written.').waitFor();
    await page.getByText('Row 9: C holds a text of a person').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Write now' }).click();
    await page.getByText('Everything is written already.').waitFor();
    expect(await page.getByRole('button', { name: 'Write 0 rows' }).isDisabled()).toBe(true);
  });

  it('from "it failed" to the reason and the rows running again: three clicks', async () => {
    const page = await open();
    await page.getByRole('link', { name: '19 failed' }).click();
    const failures = page.getByRole('region', { name: 'Why rows failed' });
    const group = failures.getByRole('listitem').filter({ hasText: 'The page held no data' });
    await group.getByRole('button', { name: 'Retry these' }).click();
    await page.getByRole('button', { name: 'Retry 6 rows' }).click();
    await page.getByText('6 rows taken: they run again.').waitFor();
    await group.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Close' }).click();
    // The button that opened the dialog is gone with its group.
    await expect.poll(() => isFocused(page.getByRole('heading', { level: 1 }))).toBe(true);
    expect(server.orders).toMatchObject([
      { action: 'retry', filter: { state: 'failed', reason: 'empty-page' } },
    ]);
  });

  it('from "it failed" to one row running again: four clicks', async () => {
    const page = await open();
    await page.getByRole('link', { name: '19 failed' }).click();
    await page.getByRole('link', { name: 'Story of row 6', exact: true }).click();
    const story = page.getByRole('complementary', { name: 'Row 6' });
    await story.getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('button', { name: 'Retry 1 row' }).click();
    await page.getByText('1 row taken: it runs again.').waitFor();
    expect(server.orders).toMatchObject([{ action: 'retry', rows: [6] }]);
    await story.getByText('Waiting').waitFor();
  });

  it('rows chosen are retried; what is left is told before and after', async () => {
    const page = await open(first());
    for (const row of ['5', '6', '7']) await page.getByLabel(`Choose row ${row}`, { exact: true }).check();
    await page.getByText('3 rows chosen').waitFor();
    await page.getByRole('button', { name: 'Retry chosen' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('1 row already completed (5)').waitFor();
    await dialog.getByRole('button', { name: 'Retry 2 rows' }).click();
    await dialog.getByText('2 rows taken').waitFor();
    await dialog.getByText('1 row already completed (5)').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByText('3 rows chosen').waitFor({ state: 'detached' });
    expect(server.orders[0]).toMatchObject({ rows: [5, 6, 7] });
  });

  it('give up takes what a filter finds', async () => {
    const page = await open(`${first()}?state=published`);
    await page.getByRole('button', { name: 'Give up all found (10)' }).click();
    await page.getByRole('button', { name: 'Give up 10 rows' }).click();
    await page.getByText('10 rows given up.').waitFor();
    expect(server.orders).toMatchObject([{ action: 'give-up', filter: { state: 'published' } }]);
  });

  it('an empty choice is refused', async () => {
    const page = await open(first());
    await page.getByText('Choose rows, or set a filter, to retry or give up.').waitFor();
    expect(await page.getByRole('button', { name: /all found|chosen/ }).count()).toBe(0);
    await page.getByLabel('Choose row 5', { exact: true }).check();
    await page.getByRole('button', { name: 'Retry chosen' }).click();
    await page.getByText('Nothing would be taken.').waitFor();
    const confirm = page.getByRole('button', { name: 'Retry 0 rows' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: /Why/ }).press('Enter');
    expect(server.orders).toEqual([]);
  });

  it("the server's no is shown as it is, and a second click is the same request", async () => {
    server.nextError = 'batch 261127-0000aa runs for that workbook: cancel it first';
    const page = await open(first());
    await page.getByRole('button', { name: 'Retry all 19 rows that failed' }).click();
    await page.getByRole('button', { name: 'Retry 19 rows' }).click();
    await page.getByText('batch 261127-0000aa runs for that workbook: cancel it first').waitFor();
    await page.getByRole('button', { name: 'Retry 19 rows' }).click();
    await page.getByText('19 rows taken').waitFor();
    expect(server.orders).toHaveLength(2);
    expect(server.orders[1]!.id).toBe(server.orders[0]!.id);
  });

  it('a dialog keeps the focus from the page behind it, closes by Escape and gives it back', async () => {
    const page = await open(first());
    const opener = page.getByRole('button', { name: 'Pause' });
    await opener.press('Enter');
    await page.getByRole('button', { name: 'Pause the batch' }).waitFor();
    for (let presses = 0; presses < 6; presses++) {
      await page.keyboard.press('Tab');
      // Beyond its last control is the browser's own bar, then its first; the page behind it is out of reach.
      expect(await page.locator('main *:not(dialog *):focus, header *:focus').count()).toBe(0);
    }
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await isFocused(opener)).toBe(true);
  });

  it('a dialog whose action is under way is seen to its end', async () => {
    const page = await open(first());
    await page.getByRole('button', { name: 'Pause' }).click();
    const release = await holdBack(page, /\/actions$/);
    await page.getByRole('button', { name: 'Pause the batch' }).click();
    await page.getByRole('button', { name: 'Working…' }).waitFor();
    expect(await page.getByRole('button', { name: 'Back' }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    release();
    await page.getByRole('dialog').getByText('The batch is paused.').waitFor();
  });

  it('by keyboard alone: from the overview to the rows running again', async () => {
    const page = await open();
    await page.getByRole('link', { name: '19 failed' }).waitFor();
    const press = async (key: string, until: string) => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press(key);
        const text = await page.evaluate('document.activeElement.textContent');
        if (text === until) return;
      }
      throw new Error(`no way by ${key} to ${until}`);
    };
    await press('Tab', '19 failed');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Retry these' }).first().waitFor();
    await press('Tab', 'Retry these');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Retry 7 rows' }).waitFor();
    await press('Tab', 'Retry 7 rows');
    await page.keyboard.press('Enter');
    await page.getByText('7 rows taken').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('a viewer sees nothing that changes something', async () => {
    server.role = 'viewer';
    const page = await open();
    await page.getByText('view only').waitFor();
    await page.getByRole('link', { name: '19 failed' }).waitFor();
    expect(await page.getByRole('button', { name: 'Start a batch' }).count()).toBe(0);
    await page.getByRole('link', { name: '19 failed' }).click();
    await page.getByRole('link', { name: 'Story of row 6', exact: true }).click();
    await page.getByRole('complementary', { name: 'Row 6' }).getByText('HTTP 503').first().waitFor();
    const main = page.getByRole('main');
    expect(await main.getByRole('button').count()).toBe(1);
    await main.getByRole('button', { name: 'Close' }).waitFor();
    expect(await main.getByRole('checkbox').count()).toBe(0);
  });
});
