import { Dice } from '../dice.ts';
import { DAY_MS, shortDate, yamatoTime } from '../japan-time.ts';
import type { Parcel } from '../parcels/parcel.ts';
import { YAMATO_UNREGISTERED, YAMATO_WRONG_NUMBER } from '../parcels/yamato-parcel.ts';
import { escapeHtml, hyphenated } from './html.ts';

const SUMMARIES: Readonly<Record<string, string>> = {
  配達完了: 'このお品物はお届けが済んでおります。お問い合わせはサービスセンターまでお願いいたします。',
  配達中: 'ただいまお届けするためにお品物を持ち出しております。',
  持戻: 'お届けに伺いましたがご不在でした。',
  保管中: 'お品物は営業所で保管しております。',
  [YAMATO_WRONG_NUMBER]: '伝票番号に誤りがあります。番号をお確かめください。',
  [YAMATO_UNREGISTERED]: '伝票番号は登録されておりません。',
};
const OTHER_SUMMARY = 'お品物をお届け先へ輸送しております。';

const URGENT = ['持戻', '調査中', '返品', YAMATO_WRONG_NUMBER, YAMATO_UNREGISTERED];
const PRODUCTS: readonly [string, ...string[]] = ['宅急便', '宅急便コンパクト', 'クール宅急便', 'ネコポス'];

const bare = (state: string): string => state.replace(/（.*）$/, '');

function stateClass(title: string): string {
  const state = bare(title);
  if (state === '配達完了') return 'is-complete-grey';
  return URGENT.includes(state) ? 'is-urgent-red' : 'is-safe-blue';
}

function summaryList({ number, events }: Parcel): string {
  const dice = new Dice(`summary ${number}`);
  const last = events.at(-1);
  const due = last === undefined ? '-' : `${shortDate(last.atMs + DAY_MS)} 14:00-16:00`;
  const items = [
    ['品名', dice.pick(PRODUCTS)],
    ['お届け予定日時', dice.below(3) === 0 ? '-' : due],
  ];
  if (dice.below(2) === 0) items.push(['お届け希望日時', due]);
  const lines = items.map(
    ([item = '', data = '']) =>
      `   <li>\n    <div class="item">${item}</div>\n    <div class="data">${data}</div>\n   </li>`,
  );
  return ` <div class="tracking-invoice-block-summary">\n  <ul>\n${lines.join('\n')}\n  </ul>\n </div>\n`;
}

function history({ number, events }: Parcel): string {
  const dice = new Dice(`links ${number}`);
  const lines = events.map(({ state, atMs, office }) => {
    const name =
      dice.below(2) === 0
        ? `<a href="https://locations.kuronekoyamato.co.jp/p/kn01/${dice.below(900_000)}/">${escapeHtml(office)}</a>`
        : escapeHtml(office);
    return (
      `   <li>\n    <div class="item">${escapeHtml(state)}</div>\n` +
      `    <div class="date">${yamatoTime(atMs)}</div>\n    <div class="name">${name}</div>\n   </li>`
    );
  });
  return ` <div class="tracking-invoice-block-detail">\n  <ol>\n${lines.join('\n')}\n  </ol>\n </div>\n`;
}

/** One number's block: headline, summary, events oldest first; a number without events has neither of the last two. */
export function detailBlock(parcel: Parcel, index: number): string {
  const { number, title, events } = parcel;
  const summary = SUMMARIES[bare(title)] ?? OTHER_SUMMARY;
  return `<div class="tracking-anchor" id="AA${String(index).padStart(3, '0')}"></div>
<div class="parts-tracking-invoice-block">
 <h3 class="tracking-invoice-block-title">${index + 1}件目：${escapeHtml(hyphenated(number))}</h3>
 <div class="tracking-invoice-block-message"></div>
 <div class="tracking-invoice-block-state ${stateClass(title)}">
  <h4 class="tracking-invoice-block-state-title">${escapeHtml(title)}</h4>
  <div class="tracking-invoice-block-state-summary">${summary}</div>
 </div>
${events.length === 0 ? '' : summaryList(parcel) + history(parcel)}</div>
`;
}
