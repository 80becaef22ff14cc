import { parseJapanPostHistory } from './parsers/japan-post-history.ts';
import { parseJapanPostNumbers } from './parsers/japan-post-numbers.ts';
import { parseNothing } from './parsers/no-records.ts';
import { parseOfficialDates } from './parsers/official-dates.ts';
import { parseYamatoHistory } from './parsers/yamato-history.ts';
import { TaskError } from './task-error.ts';
import { TASK_NAMES } from './types.ts';
import type { TaskName, TrackingTask } from './types.ts';

const ORDER_COLUMNS = ['order_number', 'email', 'office_account', 'iphone_type', 'estimated_delivery_date'];
const DATE_COLUMNS = ['order_date', 'Official-website-arrival-time'];
const YAMATO_COLUMNS = ['data2', 'data3', 'name'];
const JAPAN_POST_COLUMNS = ['状態発生日', '配送履歴', '詳細1', '取扱局', '県名等'];

const JAPAN_POST_SEARCH = 'https://trackings.post.japanpost.jp/services/srv/search';
const TEN_NUMBERS = Array.from({ length: 10 }, (_, i) => `requestNo${i + 1}={tracking_number_${i + 1}}`);

/** Every task type there is. A new one is an entry here and, where its result has a new shape, a parser. */
const TASKS: Readonly<Record<TaskName, Omit<TrackingTask, 'name'>>> = {
  official_website_redirect_to_yamato_tracking: {
    folderKeyword: 'official_website_redirect_to_yamato_tracking',
    filePrefix: 'OWRYT-',
    customIdPrefix: 'owryt',
    sitemapId: 1421177,
    urlTemplate: null,
    numberShape: null,
    numbersPerUrl: 1,
    redirectsTo: 'redirect_to_japan_post_tracking',
    resultColumns: [...YAMATO_COLUMNS, 'category-link-0', 'Discriminant', ...DATE_COLUMNS, ...ORDER_COLUMNS],
    parse: parseYamatoHistory,
  },
  official_website_tracking: {
    folderKeyword: 'official_website_tracking',
    filePrefix: 'OWT-',
    customIdPrefix: 'owt',
    sitemapId: 789,
    urlTemplate: null,
    numberShape: null,
    numbersPerUrl: 1,
    redirectsTo: null,
    resultColumns: [...DATE_COLUMNS, ...ORDER_COLUMNS],
    parse: parseOfficialDates,
  },
  yamato_tracking_only: {
    folderKeyword: 'yamato_tracking_only',
    filePrefix: 'YTO-',
    customIdPrefix: 'yto',
    sitemapId: 1423671,
    urlTemplate: 'http://jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id={tracking_number}',
    numberShape: 'yamato',
    numbersPerUrl: 1,
    redirectsTo: null,
    resultColumns: YAMATO_COLUMNS,
    parse: parseYamatoHistory,
  },
  japan_post_tracking_only: {
    folderKeyword: 'japan_post_tracking_only',
    filePrefix: 'JPTO-',
    customIdPrefix: 'jpto',
    sitemapId: 1423655,
    urlTemplate: `${JAPAN_POST_SEARCH}?requestNo1={tracking_number}&search.x=62&search.y=13&startingUrlPatten=&locale=ja`,
    numberShape: 'japan_post',
    numbersPerUrl: 1,
    redirectsTo: null,
    resultColumns: JAPAN_POST_COLUMNS,
    parse: parseJapanPostHistory,
  },
  japan_post_tracking_10: {
    folderKeyword: 'japan_post_tracking_10',
    filePrefix: 'JPT10-',
    customIdPrefix: 'jpt10',
    sitemapId: 1424233,
    urlTemplate: `${JAPAN_POST_SEARCH}?${TEN_NUMBERS.join('&')}&search.x={random:1-173}&search.y={random:1-45}&startingUrlPatten=&locale=ja`,
    numberShape: 'twelve_digits',
    numbersPerUrl: 10,
    redirectsTo: null,
    resultColumns: ['お問い合わせ番号', '最新年月日', '最新状態'],
    parse: parseJapanPostNumbers,
  },
  redirect_to_japan_post_tracking: {
    folderKeyword: null,
    filePrefix: null,
    customIdPrefix: 'rtjpt',
    sitemapId: 1422223,
    urlTemplate: null,
    numberShape: null,
    numbersPerUrl: 1,
    redirectsTo: null,
    resultColumns: [...JAPAN_POST_COLUMNS, 'category-link-0', ...ORDER_COLUMNS],
    parse: parseJapanPostHistory,
  },
  yamato_tracking_10: {
    folderKeyword: 'yamato_tracking_10',
    filePrefix: 'YT10-',
    customIdPrefix: 'yt10',
    sitemapId: null,
    urlTemplate: null,
    numberShape: 'yamato',
    numbersPerUrl: 10,
    redirectsTo: null,
    resultColumns: [],
    parse: parseNothing,
  },
};

