import type { TrackingStatus } from '../status.ts';
import type { End, TextEntry } from '../status-texts.ts';
import { DATE_AGREED, RECEIVERS_WISH } from '../status-texts.ts';

/** A code of Japan Post's tracking file: two digits of what happened, two of how. */
interface TrackingCode {
  text: string;
  status: TrackingStatus;
  subStatus: string | null;
  end: End | null;
}

/** `code text`, a line each; behind the first space of a text stands its reason, which is the sub-status. */
const listed = (status: TrackingStatus, lines: string, subStatus?: string | null): [string, TrackingCode][] =>
  lines
    .trim()
    .split('\n')
    .map((line) => {
      const [code = '', ...words] = line.trim().split(' ');
      const reason = words.slice(1).join(' ') || null;
      const end = status === 'delivered' ? 'reached' : null;
      return [
        code,
        { text: words.join(' '), status, subStatus: subStatus === undefined ? reason : subStatus, end },
      ];
    });

/**
 * What shippers are told of their parcels: 追跡情報提供サービス V6, appendix 9, as programs that read its files have it, and
 * for 10xx, 13xx and 65xx 配達ステータスコード一覧 (ゆうプリR, 入出力インターフェース仕様書, 2025-08-07, chapter 10). A return
 * is over with 5234: the file tells it, so no other one ends by itself.
 */
const CODES: ReadonlyMap<string, TrackingCode> = new Map([
  ...listed('info_received', '1001 引受予定\n1002 引受予定\n100A 引受予定\n100B 引受予定\n100H 引受予定'),
  ...listed(
    'in_transit',
    `1101 引受
     1102 引受 大口
     1106 委託引受
     1107 再差出
     110E 引受確定（予約運用）
     110F 引受確定（確定運用）
     110G 予約運用（書留受領証）
     1210 局内受取
     1213 委託引渡
     1214 通過
     1215 無集配送付
     1319 発送
     1323 発送
     1325 発送
     3000 到着`,
    null,
  ),
  // Both wait there for the receiver; of a shop the page says コンビニエンスストアに引渡, and no more.
  ...listed('available_for_pickup', '1216 コンビニ引渡\n1217 はこぽす等入庫'),
  ...listed(
    'in_transit',
    `1483 車船輸送 品名未記載
     1484 車船輸送 具体的品名なし
     1485 車船輸送 品名から危険物と判断
     1486 車船輸送 外装から危険物と判断
     1487 車船輸送 外装に危険物表示あり
     1488 車船輸送 Ｘ線検査で発見
     6151 転送 受取場所変更
     6152 転送 転居
     6153 転送 あて名変更
     6154 転送 嘱託回送
     6155 転送 海外転送
     6179 転送 その他
     6473 配達予定 休業日
     6474 配達予定 災害
     6475 配達予定 業務都合
     6479 配達予定 その他`,
  ),
  ...listed('out_for_delivery', '5001 持出\n5002 持出 大口', null),
  ...listed('attempt_failed', '5130 不在 持ち戻り', null),
  ...listed('attempt_failed', '5131 不在 代人配達\n5132 不在 指定場所'),
  // At the office next to the receiver, which delivers nothing itself.
  ...listed('available_for_pickup', '5133 不在 ムツ', null),
  ...listed(
    'delivered',
    `5201 配達完了
     5231 配達完了 代人配達
     5232 配達完了 指定場所
     5235 配達完了 委託先
     5236 配達完了 受取
     5337 窓口交付
     5338 局内交付`,
  ),
  ['5234', { text: '配達完了 返還完了', status: 'returned', subStatus: null, end: 'reached' }],
  ...listed(
    'available_for_pickup',
    `6048 不在留置
     6049 保管 私書箱
     6050 保管 局留
     6077 保管 指示待ち
     6081 保管 棚入
     6082 保管 棚出
     6099 保管 その他`,
  ),
  ...listed(
    'returned',
    `6244 返還 汚損・き損
     6256 返還 期間経過
     6257 返還 転送期間経過
     6258 返還 たずねあたらず
     6259 返還 あて名不完全
     6260 返還 棟室番号無
     6261 返還 受取拒絶
     6262 返還 取り戻し
     6263 返還 転送不要
     6264 返還 転居先不明
     6265 返還 返還不要
     6266 返還 返還不能
     6276 返還 長期不在
     6279 返還 その他`,
  ),
  ...listed('in_transit', '6367 配達希望\n6378 初回配達希望', DATE_AGREED),
  ...listed('in_transit', '6368 転送希望\n6379 初回転送希望\n6370 取り戻し希望\n6371 返還取り消し'),
  ...listed('available_for_pickup', '6369 保管期間延長\n6372 留置希望\n6380 初回留置希望', RECEIVERS_WISH),
  ...['6544', '6556', '6558', '6559', '6560', '6561', '6564', '6576', '6579', '6580'].flatMap((code) =>
    listed('exception', `${code} 調査中`),
  ),
  ...listed(
    'exception',
    `9039 誤送（その他の理由）
     9040 誤転送
     9041 誤返還
     9042 誤配
     9043 郵便番号誤打鍵
     9044 汚損・き損
     9045 破損補修
     9046 誤送（仕分番号違い）
     9047 問い合わせ
     9079 その他`,
  ),
]);

/** The text that a code stands for; null: nobody knows the code. */
export const textOfCode = (code: string): string | null => CODES.get(code)?.text ?? null;

const plain = (text: string) => text.replaceAll(' ', '');

/** The codes' texts, for the dictionary of all. */
export const CODE_TEXTS: readonly TextEntry[] = [...CODES.values()].map(({ text, ...meaning }) => ({
  carrier: 'japan_post',
  ...meaning,
  texts: [plain(text)],
}));

/** What the page for receivers calls the same: told by both, it is one event. Without white space. */
export const PAGE_WORDS: ReadonlyMap<string, string> = new Map([
  ['持出', '持ち出し中'],
  ['持出大口', '持ち出し中'],
  ['不在持ち戻り', 'ご不在のため持ち戻り'],
  ['不在留置', '保管'],
  ['配達完了', 'お届け先にお届け済み'],
  ['窓口交付', '窓口でお渡し'],
  ['配達完了返還完了', '差出人に返送済み'],
]);
