import { expect, it } from 'vitest';
import { inBrowser, isFocused } from '../support/page/browser.ts';
import { HTML_CELL } from '../support/page/fake-rows.ts';

inBrowser('a batch', ({ server, open }) => {
  const first = () => `#/batch/${server.batches[0]!.id}`;
  const large = () => `#/batch/${server.batches[1]!.id}`;

  it('says where it is, and leads into the Temporal Web UI and to its files', async () => {
    const page = await open(first());
    await page.getByText(/13 left in flight, the last about/).waitFor();
    const { workflowId, runId } = server.batches[0]!.status();
    const link = page.getByRole('link', { name: 'Open in Temporal' });
    expect(await link.getAttribute('href')).toBe(
      `http://127.0.0.1:8233/namespaces/default/workflows/${encodeURIComponent(workflowId)}/${runId}/history`,
    );
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download workbook' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('result.xlsx');
    await page.getByRole('link', { name: 'Failed rows (CSV)' }).waitFor();
    await page.getByText('formulas of 3 cells').waitFor();
  });

  it('of rows without a workbook there is none to download or write', async () => {
    const page = await open(`#/batch/${server.batches[5]!.id}`);
    await page.getByRole('heading', { name: 'rows.csv' }).waitFor();
    await page.getByRole('link', { name: 'Results (CSV)' }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'Download workbook' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Write now' }).count()).toBe(0);
  });

  it('groups failures by reason, and shows the rows of one', async () => {
    const page = await open(first());
    const failures = page.getByRole('region', { name: 'Why rows failed' });
    const group = failures.getByRole('listitem').filter({ hasText: 'The page held no data' });
    await group.getByText('check the sitemap, then retry').waitFor();
    await group.getByText('the page of trackings.post.japanpost.jp was empty').waitFor();
    await group.getByRole('link', { name: 'Show rows' }).click();
    await page.waitForURL(/state=failed&reason=empty-page/);
    await expect.poll(() => page.locator('.row-table tbody tr').count()).toBe(6);
    expect(await page.getByLabel('Reason').inputValue()).toBe('empty-page');
    await page.goBack();
    await expect.poll(() => page.locator('.row-table tbody tr').count()).toBe(100);
  });

  it.each([
    [
      'en',
      'the check digit is wrong',
      /^Perhaps Japan Post \(high confidence\)\. It knows this number since .*: In transit\.$/,
    ],
    [
      'ja',
      'the check digit is wrong',
      /^日本郵便の番号かもしれません（確度：高）。 .* から登録されています：輸送中$/,
    ],
    ['zh', 'the check digit is wrong', /^可能是日本邮政的单号（可信度高）。 该公司自 .* 起有此单号：运输中$/],
  ] as const)('says which carrier perhaps has a number, in %s', async (language, warning, hint) => {
    Object.assign(server.batches[0]!.rows[0]!, {
      ...{ status: 'unknown', subStatus: 'not-registered', notRegisteredDay: 2 },
      warnings: [warning, 'perhaps Japan Post (high confidence)'],
      carrierHint: {
        carrier: 'japan_post',
        confidence: 'high',
        status: 'in_transit',
        since: '2026-11-20T01:00:00Z',
      },
    });
    const page = await open(`${first()}/row/2`, { language });
    await page.locator('.story .warning-text').first().waitFor();
    const told = await page.locator('.story .warning-text').allTextContents();
    expect(told).toEqual([warning, expect.stringMatching(hint)]);
  });

  it.each([
    ['runs', 0, 2_000],
    ['has ended', 3, 10_000],
  ])('one that %s is asked for as often as it moves', async (_, index, everyMs) => {
    const { id } = server.batches[index]!;
    const page = await open(`#/batch/${id}`, { hasClock: true });
    await page.locator('.row-table').waitFor();
    const asked = () => server.asked.filter((each) => each === `GET /api/batches/${id}`).length;
    // What is on its way then has arrived before this.
    const settle = () => page.evaluate('fetch("/api/me").then((answer) => answer.text())');
    // From here on no time passes by itself.
    await page.clock.pauseAt(Date.now() + 60_000);
    await settle();
    const before = asked();
    await page.clock.runFor(everyMs - 500);
    await settle();
    expect(asked()).toBe(before);
    await page.clock.runFor(500);
    await expect.poll(asked).toBe(before + 1);
  });

  it('filters by state, searches, and goes on by pages', async () => {
    const page = await open(large());
    await page.getByText('50,000 rows').waitFor();
    await page.getByLabel('State').selectOption('failed');
    await page.getByText('500 rows', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.waitForURL(/after=\d+/);
    await page.getByRole('link', { name: 'First' }).click();
    await page.getByLabel('Number, order or text').fill('3980-0412-3');
    await page.waitForURL(/q=3980-0412-3/);
    await page.getByRole('link', { name: 'Clear filters' }).click();
    await page.getByLabel('From row').fill('40000');
    await page.getByRole('button', { name: 'Go' }).click();
    await page.getByRole('link', { name: 'Story of row 40000' }).waitFor();
  });

  it('goes to a row by its number in the sheet, however few rows the batch has', async () => {
    for (const each of server.batches[0]!.rows) each.row += 39_998;
    const page = await open(first());
    await page.getByLabel('From row').fill('40200');
    await page.getByRole('button', { name: 'Go' }).click();
    await page.getByRole('link', { name: 'Story of row 40200' }).waitFor();
    expect(await page.getByRole('link', { name: 'Story of row 40199' }).count()).toBe(0);
  });

  it.each([
    ['en', 'Given up by sato, Put on hold by sato, Settled by hand by sato, Started by sato'],
    ['ja', '打ち切り sato, 保留 sato, 手動で確定 sato, 開始 sato'],
    ['zh', '放弃 sato, 搁置 sato, 人工确认 sato, 启动 sato'],
  ] as const)('says who did what, in %s', async (language, told) => {
    for (const action of ['start', 'done', 'hold', 'give up'] as const)
      server.batches[0]!.actions.push({
        ...{ at: new Date().toISOString(), action, by: 'sato', why: null, details: null },
      });
    const page = await open(first(), { language });
    const history = page.locator('section[aria-labelledby="history"] .events li > span');
    await history.first().waitFor();
    expect((await history.allTextContents()).join(', ')).toBe(told);
  });

  it("shows a row's story beside the rows, with its own error word for word", async () => {
    const page = await open(`${first()}?state=failed`);
    await page.getByRole('link', { name: 'Story of row 6', exact: true }).click();
    const story = page.getByRole('complementary', { name: 'Row 6' });
    await story
      .getByText('the page of jizen.kuronekoyamato.co.jp failed to load three times: HTTP 503')
      .first()
      .waitFor();
    expect(await isFocused(story.getByRole('heading', { name: 'Row 6' }))).toBe(true);
    await story.getByRole('listitem').filter({ hasText: 'Published' }).waitFor();
    expect(page.url()).toMatch(/row\/6\?state=failed$/);
    await page.keyboard.press('Escape');
    await story.waitFor({ state: 'detached' });
    const opener = page.getByRole('link', { name: 'Story of row 6', exact: true });
    expect(await isFocused(opener)).toBe(true);
  });

  it('opens a row by a click anywhere in it', async () => {
    const page = await open(first());
    await page
      .getByRole('row', { name: /3980-0412-0052/ })
      .getByText('Failed', { exact: true })
      .click();
    await page.getByRole('complementary', { name: 'Row 6' }).waitFor();
  });

  it('shows HTML in a cell as text', async () => {
    const page = await open(`${first()}/row/3`);
    await page.getByRole('cell', { name: HTML_CELL }).waitFor();
    await page.getByRole('complementary').getByText(HTML_CELL).first().waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).toMatch(/最終確認版\.xlsx · Tsuiseki$/);
  });

  it('keeps the rows chosen and the focus through an update', async () => {
    const page = await open(first());
    const box = page.getByLabel('Choose row 6', { exact: true });
    await box.check();
    for (const row of server.batches[0]!.rows) if (row.state === 'published') row.state = 'completed';
    await page
      .getByText(/left in flight/)
      .getByText('3 left')
      .waitFor();
    expect(await box.isChecked()).toBe(true);
    expect(await isFocused(box)).toBe(true);
  });

  it('of an unknown batch or row says so', async () => {
    const page = await open('#/batch/no-such');
    await page.getByRole('alert').getByText('no batch no-such').waitFor();
    await page.goto(page.url().replace(/#.*/, `${first()}/row/999`));
    await page.getByText(`batch ${server.batches[0]!.id} has no row 999`).waitFor();
  });
});
