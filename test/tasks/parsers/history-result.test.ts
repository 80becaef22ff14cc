import { describe, expect, it } from 'vitest';
import { learntKey } from '../../../src/carriers/text-meaning.ts';
import type { CsvRecord } from '../../../src/tasks/result.ts';
import { webscraperTask } from '../../support/tasks/webscraper-task.ts';

const SCRAPED = new Date('2026-01-03T09:00:00+09:00');
const parse = (prefix: string, records: CsvRecord[]) =>
  webscraperTask(prefix).lookup.parse(records, { trackingNumber: null }, SCRAPED);

describe('the whole history', () => {
  it('is told with the estimate and the order, and judged: a parcel sent back is returned wherever it is', () => {
    const records = [
      {
        data2: '荷物受付',
        data3: '12月18日 10:00',
        order_number: 'W123',
        estimated_delivery_date: '2025年12月20日',
      },
      { data2: '返品', data3: '12月20日 10:00' },
      { data2: '輸送中', data3: '12月31日 10:00' },
    ];
    expect(parse('owryt', records)).toMatchObject({
      text: '輸送中｜｜｜12月31日 10:00｜｜｜',
      statusText: '輸送中',
      status: 'returned',
      isTerminal: false,
      eventAt: '2025-12-31T10:00:00+09:00',
      orderNumber: 'W123',
      history: { estimates: [{ origin: 'estimated_delivery_date', text: '2025年12月20日' }] },
    });
  });

  it('a button’s label is the last text of the page, and no state', () => {
    const records = [
      { data2: '配達中', data3: '01月02日 10:00', name: 'A' },
      { data2: 'お届け完了通知を依頼', data3: '', name: '' },
    ];
    expect(parse('yto', records)).toMatchObject({
      statusText: 'お届け完了通知を依頼',
      status: 'out_for_delivery',
      unknownTexts: [],
    });
  });

  it('is settled line by line by each line’s own scrape time', () => {
    const records = [
      { data2: '荷物受付', data3: '12月30日 10:00', 'time-scraped': '2024-01-02 08:00:00' },
      { data2: '配達中', data3: '01月01日 10:00', 'time-scraped': '2024-01-02 08:00:01' },
    ];
    const result = parse('yto', records);
    expect(result?.history.events.map(({ at }) => at)).toEqual([
      '2023-12-30T10:00:00+09:00',
      '2024-01-01T10:00:00+09:00',
    ]);
    expect(result?.history.seenAt).toBe('2024-01-01T23:00:01.000Z');
  });

  it('what was learnt is heeded', () => {
    const learnt = new Map([[learntKey('謎の状態', 'japan_post'), 'exception']] as const);
    const { lookup } = webscraperTask('jpt10');
    const row = { trackingNumber: '183792779166' };
    const records = [
      {
        お問い合わせ番号: '1837-9277-9166',
        最新状態: '謎の状態（理由）',
        最新年月日: '2026/01/02 10:37',
      },
    ];
    expect(lookup.parse(records, row, SCRAPED)).toMatchObject({
      status: 'unknown',
      unknownTexts: [{ text: '謎の状態（理由）', before: null, after: null }],
    });
    expect(lookup.parse(records, row, SCRAPED, learnt)).toMatchObject({
      status: 'exception',
      subStatus: '理由',
      unknownTexts: [],
    });
  });
});
