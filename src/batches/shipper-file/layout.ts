import { plainNumber, isTrackingNumber } from '../../carriers/tracking-number.ts';
import { firstOf } from '../../text.ts';
import { ShipperFileError } from './shipper-file-error.ts';

export const COLUMNS = [
  'number',
  'time',
  'code',
  'text',
  'office',
  'region',
  'details',
  'takenBack',
] as const;
export type Column = (typeof COLUMNS)[number];

/** Where a file has the parts of an event. */
export interface Layout {
  name: 'japan-post-17' | 'header';
  at: Partial<Record<Column, number>>;
  /** Its first line says something of the file, and is no event. */
  hasHeader: boolean;
  /** Of each line; null: not fixed. */
  columns: number | null;
}

/**
 * The body of Japan Post's tracking file (追跡情報提供サービス V6, as programs that read it have it): 削除区分, 郵便分類コード,
 * 郵便分類名称, 追跡番号, 顧客側管理番号, 状態発生日時 (YYYYMMDDhhmm), 取扱店コード, 取扱店名, ステータスコード, 付加日付, 引受日時,
 * 引受店コード, 引受店名, 顧客コード①, 顧客コード②, サイズ情報, 予備; above it one record of the file as a whole.
 */
const JAPAN_POST: Layout['at'] = { takenBack: 0, number: 3, time: 5, office: 7, code: 8 };
const JAPAN_POST_COLUMNS = 17;

/** As they are compared: see {@link plainName}. */
const NAMES: Readonly<Record<Column, readonly string[]>> = {
  number: [
    'お問い合わせ番号 お問合せ番号 お問い合せ番号 お問合わせ番号 問い合わせ番号 問合せ番号 追跡番号 伝票番号 送り状番号 荷物番号',
    'trackingnumber trackingno trackingcode number',
  ],
  time: [
    '状態発生日時 状態発生日 取扱日時 処理日時 発生日時 最新年月日 日時 年月日',
    'datetime date time timestamp eventtime eventdate occurredat',
  ],
  code: ['ステータスコード 状態コード 追跡コード', 'statuscode eventcode code'],
  text: ['ステータス 配送履歴 最新状態 状態 状態名 ステータス名', 'status statustext event eventtext state'],
  office: ['取扱店名 取扱局 取扱局支店名 取扱店 取扱局名 担当店 局名', 'office officename location'],
  region: ['県名等 県名 都道府県', 'region prefecture'],
  details: ['詳細 詳細1', 'details'],
  takenBack: ['削除区分', 'deleted'],
};
const COLUMN_OF: ReadonlyMap<string, Column> = new Map(
  COLUMNS.flatMap((column) =>
    NAMES[column].flatMap((names) => names.split(' ')).map((name) => [name, column]),
  ),
);

/** What people are told to look for. */
const MEANT = {
  number: 'お問い合わせ番号 (number)',
  time: '状態発生日時 (time)',
  code: 'ステータスコード (code) or ステータス (status)',
};
const SHOWN_CHARACTERS = 200;

/** Width, case, and what stands between words aside. */
const plainName = (cell: string) =>
  cell
    .normalize('NFKC')
    .replaceAll(/[\s_・/.-]/gu, '')
    .toLowerCase();

/**
 * Told by the names in the first line, else by the form of Japan Post's own file, which the first lines show.
 *
 * @throws {ShipperFileError} naming the columns that are missing
 */
export function layoutOf(lines: readonly string[][], name: string): Layout {
  const [first = []] = lines;
  const named = namedColumns(first);
  const isNamed = named.number !== undefined || Object.keys(named).length > 1;
  if (!isNamed && lines.some(isJapanPost))
    return {
      name: 'japan-post-17',
      at: JAPAN_POST,
      // Of as many columns it is an event, however broken: to be refused by name, not passed over.
      hasHeader: first.length > 0 && first.length !== JAPAN_POST_COLUMNS,
      columns: JAPAN_POST_COLUMNS,
    };
  const missing = [
    ...(named.number === undefined ? [MEANT.number] : []),
    ...(named.time === undefined ? [MEANT.time] : []),
    ...(named.code === undefined && named.text === undefined ? [MEANT.code] : []),
  ];
  if (missing.length === 0) return { name: 'header', at: named, hasHeader: true, columns: null };
  throw new ShipperFileError(
    'FILE_COLUMNS',
    `${name}: its first line names no column for ${missing.join(', ')}, and it is not Japan Post's file of 17 columns; it begins: ${firstOf(first.join(',').replaceAll(/\s+/gu, ' '), SHOWN_CHARACTERS)}`,
  );
}

/** Of two columns for one thing the first. */
function namedColumns(header: readonly string[]): Layout['at'] {
  const found: Layout['at'] = {};
  for (const [index, cell] of header.entries()) {
    const column = COLUMN_OF.get(plainName(cell));
    if (column !== undefined) found[column] ??= index;
  }
  return found;
}

function isJapanPost(cells: readonly string[]): boolean {
  const textAt = (index: number) => (cells[index] ?? '').trim();
  return (
    cells.length === JAPAN_POST_COLUMNS &&
    isTrackingNumber(plainNumber(textAt(3))) &&
    /^\d{12}$/.test(textAt(5)) &&
    /^\w{4}$/.test(textAt(8))
  );
}
