import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';

import { parseYamatoPage } from '../../../src/carriers/yamato/page.ts';
import { YamatoError } from '../../../src/carriers/yamato/yamato-error.ts';
import { packageRoot } from '../../../src/paths.ts';

/** Written by hand, true to domain section 6; asked on 3 January. Its print copy holds a script and an end tag. */
const PAGE = readFileSync(join(packageRoot, 'test/fixtures/yamato-page.html'), 'utf8');
const NOW = new Date('2026-01-03T09:00:00+09:00');
const [BOX, CLOSED, ORDERED, UNKNOWN, WRONG, SPECIAL] = [
  '390512345016',
  '390512345020',
  '390512345031',
  '390512345042',
  '123456789010',
  '390512345053',
] as const;
const ASKED = [BOX, CLOSED, ORDERED, UNKNOWN, WRONG, SPECIAL];

const parcelOf = (number: string, html = PAGE, now = NOW) =>
  parseYamatoPage(html, ASKED, now).find((parcel) => parcel.number === number);

function refusalOf(html: string, numbers: readonly string[] = ASKED): YamatoError {
  try {
    parseYamatoPage(html, numbers, NOW);
  } catch (error) {
    if (error instanceof YamatoError) return error;
    throw error;
  }
  throw new Error('the page was read');
}

/** The page with something else in one place; a place that is not there would test nothing. */
function changed(from: string | RegExp, to: string, html = PAGE): string {
  const after = html.replaceAll(typeof from === 'string' ? from : new RegExp(from.source, 'g'), to);
  if (after === html) throw new Error(`the page holds no ${from}`);
  return after;
}

/** The page without the block of a number. */
const withoutBlock = (number: string): string =>
  changed(
    new RegExp(
      `<div class="parts-tracking-invoice-block">\\s*<h3 [^>]*>\\d件目：${number}</h3>[\\s\\S]*?\\n </div>`,
    ),
    '',
  );

