import { expect, it } from 'vitest';
import { notRegisteredDay } from '../../src/batches/parcel-alerts.ts';
import { inBrowser, isFocused } from '../support/page/browser.ts';

inBrowser('parcels that need somebody', ({ server, open }) => {
  it('are counted on the overview, which leads to those of a reason', async () => {
    const page = await open();
    const section = page.getByRole('region', { name: 'Parcels that need somebody' });
    await section.getByRole('link', { name: 'Sent back to its sender 60' }).waitFor();
    await section.getByRole('link', { name: 'About to be sent back 2' }).click();
    await page.waitForURL(/#\/alerts\?reason=sent-back-soon/);
    await expect.poll(() => page.locator('.alert-table tbody tr').count()).toBe(2);
    expect(await isFocused(page.getByRole('heading', { level: 1 }))).toBe(true);
    await page.goBack();
    await section.waitFor();
  });

  it('that there are none is said, on the overview and on the list', async () => {
    server.alerts = [];
    const page = await open();
    await page.getByText('No parcel needs anybody.').waitFor();
    await page.goto(page.url().replace(/#.*/, '#/alerts'));
    await page.locator('.alerts').getByText('No parcel needs anybody.').waitFor();
  });

  it('stand by reason, with the last day to act, what it is, and since when', async () => {
    const page = await open('#/alerts');
    const soon = page.getByRole('region', { name: 'About to be sent back' });
    const [over, today] = [soon.getByRole('row').nth(1), soon.getByRole('row').nth(2)];
    await over.getByText('yesterday').waitFor();
    await over.getByText('Ready for pickup').waitFor();
    await today.getByText('today').waitFor();
    await today.getByText('Delivery attempted · 住所不明').waitFor();
    await today
      .getByText('6 days ago')
      .or(today.getByText(/^\w{3} \d+|^\d+ \w{3}/))
      .first()
      .waitFor();
    await page
      .getByRole('region', { name: 'Nothing is heard of it' })
      .getByText('Not registered yet (day 8)')
      .waitFor();
    const exception = page.getByRole('region', { name: 'Refused or under investigation' });
    await exception.getByText('as soon as possible').waitFor();
    await exception.getByText('<b>新宿</b>営業所').waitFor();
    const returned = page.getByRole('region', { name: 'Sent back to its sender' });
    expect(await returned.locator('tbody tr').count()).toBe(50);
    await returned.getByRole('link', { name: 'and 10 more' }).click();
    await expect.poll(() => page.locator('.alert-table tbody tr').count()).toBe(60);
  });

  it("lead to a row's story, with the keyboard too", async () => {
    const page = await open('#/alerts?reason=brought-back');
    const link = page.getByRole('link', { name: /JPT10-20261128-all-warehouses\.xlsx, row 8/ });
    await link.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/batch\/.*\/row\/8/);
    await page.getByRole('complementary').getByRole('heading', { name: 'Row 8' }).waitFor();
  });

  it('a reason that there is not shows all', async () => {
    const page = await open('#/alerts?reason=bogus');
    await page.getByRole('link', { name: 'All 65' }).and(page.locator('[aria-current]')).waitFor();
    expect(server.asked).toContain('GET /api/alerts');
  });

  it.each([
    ['ja', '対応が必要な荷物', 'まもなく返送', '持戻（住所不明）', '今日'],
    ['zh', '需要处理的包裹', '即将退回', '持戻（住所不明）', '今天'],
  ] as const)('in %s', async (language, title, reason, text, today) => {
    const page = await open('#/alerts', { language });
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    const soon = page.getByRole('region', { name: reason });
    await soon.getByText(text).first().waitFor();
    await soon.getByText(today).waitFor();
  });
});

it.each([
  ['2026-11-20T14:59:00Z', '2026-11-20T15:01:00Z', 2],
  ['2026-11-20T15:01:00Z', '2026-11-21T14:59:00Z', 1],
  ['2026-11-20T14:00:00Z', '2026-11-26T16:00:00Z', 8],
])("the days of a number not registered are those of Japan's calendar: %s to %s", (since, seenAt, day) => {
  expect(notRegisteredDay({ subStatus: 'not-registered', since, seenAt })).toBe(day);
  expect(notRegisteredDay({ subStatus: 'wrong-number', since, seenAt })).toBe(null);
});
