import type { Codes } from './codes.ts';

export const jaCodes: Codes = {
  batchState: {
    running: '実行中',
    paused: '一時停止中',
    completed: '完了',
    cancelled: '中止',
    failed: '失敗',
  },
  rowState: {
    pending: '待機中',
    published: '照会中',
    redirected: '再照会中',
    completed: '完了',
    failed: '失敗',
    invalid: '入力不備',
  },
  status: {
    info_received: '出荷情報あり',
    in_transit: '輸送中',
    out_for_delivery: '配達中',
    attempt_failed: '不在・持戻り',
    available_for_pickup: '保管中',
    delivered: '配達完了',
    exception: '要確認',
    returned: '返送',
    expired: '30日間更新なし',
    unknown: '不明',
  },
  reason: {
    'empty-cell': ['入力セルが空です', 'ブックに番号を入力して保存してください。'],
    'lost-digits': [
      '番号の末尾の桁が失われています',
      'セルを文字列形式にして番号を入力し直し、保存してください。',
    ],
    'no-number': ['追跡番号ではありません', 'ブックの番号を訂正して保存してください。'],
    'no-order': ['注文番号ではありません', 'ブックの注文番号を訂正して保存してください。'],
    'no-email': ['注文番号の横にメールアドレスがありません', 'メールアドレスを入力して保存してください。'],
    'no-address': [
      '照会先のURLがありません',
      'リンク、または注文番号とメールアドレスを入力して保存してください。',
    ],
    cancelled: ['2回目のジョブを送る前に中止されました', 'まだ必要な行であれば、再実行してください。'],
    'publish-refused': [
      'Web Scraper Cloud がジョブを拒否しました',
      '下のエラーを確認し、原因を取り除いてから再実行してください。',
    ],
    'perhaps-published': [
      'ジョブが受け付けられたか確認できません',
      'Web Scraper Cloud で確認してください。再実行するとページクレジットが二重にかかることがあります。',
    ],
    'api-away': ['Web Scraper Cloud が応答しませんでした', '応答が戻ってから再実行してください。'],
    'job-stopped': [
      'ジョブがデータなしで終わりました',
      'Web Scraper Cloud で失敗したか、誰かが停止しました。再実行できます。',
    ],
    'job-gone': ['ジョブが見つかりません', 'Web Scraper Cloud に残っていません。再実行してください。'],
    'no-answer': [
      '期限内に結果が届きませんでした',
      '再実行してください。続く場合は Webhook を確認してください。',
    ],
    'empty-page': [
      'ページにデータがありませんでした',
      'リンクを開いて確認してください。表示されるならサイトマップを見直して再実行します。',
    ],
    'page-failed': [
      'ページを読み込めませんでした',
      'ショップまたは配送会社の障害かもしれません。後で再実行してください。',
    ],
    'no-fields': [
      '必要な項目がデータにありません',
      'サイトが変わった可能性があります。サイトマップを確認して再実行してください。',
    ],
    'other-sitemap': [
      '別のサイトマップで実行されました',
      'SITEMAP_IDS と Web Scraper Cloud を照合してから再実行してください。',
    ],
    unreadable: [
      '結果を読み取れませんでした',
      '下のエラーを確認して再実行してください。続く場合はご報告ください。',
    ],
    'carrier-away': ['配送会社のページが応答しませんでした', '後で再実行してください。'],
    'carrier-other-page': [
      '配送会社が別のページを返しました',
      '画像認証またはメンテナンスです。1時間ほど待って再実行してください。',
    ],
    'given-up': ['担当者が打ち切りました', '必要であれば再実行してください。'],
    'went-by-japan-post': [
      '日本郵便に引き継がれ、その照会に失敗しました',
      '行を開いて原因を確認し、再実行してください。',
    ],
    other: ['その他の理由', '下のエラーを確認して再実行してください。'],
  },
  left: {
    'under-way': '照会中のため',
    invalid: '入力不備のため（ブックで訂正してください）',
    completed: '完了しているため',
    ended: '終了しているため',
    'not-in-batch': 'このバッチにないため',
  },
  done: {
    pause: '一時停止',
    resume: '再開',
    cancel: '中止',
    retry: '再実行',
    'give-up': '打ち切り',
    write: 'ブックへ書き込み',
    ask: '結果の問い合わせ',
  },
  story: {
    imported: '読み込み',
    published: '照会依頼',
    notified: '通知受信',
    asked: '問い合わせ',
    downloaded: 'ダウンロード',
    result: '結果',
    redirected: '引き継ぎ',
    failed: '失敗',
    action: '担当者の操作',
    written: '書き込み',
  },
};
