import { Dice } from '../dice.ts';
import type { Parcel, ParcelHints, Place } from './parcel.ts';
import { travel } from './parcel.ts';

const DELIVERED = ['引受', '通過', '到着', '持ち出し中', 'お届け先にお届け済み'];
const MOVING = ['引受', '通過'];
const RETURNED = ['引受', '到着', 'ご不在のため持ち戻り', '保管', '返送', '差出人に返送済み'];
/** A state that no table of ours knows. */
const UNHEARD_OF = ['引受', '到着', '特別取扱'];

const JOURNEYS: readonly [string[], ...string[][]] = [
  DELIVERED,
  DELIVERED,
  DELIVERED,
  DELIVERED,
  ['引受', '到着', '持ち出し中', '投函完了'],
  ['引受', '到着', '持ち出し中', '投函完了'],
  ['引受', '到着', 'ご不在のため持ち戻り', '保管', 'お客様引渡完了'],
  ['引受', '到着', 'ご不在のため持ち戻り', '保管'],
  ['引受', '到着', 'ご不在のため持ち戻り'],
  ['引受', '発送', '到着', '持ち出し中'],
  ['引受', '発送', '到着'],
  ['引受', '転送'],
  ['引受', '到着', '返送'],
  RETURNED,
  MOVING,
  ['引受'],
];

const POST_OFFICES: readonly [Place, ...Place[]] = [
  { office: '新宿郵便局', prefecture: '東京都' },
  { office: '東京北部郵便局', prefecture: '東京都' },
  { office: '新大阪郵便局', prefecture: '大阪府' },
  { office: '神戸中央郵便局', prefecture: '兵庫県' },
  { office: '名古屋西郵便局', prefecture: '愛知県' },
  { office: '札幌中央郵便局', prefecture: '北海道' },
  { office: '福岡中央郵便局', prefecture: '福岡県' },
  { office: '那覇中央郵便局', prefecture: '沖縄県' },
];

const DETAILS: Readonly<Record<string, string>> = {
  返送: 'あて所に尋ねあたらず',
  転送: '転居先へ転送',
  保管: '保管期間：お届け日の翌日から7日間',
};

export const JAPAN_POST_NOT_FOUND =
  '＊＊ お問い合わせ番号が見つかりません。お問い合わせ番号をご確認の上、引受局にお問い合わせください。 ＊＊';
export const JAPAN_POST_WRONG_LENGTH =
  '＊＊ お問い合わせ番号の入力桁数に誤りがあります。お問い合わせ番号をご確認ください。 ＊＊';

function journeyOf(key: string, hints: ParcelHints): readonly string[] {
  if (hints.includes('state-delivered')) return DELIVERED;
  if (hints.includes('state-moving')) return MOVING;
  if (hints.includes('state-returned')) return RETURNED;
  if (hints.includes('state-unknown')) return UNHEARD_OF;
  return new Dice(`japan post ${key}`).pick(JOURNEYS);
}

/** What Japan Post knows of a number, its dates counted back from the day that began at `dayStartMs`. */
export function japanPostParcel(number: string, hints: ParcelHints, dayStartMs: number): Parcel {
  if (hints.includes('wrong-length')) return { number, events: [], title: JAPAN_POST_WRONG_LENGTH };
  if (hints.includes('not-found')) return { number, events: [], title: JAPAN_POST_NOT_FOUND };
  const states = journeyOf(number, hints);
  const events = travel(number, { states, places: POST_OFFICES, details: DETAILS }, dayStartMs);
  return { number, events, title: states.at(-1) ?? JAPAN_POST_NOT_FOUND };
}

/** Of the numbers asked ten at a time, about one in twelve is unknown, and one with other than 12 digits wrong. */
export function tenInOneParcel(number: string, hints: ParcelHints, dayStartMs: number): Parcel {
  if (number.length !== 12) return japanPostParcel(number, ['wrong-length'], dayStartMs);
  const unknown = hints.length === 0 && new Dice(`ten ${number}`).below(12) === 0;
  return japanPostParcel(number, unknown ? ['not-found'] : hints, dayStartMs);
}
