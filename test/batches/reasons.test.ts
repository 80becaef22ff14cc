import { describe, expect, it } from 'vitest';
import { REASON_PATTERNS, reasonOf, REASONS } from '../../src/batches/reasons.ts';
import type { Reason } from '../../src/batches/reasons.ts';
import { taskByName } from '../../src/tasks/registry.ts';
import { understandRow } from '../../src/tasks/understand-row.ts';
import { testDatabase } from '../support/db/test-database.ts';

function invalidReason(task: string, input: string, inputUrl: string | null = null, email = ''): Reason {
  const cell = { input, inputUrl, email, occurrence: 0 };
  const reading = understandRow(taskByName(task), cell);
  if (reading.valid) throw new Error(`${input} is valid`);
  return reasonOf(reading.error);
}

/** A text of each place that gives a row one, and what it stands for. */
const TEXTS: readonly (readonly [string, Reason])[] = [
  ['perhaps published: Web Scraper Cloud did not answer a publish: …', 'perhaps-published'],
  ['perhaps published: the list of jobs could not be looked through; retry the row', 'perhaps-published'],
  ['given up by anna: the Web Scraper Cloud account is closed', 'given-up'],
  ['cancelled before its second job was published', 'cancelled'],
  ['its page came back empty', 'empty-page'],
  ['no record came back for its URL', 'empty-page'],
  ['its page could not be loaded', 'page-failed'],
  ["the records of store.apple.com hold none of the task's fields", 'no-fields'],
  ['the CSV has none of the columns of yamato_tracking_only (data2); its header: a', 'other-sitemap'],
  ['expected a CSV, got HTML: <html>', 'unreadable'],
  ['its result could not be read in 3 tries; retry the row', 'unreadable'],
  ['scraping job 500 ended stopped without records', 'job-stopped'],
  ['Web Scraper Cloud answered 404 to the download of job 500', 'job-gone'],
  ['nothing has moved over 24 askings', 'no-answer'],
  ['its job ended without a result for it; retry the row', 'no-answer'],
  ['went by Japan Post, which was heard after its batch had ended; retry the row', 'went-by-japan-post'],
  ['Web Scraper Cloud answered 400 to a publish', 'publish-refused'],
  ['Web Scraper Cloud refused a publish', 'publish-refused'],
  ['Web Scraper Cloud answered 503 to the download of job 500', 'api-away'],
  ['Web Scraper Cloud could not be reached for the download of job 5: no connection to x', 'api-away'],
  ["Yamato's page asks for a captcha instead of answering: ask later (3 attempts)", 'carrier-other-page'],
  ["the answer of x is over 4 MB: that is not Yamato's page (3 attempts)", 'carrier-other-page'],
  ['toi.kuronekoyamato.co.jp answered 503, a server in trouble: ask later (3 attempts)', 'carrier-away'],
  ['100% sure_thing', 'other'],
];

describe('reasons', () => {
  it.each(TEXTS)('%s: %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it('are told of every row that cannot be looked up', () => {
    expect(invalidReason('yamato_tracking_10', ' ')).toBe('empty-cell');
    expect(invalidReason('yamato_tracking_10', '3.98004E+11')).toBe('lost-digits');
    expect(invalidReason('yamato_tracking_10', '123')).toBe('no-number');
    expect(invalidReason('official_website_tracking', 'x')).toBe('no-order');
    expect(invalidReason('official_website_tracking', '?', null, 'a@example.jp')).toBe('no-order');
    expect(invalidReason('official_website_tracking', 'W1234567', null, '@')).toBe('no-email');
    expect(invalidReason('official_website_tracking', 'x', 'mailto:a@example.jp')).toBe('no-address');
    expect(invalidReason('official_website_tracking', 'http://a b')).toBe('no-address');
  });

  it('are the same in SQL and here', async () => {
    const { database, drop } = await testDatabase();
    try {
      for (const [text] of TEXTS) {
        const [found] = await database.sql<{ reason: string }[]>`
          select reason from unnest(${REASON_PATTERNS.flatMap(([reason, all]) => all.map(() => reason))}::text[],
            ${REASON_PATTERNS.flatMap(([, all]) => [...all])}::text[]) with ordinality as p(reason, pattern, place)
          where ${text} like pattern order by place limit 1`;
        expect(found?.reason).toBe(reasonOf(text));
      }
    } finally {
      await drop();
    }
    expect(new Set(REASONS).size).toBe(REASONS.length);
  });
});
