import { expect, test } from 'vitest';
import { expectedText, numberWithFault } from '../../src/sandbox/index.ts';
import {
  DATE_FIELDS,
  POST_FIELDS,
  TOKYO_NOON,
  YAMATO_FIELDS,
  api,
  cellText,
  csvOf,
  ended,
  lastText,
  orderUrl,
  postUrl,
  publishedId,
  releaseAfterEach,
  rowsByUrl,
  sandboxWith,
  startUrlOf,
  yamatoUrl,
} from '../support/sandbox/api-user.ts';

releaseAfterEach();

test('a download is RFC 4180 with BOM, CRLF and quoted newlines, the same every time', async () => {
  const sandbox = await sandboxWith();
  const id = await publishedId(sandbox, 'official_website_tracking', [orderUrl(1)]);
  await ended(sandbox, id);
  const answer = await fetch(api(sandbox, `scraping-job/${id}/csv`));
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=UTF-8');
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  const csv = bytes.toString('utf8');
  expect(csv.split('\r\n')[0]).toBe(
    '\uFEFFweb-scraper-order,web-scraper-start-url,order_number,email,office_account,iphone_type,order_date,' +
      'Official-website-arrival-time,estimated_delivery_date,time-scraped',
  );
  expect(csv).toMatch(/"iPhone[^"]*\n/);
  expect(csv.endsWith('\r\n')).toBe(true);
  expect(await (await fetch(api(sandbox, `scraping-job/${id}/csv`))).text()).toBe(csv.slice(1));
});

test.each([
  [
    'official_website_redirect_to_yamato_tracking',
    (serial: number) => orderUrl(serial, '?sandbox=by-yamato'),
  ],
  ['official_website_tracking', (serial: number) => orderUrl(serial)],
  ['yamato_tracking_only', (serial: number) => yamatoUrl(String(390_000_000_000 + serial * 7919))],
  ['japan_post_tracking_only', (serial: number) => postUrl(String(183_000_000_000 + serial * 7919))],
  ['redirect_to_japan_post_tracking', (serial: number) => orderUrl(serial)],
] as const)('%s: 300 URLs of one job hold what expectedText says', async (task, urlOf) => {
  const sandbox = await sandboxWith();
  const urls = Array.from({ length: 300 }, (_unused, serial) => urlOf(serial));
  const id = await publishedId(sandbox, task, urls);
  await ended(sandbox, id);
  const rows = await csvOf(sandbox, id);
  const fields =
    task === 'official_website_tracking' ? DATE_FIELDS : /yamato/.test(task) ? YAMATO_FIELDS : POST_FIELDS;
  const key = fields === YAMATO_FIELDS ? ['data2'] : fields === POST_FIELDS ? ['配送履歴'] : DATE_FIELDS;
  const byUrl = rowsByUrl(rows);
  for (const url of urls) {
    const own = byUrl.get(url) ?? [];
    expect(lastText(own, key, fields)).toBe(expectedText(task, url, null, { day: TOKYO_NOON }));
  }
  // Rows of different URLs come mixed.
  expect(new Set(rows.slice(0, 50).map(startUrlOf)).size).toBeGreaterThan(20);
  expect(rows.some((row) => Object.values(row).some((value) => value === 'nan'))).toBe(true);
});

test('orders that went by Japan Post have no Discriminant at all, and their second job has the data', async () => {
  const sandbox = await sandboxWith();
  const task = 'official_website_redirect_to_yamato_tracking';
  const urls = Array.from({ length: 200 }, (_unused, serial) => orderUrl(serial));
  urls.push(orderUrl(1000, '?sandbox=redirect'));
  const id = await publishedId(sandbox, task, urls);
  await ended(sandbox, id);
  const byUrl = rowsByUrl(await csvOf(sandbox, id));
  const gone = urls.filter((url) => byUrl.get(url)!.every((row) => cellText(row['Discriminant']) === ''));
  expect(gone).toContain(urls.at(-1));
  expect(gone.length).toBeGreaterThan(20);
  expect(gone.length).toBeLessThan(70);
  const second = await publishedId(sandbox, 'redirect_to_japan_post_tracking', gone, 'rtjpt-from-c1');
  await ended(sandbox, second);
  const redirected = rowsByUrl(await csvOf(sandbox, second));
  for (const url of gone) {
    const own = redirected.get(url) ?? [];
    expect(lastText(own, ['配送履歴'], POST_FIELDS)).toBe(expectedText(task, url, null, { day: TOKYO_NOON }));
  }
  for (const url of urls.filter((candidate) => !gone.includes(candidate))) {
    expect(lastText(byUrl.get(url) ?? [], ['data2'], YAMATO_FIELDS)).toBe(
      expectedText(task, url, null, { day: TOKYO_NOON }),
    );
  }
});

test('ten numbers in one URL give one row a number, not found and wrong length among them', async () => {
  const sandbox = await sandboxWith();
  const numbers = [
    ...Array.from({ length: 7 }, (_unused, serial) => String(183_792_770_000 + serial)),
    numberWithFault('not-found', 3),
    numberWithFault('wrong-length', 4),
    numberWithFault('state-returned', 5),
  ];
  const query = numbers.map((number, index) => `requestNo${index + 1}=${number}`).join('&');
  const url = `https://trackings.post.japanpost.jp/services/srv/search?${query}&search.x=1&search.y=2&startingUrlPatten=&locale=ja`;
  const id = await publishedId(sandbox, 'japan_post_tracking_10', [url]);
  await ended(sandbox, id);
  const rows = await csvOf(sandbox, id);
  expect(Object.keys(rows[0] ?? {})).toEqual([
    'web_scraper_order',
    'web_start_url',
    'お問い合わせ番号',
    '最新年月日',
    '最新状態',
    'time-scraped',
  ]);
  expect(rows).toHaveLength(10);
  const byNumber = new Map(rows.map((row) => [row['お問い合わせ番号']?.replaceAll('-', ''), row]));
  for (const number of numbers) {
    const row = byNumber.get(number);
    const date = cellText(row?.['最新年月日']);
    const got = date === '' ? row?.['最新状態'] : `${row?.['最新状態']}｜｜｜${date}`;
    expect(got).toBe(expectedText('japan_post_tracking_10', url, number, { day: TOKYO_NOON }));
  }
  expect(byNumber.get(numbers[7])?.['最新状態']).toMatch(/^＊＊ お問い合わせ番号が見つかりません。/);
  expect(byNumber.get(numbers[8])?.['最新状態']).toMatch(
    /^＊＊ お問い合わせ番号の入力桁数に誤りがあります。/,
  );
  expect(byNumber.get(numbers[9])?.['最新状態']).toBe('差出人に返送済み');
});
