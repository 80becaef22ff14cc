import { parseJapanPostHistory } from './parsers/japan-post-history.ts';
import { parseJapanPostNumbers } from './parsers/japan-post-numbers.ts';
import { parseOfficialDates } from './parsers/official-dates.ts';
import { parseYamatoHistory } from './parsers/yamato-history.ts';
import { japanPostNumberText, japanPostText, yamatoText } from './parcel-texts.ts';
import type { TaskEntry } from './task-entry.ts';

const ORDER_COLUMNS = ['order_number', 'email', 'office_account', 'iphone_type', 'estimated_delivery_date'];
const DATE_COLUMNS = ['order_date', 'Official-website-arrival-time'];
const YAMATO_COLUMNS = ['data2', 'data3', 'name'];
const JAPAN_POST_COLUMNS = ['状態発生日', '配送履歴', '詳細1', '取扱局', '県名等'];

const JAPAN_POST_SEARCH = 'https://trackings.post.japanpost.jp/services/srv/search';
const TEN_NUMBERS = Array.from({ length: 10 }, (_, i) => `requestNo${i + 1}={tracking_number_${i + 1}}`);

/** Every task type there is. A new one is an entry here and, where its result has a new shape, a parser. */
export const TASK_ENTRIES = {
  official_website_redirect_to_yamato_tracking: {
    folderKeyword: 'official_website_redirect_to_yamato_tracking',
    filePrefix: 'OWRYT-',
    customIdPrefix: 'owryt',
    numberShape: null,
    lookup: {
      by: 'webscraper',
      sitemapId: 1421177,
      urlTemplate: null,
      numbersPerUrl: 1,
      redirectsTo: 'redirect_to_japan_post_tracking',
      resultColumns: [
        ...YAMATO_COLUMNS,
        'category-link-0',
        'Discriminant',
        ...DATE_COLUMNS,
        ...ORDER_COLUMNS,
      ],
      parse: parseYamatoHistory,
    },
  },
  official_website_tracking: {
    folderKeyword: 'official_website_tracking',
    filePrefix: 'OWT-',
    customIdPrefix: 'owt',
    numberShape: null,
    lookup: {
      by: 'webscraper',
      sitemapId: 789,
      urlTemplate: null,
      numbersPerUrl: 1,
      redirectsTo: null,
      resultColumns: [...DATE_COLUMNS, ...ORDER_COLUMNS],
      parse: parseOfficialDates,
    },
  },
  yamato_tracking_only: {
    folderKeyword: 'yamato_tracking_only',
    filePrefix: 'YTO-',
    customIdPrefix: 'yto',
    numberShape: 'yamato',
    shows: { carrier: 'yamato', textOf: yamatoText },
    lookup: {
      by: 'webscraper',
      sitemapId: 1423671,
      urlTemplate: 'http://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id={tracking_number}',
      numbersPerUrl: 1,
      redirectsTo: null,
      resultColumns: YAMATO_COLUMNS,
      parse: parseYamatoHistory,
    },
  },
  japan_post_tracking_only: {
    folderKeyword: 'japan_post_tracking_only',
    filePrefix: 'JPTO-',
    customIdPrefix: 'jpto',
    numberShape: 'japan_post',
    shows: { carrier: 'japan_post', textOf: japanPostText },
    lookup: {
      by: 'webscraper',
      sitemapId: 1423655,
      urlTemplate: `${JAPAN_POST_SEARCH}?requestNo1={tracking_number}&search.x=62&search.y=13&startingUrlPatten=&locale=ja`,
      numbersPerUrl: 1,
      redirectsTo: null,
      resultColumns: JAPAN_POST_COLUMNS,
      parse: parseJapanPostHistory,
    },
  },
  japan_post_tracking_10: {
    folderKeyword: 'japan_post_tracking_10',
    filePrefix: 'JPT10-',
    customIdPrefix: 'jpt10',
    numberShape: 'twelve_digits',
    shows: { carrier: 'japan_post', textOf: japanPostNumberText },
    lookup: {
      by: 'webscraper',
      sitemapId: 1424233,
      urlTemplate: `${JAPAN_POST_SEARCH}?${TEN_NUMBERS.join('&')}&search.x={random:1-173}&search.y={random:1-45}&startingUrlPatten=&locale=ja`,
      numbersPerUrl: 10,
      redirectsTo: null,
      resultColumns: ['お問い合わせ番号', '最新年月日', '最新状態'],
      parse: parseJapanPostNumbers,
    },
  },
  redirect_to_japan_post_tracking: {
    folderKeyword: null,
    filePrefix: null,
    customIdPrefix: 'rtjpt',
    numberShape: null,
    shows: { carrier: 'japan_post', textOf: japanPostText },
    lookup: {
      by: 'webscraper',
      sitemapId: 1422223,
      urlTemplate: null,
      numbersPerUrl: 1,
      redirectsTo: null,
      resultColumns: [...JAPAN_POST_COLUMNS, 'category-link-0', ...ORDER_COLUMNS],
      parse: parseJapanPostHistory,
    },
  },
  yamato_tracking_10: {
    folderKeyword: 'yamato_tracking_10',
    filePrefix: 'YT10-',
    customIdPrefix: 'yt10',
    numberShape: 'yamato',
    shows: { carrier: 'yamato', textOf: yamatoText },
    lookup: { by: 'carrier', carrier: 'yamato', numbersPerRequest: 10 },
  },
} as const satisfies Readonly<Record<string, TaskEntry>>;
