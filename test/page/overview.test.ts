import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/paths.ts';
import { CLOCK, inBrowser, isFocused } from '../support/page/browser.ts';

inBrowser('the overview', ({ server, open }) => {
  it('shows what needs somebody, the account and the queues', async () => {
    const page = await open();
    const attention = page.getByRole('region', { name: 'Needs attention' });
    await attention.getByText(new RegExp(`opens by itself at ${CLOCK}`)).waitFor();
    await attention.getByText('tsuiseki worker yamato_tracking_10').waitFor();
    const budget = page.getByRole('region', { name: 'Call budget' });
    await budget.getByRole('img', { name: /now 199 of 200/ }).waitFor();
    await budget.getByText('As a table').click();
    expect(await budget.getByRole('row').count()).toBe(1 + 13 + 3);
    const queues = page.getByRole('region', { name: 'Queues' });
    await queues
      .getByRole('row', {
        name: /yamato_tracking_10_queue start it with tsuiseki worker yamato_tracking_10 no worker 131/,
      })
      .waitFor();
    const health = page.getByRole('region', { name: 'Last hour' });
    await health.getByText('64 answered, 5 failed').waitFor();
  });

  it('a publish that was refused and comes later is no failure; a target that is just met is met', async () => {
    server.account = {
      ...server.account,
      ...{ publishes: { taken: 95, refused: 40, failed: 5 }, unreadS: 60 },
      webhookDelayS: { median: 1, p95: 60, longest: 74 },
    };
    const page = await open();
    const health = page.getByRole('region', { name: 'Last hour' });
    await health.getByText('95 of 100').waitFor();
    await health.getByText('target ≥ 95%').waitFor();
    expect(await health.getByText('off target').count()).toBe(0);
  });

  it("names a carrier in the page's language", async () => {
    const page = await open('#/', { language: 'ja' });
    await page.getByText('ヤマト運輸 への照会').waitFor();
  });

  it('shows the numbers of the moment that the pointer is at', async () => {
    const page = await open();
    const budget = page.getByRole('region', { name: 'Call budget' });
    await budget.getByRole('img').hover({ position: { x: 2, y: 60 } });
    await budget.getByText(/Publishes 0/).waitFor();
  });

  it('tells of a task that is held, and why', async () => {
    server.account = { ...server.account, odd: [{ name: 'yamato_tracking_only', why: '10 came back odd' }] };
    const page = await open();
    const attention = page.getByRole('region', { name: 'Needs attention' });
    await attention.getByText(/yamato_tracking_only is held: .* 10 came back odd/).waitFor();
  });

  it('says that all is well', async () => {
    server.account = { ...server.account, closed: null, queues: [] };
    const page = await open();
    await page.getByText('The system is well').waitFor();
  });

  it('filters and searches, and keeps the choice in the address', async () => {
    const page = await open();
    await page.getByRole('link', { name: 'Paused 1' }).click();
    await page.getByText('publishing is held: 402').waitFor();
    expect(await page.locator('.batches tbody tr').count()).toBe(1);
    await page.getByRole('link', { name: 'All 60' }).click();
    await page.getByLabel('Search workbook or batch id').fill('warehouses');
    await page.waitForURL(/#\/\?q=warehouses/);
    await expect.poll(() => page.locator('.batches tbody tr').count()).toBe(1);
    await page.reload();
    await page.getByRole('link', { name: /all-warehouses/ }).waitFor();
    expect(await page.getByLabel('Search workbook or batch id').inputValue()).toBe('warehouses');
    await page.getByLabel('Search workbook or batch id').fill('no such');
    await page.getByText('No batch matches.').waitFor();
  });

  it('shows older ones, each once', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Show older' }).click();
    await expect.poll(() => page.locator('.batches tbody tr').count()).toBe(60);
    const ids = await page.locator('.batches tbody th .quiet').allTextContents();
    expect(new Set(ids).size).toBe(60);
  });

  it("the server's no to older ones is shown as it is", async () => {
    const page = await open();
    await page.route(/before=/, (route) => route.fulfill({ status: 500, json: { error: 'no such page' } }));
    await page.getByRole('button', { name: 'Show older' }).click();
    await page.locator('.batches').getByText('no such page').waitFor();
  });

  it('shows HTML in a name as text', async () => {
    const page = await open();
    await page.getByRole('link', { name: 'OWT-<img src=x onerror=alert(1)> & "quotes".xlsx' }).waitFor();
  });

  it('is live, and leaves what is being typed and the focus alone', async () => {
    const page = await open();
    const search = page.getByLabel('Search workbook or batch id');
    await search.pressSequentially('YTO');
    await page.getByText('173 of 320').waitFor();
    for (const row of server.batches[0]!.rows.slice(0, 100)) Object.assign(row, { state: 'completed' });
    await page.getByText('173 of 320').waitFor({ state: 'detached' });
    expect(await search.inputValue()).toBe('YTO');
    expect(await isFocused(search)).toBe(true);
  });

  it('keeps what it shows while the server is away, says so, and goes on', async () => {
    const page = await open();
    await page.getByText('173 of 320').waitFor();
    server.isAway = true;
    await page.getByText(new RegExp(`No connection since ${CLOCK}`)).waitFor();
    await page.getByText('173 of 320').waitFor();
    server.isAway = false;
    await page.getByText(/No connection since/).waitFor({ state: 'detached' });
  });

  it('asks nothing while its tab is hidden', async () => {
    const page = await open('#/', { hasClock: true });
    await page.getByText('173 of 320').waitFor();
    await page.evaluate(
      `Object.defineProperty(document, 'hidden', { value: true, configurable: true });
       document.dispatchEvent(new Event('visibilitychange'));`,
    );
    const before = server.asked.length;
    await page.clock.runFor(60_000);
    expect(server.asked.length).toBe(before);
    await page.evaluate(
      `Object.defineProperty(document, 'hidden', { value: false, configurable: true });
       document.dispatchEvent(new Event('visibilitychange'));`,
    );
    await expect.poll(() => server.asked.length).toBeGreaterThan(before);
  });

  it("speaks the browser's language, and the one that is chosen", async () => {
    const page = await open('#/', { language: 'ja' });
    await page.getByRole('heading', { name: 'バッチ', exact: true }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ja');
    await page.getByLabel('言語').selectOption('zh');
    await page.getByRole('heading', { name: '批次', exact: true }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await page.reload();
    await page.getByRole('heading', { name: '批次', exact: true }).waitFor();
    await page.getByLabel('语言').selectOption('en');
    await page.getByRole('heading', { name: 'Batches', exact: true }).waitFor();
  });

  it('reads and starts a file that is dropped anywhere', async () => {
    const page = await open();
    await page.evaluate(`{
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(['a\\n398004120005'], 'YTO-dropped.csv'));
      for (const kind of ['dragover', 'drop'])
        window.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
    }`);
    await page.getByRole('dialog').getByText('YTO-dropped.csv').first().waitFor();
    await page.getByRole('button', { name: 'Start 29 rows' }).waitFor();
  });

  it('starts a batch from a file', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Start a batch' }).click();
    const dialog = page.getByRole('dialog');
    const file = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
    await dialog.getByLabel(/Workbook or file/).setInputFiles(file('YTO-list.csv', '<b>'));
    await dialog.getByText('YTO-list.csv is no workbook: it begins with "<b>"').waitFor();
    await dialog.getByLabel(/Workbook or file/).setInputFiles(file('list.csv', 'a\n398004123005'));
    await dialog.getByLabel('Task').selectOption('yamato_tracking_only');
    await dialog.getByText('"<b>4.4801E+11</b>" has lost its last digits').waitFor();
    expect(await dialog.getByRole('definition').allTextContents()).toEqual([
      '30',
      '1',
      '29',
      '58',
      '29',
      expect.stringMatching(new RegExp(`^${CLOCK} · in 12 min`)),
    ]);
    await dialog.getByRole('button', { name: 'Start 29 rows' }).click();
    await page.getByRole('heading', { name: 'list.csv', level: 1 }).waitFor();
    expect(server.asked).toContain('POST /api/uploads?name=list.csv&task=yamato_tracking_only');
  });
});

it('the first load with fifty batches stays well below 200 KB', () => {
  const files = ['index.html', 'app.js', 'app.css', 'icon.svg'];
  const bytes = files.map((file) => statSync(join(packageRoot, 'dist/page', file)).size);
  expect(bytes.reduce((sum, each) => sum + each) + 50 * 450).toBeLessThan(160_000);
  const html = readFileSync(join(packageRoot, 'dist/page/index.html'), 'utf8');
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
});
