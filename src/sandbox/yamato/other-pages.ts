import { document } from './html.ts';

export const CAPTCHA_PAGE = document(
  'アクセスの確認',
  '<h1>ロボットではないことを確認してください</h1>\n<form><div class="g-recaptcha" data-sitekey="sandbox"></div></form>',
);

export const MAINTENANCE_PAGE = document(
  'システムメンテナンスのお知らせ | ヤマト運輸',
  '<h1>ただいまシステムメンテナンス中です</h1>\n<p>ご迷惑をおかけいたしますが、しばらくたってからお試しください。</p>',
);
