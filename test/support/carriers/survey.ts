import type { CarrierName, TrackingStatus } from '../../../src/carriers/status.ts';

/** Domain section 4's table, written out once more: texts by carrier, status and sub-status. */
const SURVEY: [CarrierName, TrackingStatus, string | null, string][] = [
  ['yamato', 'info_received', null, '出荷指示'],
  [
    'yamato',
    'in_transit',
    null,
    '荷物受付 荷受け 発送済み 輸送中 作業店通過 中継店通過 配達店到着 配送店到着 航空搭載 陸・海上切替え 海外荷物受付 海外発送',
  ],
  ['yamato', 'in_transit', 'date-agreed', '配達予定 投函予定 依頼受付（再配達） 依頼受付（日・時間帯変更）'],
  ['yamato', 'out_for_delivery', null, '配達中'],
  ['yamato', 'attempt_failed', null, '持戻'],
  ['yamato', 'available_for_pickup', null, '保管中'],
  [
    'yamato',
    'available_for_pickup',
    'receivers-wish',
    '依頼受付（保管） 配達日・時間帯指定（保管中） ご来店予定（保管中）',
  ],
  ['yamato', 'delivered', null, '配達完了 お客様引渡完了 投函完了'],
  ['yamato', 'returned', null, '返品 転送・返送 返品完了'],
  ['yamato', 'exception', null, '調査中 受取拒否 受取辞退 長期不在'],
  ['yamato', 'unknown', 'not-registered', '伝票番号未登録'],
  ['yamato', 'unknown', 'wrong-number', '伝票番号誤り'],
  ['japan_post', 'in_transit', null, '引受 到着 通過 中継 発送 転送 国際交換局に到着 国際交換局から発送'],
  ['japan_post', 'in_transit', 'customs', '通関手続中 税関検査のため税関へ提示'],
  ['japan_post', 'in_transit', 'date-agreed', '配達希望受付'],
  ['japan_post', 'out_for_delivery', null, '持ち出し中 配達局から出発'],
  ['japan_post', 'attempt_failed', null, 'ご不在のため持ち戻り'],
  ['japan_post', 'available_for_pickup', null, '保管'],
  [
    'japan_post',
    'delivered',
    null,
    'お届け先にお届け済み お届け済み 窓口でお渡し 受取済 コンビニエンスストアに引渡',
  ],
  ['japan_post', 'returned', null, '返送 差出人に返送 差出人に返送済み 配達完了返還完了'],
  ['sagawa', 'exception', null, '営業所へお問い合わせ下さい'],
];
/** The carriers' texts that a public survey found, each with what it means. */
export const SURVEYED_TEXTS = SURVEY.flatMap(([carrier, status, subStatus, texts]) =>
  texts.split(' ').map((text) => ({ carrier, status, subStatus, text })),
);
