import type { ParcelEvent } from './history.ts';
import { plainText } from './text-meaning.ts';

/** As Japan Post writes them beside an office; of a leg abroad the country stands there. */
const PREFECTURES: ReadonlySet<string> = new Set(
  `北海道 青森 岩手 宮城 秋田 山形 福島 茨城 栃木 群馬 埼玉 千葉 東京 神奈川 新潟 富山 石川 福井 山梨 長野 岐阜 静岡 愛知
  三重 滋賀 京都 大阪 兵庫 奈良 和歌山 鳥取 島根 岡山 広島 山口 徳島 香川 愛媛 高知 福岡 佐賀 長崎 熊本 大分 宮崎 鹿児島
  沖縄`.split(/\s+/u),
);

/** Yamato names no country. */
const TEXTS_FROM_ABROAD: ReadonlySet<string> = new Set(['海外荷物受付']);

/** Whether an event happened abroad: its time is local to there, and nobody says which zone that is. */
export function isAbroad({ stateText, region }: ParcelEvent): boolean {
  if (TEXTS_FROM_ABROAD.has(plainText(stateText))) return true;
  const place = plainText(region ?? '');
  return place !== '' && !PREFECTURES.has(place) && !PREFECTURES.has(place.replace(/[都府県]$/u, ''));
}