describe('what the page says', () => {
  it('is kept, all of it', () => {
    expect(parcelOf(BOX)).toEqual({
      number: BOX,
      stateText: '配達完了（宅配ボックス）',
      status: 'delivered',
      date: '2026-01-02T00:00:00+09:00',
      events: [
        event('荷物受付', '2025-12-30T18:02', '12月30日 18:02', '厚木営業所', '031190'),
        event('発送済み', '2025-12-30T18:02', '12月30日 18:02', '厚木営業所', '031190'),
        event('輸送中', '2025-12-31T23:59', '12月31日 23:59', '羽田クロノゲートベース'),
        event('作業店通過', '2026-01-01T00:10', '01月01日 00:10', '羽田クロノゲートベース'),
        event('配達中', '2026-01-02T08:41', '01月02日 08:41', '新宿住吉町営業所', '130112'),
        event('配達完了（宅配ボックス）', '2026-01-02T14:05', '01月02日 14:05', '新宿住吉町営業所', '130112'),
      ],
      product: '宅急便',
      windows: [
        { label: 'お届け予定日時', text: '01/02 14:00-16:00' },
        { label: 'お届け希望日時', text: '-' },
      ],
      summary: 'このお品物はお届けが済んでおります。 宅配ボックスをご確認ください。',
    });
  });

  it('may be full-width, without a time, an office or a link to the web', () => {
    expect(parcelOf(SPECIAL)).toMatchObject({
      status: 'unknown',
      stateText: '特別取扱中',
      date: '2025-12-28T00:00:00+09:00',
      events: [
        {
          at: '2025-12-28T09:05:00+09:00',
          timeText: '１２月２８日 ０９：０５',
          officeUrl: 'https://toi.kuronekoyamato.co.jp/office/1',
        },
        { at: '2025-12-28T21:30:00+09:00', office: '関西ゲートウェイベース', officeUrl: null },
      ],
    });
    expect(parcelOf(ORDERED)?.events).toEqual([event('出荷指示', '2025-12-31T00:00', '12月31日', null)]);
    expect(parcelOf(CLOSED)).toMatchObject({
      status: 'attempt_failed',
      product: 'クール宅急便（冷蔵）',
      windows: [{ label: 'お届け予定日時', text: '-' }],
      events: [{ office: '札幌&白石営業所' }, { office: null }],
    });
  });

  it('of a number that Yamato does not know is its state, with a block or without', () => {
    const unknown = {
      status: 'unknown',
      date: null,
      events: [],
      product: null,
      windows: [],
    };
    expect(parcelOf(WRONG)).toEqual({
      ...unknown,
      number: WRONG,
      stateText: '伝票番号誤り',
      summary: null,
    });
    expect(parcelOf(UNKNOWN)).toEqual({
      ...unknown,
      number: UNKNOWN,
      stateText: '伝票番号未登録',
      summary: '伝票番号は登録されておりません。',
    });
  });

  it('comes in the order asked, not in the page’s', () => {
    const asked = ASKED.toReversed();
    const parcels = parseYamatoPage(PAGE, asked, NOW);
    expect(parcels.map(({ number }) => number)).toEqual(asked);
    expect(parcels.map(({ stateText }) => stateText)).toEqual(
      ASKED.map((number) => parcelOf(number)?.stateText).toReversed(),
    );
  });

  it('is expired after thirty days without an event, unless the parcel has arrived', () => {
    const later = new Date('2026-02-02T09:00:00+09:00');
    expect(parcelOf(CLOSED, PAGE, later)?.status).toBe('expired');
    expect(parcelOf(BOX, PAGE, later)?.status).toBe('delivered');
    expect(parcelOf(SPECIAL, PAGE, later)?.status).toBe('unknown');
  });

  it('is read where something follows its end', () => {
    const html = `${PAGE}<script>track('</html>')</script><img src="/track.gif">`;
    expect(parseYamatoPage(html, ASKED, NOW)).toEqual(parseYamatoPage(PAGE, ASKED, NOW));
  });

  it('may have one event without a time, and a time that nobody understands', () => {
    const html = changed('12月30日 09:30', '', changed('12月28日 21:30', '夕方'));
    expect(parcelOf(CLOSED, html)?.events[1]).toMatchObject({ at: null, timeText: '' });
    expect(parcelOf(SPECIAL, html)?.events[1]).toMatchObject({ at: null, timeText: '夕方' });
  });

  it.each([
    ['▶ 01/02　配達完了（宅配ボックス）'],
    ['配達完了（宅配ボックス）▶01/02'],
    ['配達完了（宅配ボックス）'],
    ['１/２\n  配達完了（宅配ボックス）'],
  ])('of a state is told without arrow and date: %s', (link) => {
    const html = changed('配達完了（宅配ボックス）</h4>', '</h4>');
    const box = /<a href="#AA000" class="js-tracking-detail">.*<\/a>/;
    expect(parcelOf(BOX, changed(box, `<a href="#AA000">${link}</a>`, html))?.stateText).toBe(
      '配達完了（宅配ボックス）',
    );
  });
});