/** All tasks, in the order of domain section 2. */
export const TRACKING_TASKS: readonly TrackingTask[] = TASK_NAMES.map((name) => ({ name, ...TASKS[name] }));

/** What a custom_id or a path may be cut to in a message. */
const MAX_QUOTED_LENGTH = 200;

/** @throws {TaskError} `TASK_UNKNOWN`, naming the tasks there are */
export function taskByName(name: string): TrackingTask {
  const task = TRACKING_TASKS.find((each) => each.name === name);
  if (task !== undefined) return task;
  const known = TRACKING_TASKS.map((each) => each.name).join(', ');
  throw new TaskError('TASK_UNKNOWN', `unknown task ${quoted(name)}: one of ${known} is meant`);
}

/**
 * The task with this custom_id prefix (`owt`), as settings name tasks.
 *
 * @throws {TaskError} `TASK_UNKNOWN`, naming the prefixes there are
 */
export function taskByPrefix(prefix: string): TrackingTask {
  const task = TRACKING_TASKS.find((each) => each.customIdPrefix === prefix);
  if (task !== undefined) return task;
  const known = TRACKING_TASKS.map((each) => each.customIdPrefix).join(', ');
  throw new TaskError('TASK_UNKNOWN', `unknown task prefix ${quoted(prefix)}: one of ${known} is meant`);
}

/** The task a custom_id belongs to (`owt-…`, `rtjpt-from-owryt-…`); null when it is not one of ours. */
export function taskOfCustomId(customId: string): TrackingTask | null {
  const [prefix, ...rest] = customId.split('-');
  if (rest.length === 0) return null;
  return TRACKING_TASKS.find((each) => each.customIdPrefix === prefix) ?? null;
}

const FROM_FILES = TRACKING_TASKS.flatMap(({ name, folderKeyword, filePrefix }) =>
  folderKeyword === null || filePrefix === null ? [] : [{ name, folderKeyword, filePrefix }],
);

/**
 * The task of a workbook: its path contains the folder keyword and its base name starts with the prefix, both
 * exactly as written, compared in Unicode NFC.
 *
 * @throws {TaskError} `TASK_NO_MATCH`, telling what was looked for
 */
export function taskForPath(path: string): TrackingTask {
  const name = matchingTask(path);
  if (name !== undefined) return taskByName(name);
  const known = FROM_FILES.map(({ folderKeyword, filePrefix }) => `${folderKeyword}/…/${filePrefix}`).join(
    ', ',
  );
  throw new TaskError(
    'TASK_NO_MATCH',
    `no task matches ${quoted(path.normalize('NFC'))}: a folder and a file name beginning like one of ${known} are needed, or the task's name`,
  );
}

function matchingTask(path: string): TaskName | undefined {
  const whole = path.normalize('NFC');
  const baseName = whole.slice(whole.lastIndexOf('/') + 1);
  return FROM_FILES.find(
    ({ folderKeyword, filePrefix }) => whole.includes(folderKeyword) && baseName.startsWith(filePrefix),
  )?.name;
}

/** Whether a workbook's path tells its task. */
export function belongsToTask(path: string): boolean {
  return matchingTask(path) !== undefined;
}

function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return `"${line.length > MAX_QUOTED_LENGTH ? `${line.slice(0, MAX_QUOTED_LENGTH - 1)}…` : line}"`;
}
