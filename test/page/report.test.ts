import { expect, it } from 'vitest';
import { inBrowser, isFocused } from '../support/page/browser.ts';

inBrowser('the report', ({ server, open }) => {
  it('is a link away, and shows rows, reasons, calls and parcels', async () => {
    server.role = 'viewer';
    const page = await open();
    await page.getByRole('link', { name: 'Report' }).click();
    await page.getByRole('heading', { name: 'Report', level: 1 }).waitFor();
    expect(await isFocused(page.getByRole('heading', { name: 'Report', level: 1 }))).toBe(true);
    const tasks = page.getByRole('region', { name: 'Tasks' }).first();
    await tasks
      .getByRole('row', {
        name: /^yamato_tracking_only 57 1,881 152 38 92.5% 380 57 2,660 760 1 sec; 95 %: 3 sec$/,
      })
      .waitFor();
    await page
      .getByRole('region', { name: 'Why rows have no result' })
      .getByText('The page held no data')
      .waitFor();
    const carriers = page.getByRole('region', { name: 'Carriers' }).first();
    await carriers.getByRole('row', { name: /^Yamato 1,140 83.3% 38 27 h; 90 %: 51 h 120 7$/ }).waitFor();
    await carriers.getByRole('row', { name: /^not known 0 – 0 not known 12 0$/ }).waitFor();
    const destinations = page.getByRole('region', { name: 'To where' }).first();
    await destinations.getByText('<img src=x onerror=alert(1)>').waitFor();
    await destinations.getByText('280 more are in the files.').waitFor();
    expect(await page.getByRole('link', { name: 'Workbook (.xlsx)' }).getAttribute('href')).toBe(
      '/api/report.xlsx',
    );
  });

  it('draws each day in its place, and shows the day that the pointer is at', async () => {
    const page = await open('#/report');
    const rows = page.getByRole('region', { name: 'Rows by day', exact: true });
    const picture = rows.getByRole('img', { name: 'Rows by day, 2026-11-01 to 2026-11-20' });
    await rows.getByText('Failed 152').waitFor();
    await picture.hover({ position: { x: 2, y: 60 } });
    await rows.getByText('2026-11-01', { exact: true }).first().waitFor();
    await rows.getByText('Failed 8', { exact: true }).waitFor();
    await rows.getByText('As a table').click();
    // A day without anything has its line, too.
    expect(await rows.getByRole('row').count()).toBe(1 + 20);
    await rows.getByRole('row', { name: '2026-11-12 0 0 0' }).waitFor();
    const parcels = page.getByRole('region', { name: 'Parcels by day', exact: true });
    await parcels.getByText('Delivered later 190').waitFor();
    const stock = page.getByRole('region', { name: 'Parcels on their way', exact: true });
    await stock.getByRole('img').waitFor();
    // Of what is on its way the last day is told, and no sum.
    await stock.getByText('Silent for five days 7').waitFor();
  });

  it('of a time that is chosen, kept in the address', async () => {
    const page = await open('#/report');
    await page.getByLabel('From', { exact: true }).fill('2025-11-01');
    await page.getByLabel('Through').fill('2025-11-30');
    await page.getByRole('button', { name: 'Go' }).press('Enter');
    await page.waitForURL(/#\/report\?from=2025-11-01&to=2025-12-01$/);
    await page.getByText('There is nothing in this time.').waitFor();
    expect(await page.getByLabel('Through').inputValue()).toBe('2025-11-30');
    expect(await page.getByRole('link', { name: 'CSV' }).getAttribute('href')).toBe(
      '/api/report.csv?from=2025-11-01&to=2025-12-01',
    );
    await page.getByRole('link', { name: 'All', exact: true }).click();
    await page.waitForURL(/#\/report\?from=all$/);
    await page.getByText('Failed 152').waitFor();
    expect(server.asked).toContain('GET /api/report?from=all');
    await page.getByRole('link', { name: '7 days' }).click();
    await page.waitForURL(/#\/report\?from=\d{4}-\d{2}-\d{2}$/);
    await page.goBack();
    await page.waitForURL(/#\/report\?from=all$/);
  });

  it("counts the last days from today, past Japan's midnight, too", async () => {
    const page = await open('#/report', { hasClock: true });
    await page.getByText('Failed 152').waitFor();
    const tomorrow = new Date(Date.now() + 33 * 3_600_000).toISOString().slice(0, 10);
    await page.clock.pauseAt(new Date(`${tomorrow}T00:01:00+09:00`));
    await page.getByRole('link', { name: 'All', exact: true }).click();
    await expect.poll(() => page.getByLabel('Through').getAttribute('max')).toBe(tomorrow);
    const first = new Date(Date.parse(tomorrow) - 6 * 86_400_000).toISOString().slice(0, 10);
    expect(await page.getByRole('link', { name: '7 days' }).getAttribute('href')).toBe(
      `#/report?from=${first}`,
    );
  });

  it.each([
    ['ja', 'レポート', '5 日間動きなし'],
    ['zh', '报表', '5 天无动态'],
  ] as const)('in %s', async (language, title, stalled) => {
    const page = await open('#/report', { language });
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    await page.getByText(stalled).first().waitFor();
  });
});