describe('what is no answer', () => {
  it.each<[string, string, RegExp]>([
    ['YAMATO_TRUNCATED', PAGE.slice(0, PAGE.indexOf('</html>\n')), /broke off/],
    ['YAMATO_TRUNCATED', PAGE.slice(0, PAGE.lastIndexOf('<li>')), /broke off/],
    ['YAMATO_TRUNCATED', PAGE.slice(0, PAGE.indexOf("swd.writeln('</body></html>');") + 30), /broke off/],
    ['YAMATO_TRUNCATED', '', /after 0 characters/],
    ['YAMATO_UNREADABLE', '<html><body>OK</body></html>', /no box/],
    ['YAMATO_UNREADABLE', changed('tracking-', 'trace-'), /no box/],
    ['YAMATO_UNREADABLE', changed('tracking-box-area', 'box'), /no box/],
    ['YAMATO_UNREADABLE', changed('class="data number"', 'class="no"'), /box without a number/],
    ['YAMATO_UNREADABLE', changed('invoice-block-title', 'title'), /block without a number/],
    ['YAMATO_UNREADABLE', changed('parts-tracking-invoice-block', 'part'), /no history of 390512345016/],
    ['YAMATO_UNREADABLE', changed('tracking-invoice-block-detail', 'detail'), /no history of 390512345016/],
    ['YAMATO_UNREADABLE', withoutBlock('3905-1234-5016'), /no history of 390512345016/],
    ['YAMATO_UNREADABLE', changed('class="date"', 'class="time"'), /histories without \.date/],
    ['YAMATO_UNREADABLE', changed('class="name"', 'class="office"'), /histories without \.name/],
    ['YAMATO_UNREADABLE', changed('<div class="item">荷物受付', '<div>荷物受付'), /event without a state/],
    ['YAMATO_UNREADABLE', changed('月', '-', changed('１２月', '')), /dates like "12-30日 18:02"/],
    ['YAMATO_UNREADABLE', changed('value="3905-1234-5016"', 'value="9"'), /a box of 9, which was not asked/],
    ['YAMATO_UNREADABLE', changed('件目：3905-1234-5016', '件目：3905'), /a block of 3905, which was not/],
    ['YAMATO_UNREADABLE', changed('"3905-1234-5016"', `"${SPECIAL}"`), /more than one box of 390512345053/],
    [
      'YAMATO_FEWER_BOXES',
      changed('"3905-1234-5016"', '""', changed(/<a href="#AA000".*<\/a>/, '')),
      /5 of 6/,
    ],
    ['YAMATO_FEWER_BOXES', changed(/tracking-box-area">/, 'tracking-box-area no-item">'), /0 of 6/],
  ])('%s, case %#', (code, html, message) => {
    const error = refusalOf(html);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), page: html });
    expect(error.message).not.toMatch(/\n/);
  });

  const other = (title: string, body: string) =>
    `<!DOCTYPE html><html><head><title>${title}</title></head><body>${body}</body></html>`;
  it.each<[string, string]>([
    ['YAMATO_CAPTCHA', other('確認', '<form><div class="g-recaptcha" data-sitekey="k"></div></form>')],
    ['YAMATO_CAPTCHA', other('', '<script src="https://js.hcaptcha.com/1/api.js"></script>')],
    ['YAMATO_CAPTCHA', other('アクセスの確認', '<p>ロボットではないことを確認してください</p>')],
    ['YAMATO_CAPTCHA', other('', '<form>画像認証<input name="number01"></form>')],
    ['YAMATO_MAINTENANCE', other('システムメンテナンスのお知らせ', '<h1>ヤマト運輸</h1>')],
    ['YAMATO_MAINTENANCE', other('ヤマト運輸', '<p>ただいまサービスを停止しております。</p>')],
    ['YAMATO_MAINTENANCE', other('ヤマト運輸', '<p>アクセスが集中しております</p>').replace('</html>', '')],
    ['YAMATO_UNREADABLE', other('荷物', '<a>メンテナンスのお知らせ</a><form><input name="number01"></form>')],
    ['YAMATO_UNREADABLE', other('荷物', '<script>var メンテナンス;</script>')],
  ])('%s, page %#', (code, html) => {
    expect(refusalOf(html)).toMatchObject({ code, page: html });
  });

  it('a box that says nothing of what was asked is never another number’s', () => {
    expect(refusalOf(PAGE, [BOX])).toMatchObject({ code: 'YAMATO_UNREADABLE' });
    expect(refusalOf(PAGE, [...ASKED, '390512345064'])).toMatchObject({
      code: 'YAMATO_FEWER_BOXES',
      message: expect.stringContaining('not 390512345064'),
    });
  });

  it('is kept for inspection, cut and without its scripts when long, and out of logs', () => {
    const long = changed('function printAll', `// ${'x'.repeat(70_000)}\nfunction printAll`);
    const { page, ...error } = refusalOf(changed('</html>\n', '', long));
    expect(page).toContain('tracking-invoice-block-detail');
    expect(page).not.toContain('printAll');
    expect(inspect(error)).not.toContain('tracking');
    const longer = `<html>${'y'.repeat(100_000)}</html>`;
    expect(refusalOf(longer).page).toHaveLength(65_536);
    expect(JSON.stringify(Object.entries(refusalOf(longer)))).not.toContain('yyy');
  });
});

function event(
  stateText: string,
  minute: string,
  timeText: string,
  office: string | null,
  code: string | null = null,
) {
  const officeUrl = code === null ? null : `https://locations.kuronekoyamato.co.jp/p/kn01/${code}/`;
  return { stateText, at: `${minute}:00+09:00`, timeText, office, officeUrl };
}
