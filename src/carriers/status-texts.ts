import type { CarrierName, TrackingStatus } from './status.ts';

/** `reached`: the parcel moves no more; `when still`: so it is once nothing has moved for 14 days. */
export type End = 'reached' | 'when still';

export interface TextEntry {
  carrier: CarrierName;
  status: TrackingStatus;
  subStatus: string | null;
  end: End | null;
  /** Without white space, as they are compared. */
  texts: readonly string[];
}

/** Sub-statuses that no bracket of a text tells. */
export const NOT_REGISTERED = 'not-registered';
export const WRONG_NUMBER = 'wrong-number';
const CUSTOMS = 'customs';
export const DATE_AGREED = 'date-agreed';
export const RECEIVERS_WISH = 'receivers-wish';

type Rest = Partial<Pick<TextEntry, 'subStatus' | 'end'>>;

const texts =
  (carrier: CarrierName) =>
  (
    status: TrackingStatus,
    ofIt: readonly string[],
    { subStatus = null, end = null }: Rest = {},
  ): TextEntry => ({
    carrier,
    status,
    subStatus,
    end: status === 'delivered' ? 'reached' : end,
    texts: ofIt,
  });

const yamato = texts('yamato');
const japanPost = texts('japan_post');
const sagawa = texts('sagawa');

/** The carriers' texts (domain section 4). No text means one thing with one carrier and another with another. */
export const STATUS_TEXTS: readonly TextEntry[] = [
  yamato('info_received', ['出荷指示']),
  yamato('in_transit', ['荷物受付', '荷受け', '発送済み', '輸送中', '作業店通過', '中継店通過']),
  yamato('in_transit', [
    '配達店到着',
    '配送店到着',
    '航空搭載',
    '陸・海上切替え',
    '海外荷物受付',
    '海外発送',
  ]),
  yamato('in_transit', ['配達予定', '投函予定', '依頼受付（再配達）', '依頼受付（日・時間帯変更）'], {
    subStatus: DATE_AGREED,
  }),
  yamato('out_for_delivery', ['配達中']),
  yamato('attempt_failed', ['持戻']),
  yamato('available_for_pickup', ['保管中']),
  yamato(
    'available_for_pickup',
    ['依頼受付（保管）', '配達日・時間帯指定（保管中）', 'ご来店予定（保管中）'],
    { subStatus: RECEIVERS_WISH },
  ),
  yamato('delivered', ['配達完了', 'お客様引渡完了', '投函完了']),
  yamato('returned', ['返品'], { end: 'when still' }),
  yamato('returned', ['転送・返送']),
  yamato('returned', ['返品完了'], { end: 'reached' }),
  yamato('exception', ['調査中', '受取拒否', '受取辞退', '長期不在']),
  yamato('unknown', ['伝票番号未登録'], { subStatus: NOT_REGISTERED }),
  yamato('unknown', ['伝票番号誤り'], { subStatus: WRONG_NUMBER }),

  japanPost('in_transit', ['引受', '到着', '通過', '中継', '発送', '転送']),
  japanPost('in_transit', ['国際交換局に到着', '国際交換局から発送']),
  japanPost('in_transit', ['通関手続中', '税関検査のため税関へ提示'], { subStatus: CUSTOMS }),
  japanPost('in_transit', ['配達希望受付'], { subStatus: DATE_AGREED }),
  japanPost('out_for_delivery', ['持ち出し中', '配達局から出発']),
  japanPost('attempt_failed', ['ご不在のため持ち戻り']),
  japanPost('available_for_pickup', ['保管']),
  japanPost('delivered', ['お届け先にお届け済み', 'お届け済み', '窓口でお渡し', '受取済']),
  japanPost('delivered', ['コンビニエンスストアに引渡']),
  japanPost('returned', ['返送'], { end: 'when still' }),
  japanPost('returned', ['差出人に返送']),
  // The second is code 5234: delivered, to the sender.
  japanPost('returned', ['差出人に返送済み', '配達完了返還完了'], { end: 'reached' }),

  sagawa('exception', ['営業所へお問い合わせ下さい']),
];

/** Labels of buttons that stand where states do, and are none. */
export const LABELS: ReadonlySet<string> = new Set(['お届け完了通知を依頼']);

/** A number is used again for a new parcel with one of these, or with any `info_received`. */
export const FIRST_TEXTS: ReadonlySet<string> = new Set(['荷物受付', '引受', '引受大口', '委託引受']);

/** A parcel that was sent back goes to its receiver after all. */
export const RETURN_TAKEN_BACK = '返還取り消し';
