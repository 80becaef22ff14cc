import { Dice } from '../dice.ts';
import type { Parcel, ParcelHints, Place } from './parcel.ts';
import { travel } from './parcel.ts';

const OUT = ['荷物受付', '発送済み', '輸送中', '作業店通過', '配達中'] as const;

const DELIVERED = [...OUT, '配達完了'];
const MOVING = ['荷物受付', '発送済み', '輸送中'];
const RETURNED = [...OUT, '持戻', '保管中', '返品'];
/** A state that no table of ours knows. */
const UNHEARD_OF = ['荷物受付', '発送済み', '特別取扱中'];

/** About half of all parcels are delivered; each other state is seen among twenty numbers or so. */
const JOURNEYS: readonly [string[], ...string[][]] = [
  DELIVERED,
  DELIVERED,
  DELIVERED,
  DELIVERED,
  DELIVERED,
  [...OUT, '配達完了（宅配ボックス）'],
  [...OUT, '配達完了（宅配ボックス）'],
  [...OUT],
  [...OUT, '持戻'],
  [...OUT, '持戻（休業）'],
  [...OUT, '持戻', '保管中'],
  ['荷物受付', '発送済み', '調査中'],
  RETURNED,
  ['出荷指示'],
  ['荷物受付'],
  ['荷物受付', '発送済み'],
  MOVING,
  ['荷物受付', '発送済み', '作業店通過'],
];

const OFFICES: readonly [Place, ...Place[]] = [
  { office: '羽田クロノゲートベース', prefecture: '東京都' },
  { office: '厚木ゲートウェイベース', prefecture: '神奈川県' },
  { office: '中部ゲートウェイベース', prefecture: '愛知県' },
  { office: '関西ゲートウェイベース', prefecture: '大阪府' },
  { office: '新宿住吉町営業所', prefecture: '東京都' },
  { office: '札幌白石営業所', prefecture: '北海道' },
  { office: '福岡博多営業所', prefecture: '福岡県' },
  { office: '松原営業所（松原）', prefecture: '大阪府' },
  { office: '仙台青葉営業所', prefecture: '宮城県' },
];

export const YAMATO_UNREGISTERED = '伝票番号未登録';
export const YAMATO_WRONG_NUMBER = '伝票番号誤り';

function journeyOf(number: string, hints: ParcelHints): readonly string[] {
  if (hints.includes('state-delivered')) return DELIVERED;
  if (hints.includes('state-moving')) return MOVING;
  if (hints.includes('state-returned')) return RETURNED;
  if (hints.includes('state-unknown')) return UNHEARD_OF;
  return new Dice(`yamato ${number}`).pick(JOURNEYS);
}

/** What Yamato knows of a number, its dates counted back from the day that began at `dayStartMs`. */
export function yamatoParcel(number: string, hints: ParcelHints, dayStartMs: number): Parcel {
  if (hints.includes('wrong-length')) return { number, events: [], title: YAMATO_WRONG_NUMBER };
  if (hints.includes('not-found')) return { number, events: [], title: YAMATO_UNREGISTERED };
  const states = journeyOf(number, hints);
  const events = travel(number, { states, places: OFFICES, details: {} }, dayStartMs);
  return { number, events, title: states.at(-1) ?? YAMATO_UNREGISTERED };
}
