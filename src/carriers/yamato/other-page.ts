import { load } from 'cheerio';
import { textOf } from './elements.ts';
import type { YamatoErrorCode } from './yamato-error.ts';

const CAPTCHA_PARTS =
  '.g-recaptcha, .h-captcha, .cf-turnstile, [name*="captcha" i], [src*="captcha" i], [id*="captcha" i]';
const CAPTCHA_WORDS = /captcha|ロボットではな|画像認証|verify (?:that )?you are human|unusual traffic/iu;
const MAINTENANCE_WORDS =
  /メンテナンス|サービス[^。]{0,10}(?:停止|休止)|アクセスが集中|混み合って|under maintenance/iu;

/** What stands in the place of the results; null when it is none of those known. */
export function otherPage(html: string): { code: YamatoErrorCode; message: string } | null {
  const $ = load(html);
  const hasCaptcha = $(CAPTCHA_PARTS).length > 0;
  $('script, style').remove();
  const words = `${textOf($('title'))} ${textOf($('body'))}`;
  if (hasCaptcha || CAPTCHA_WORDS.test(words)) {
    return {
      code: 'YAMATO_CAPTCHA',
      message: "Yamato's page asks for a captcha instead of answering: ask later, and with longer pauses",
    };
  }
  // A notice of maintenance to come may stand on the page itself, above its form.
  const isForm = $('input[name="number01"]').length > 0;
  if (isForm || !MAINTENANCE_WORDS.test(words)) return null;
  return {
    code: 'YAMATO_MAINTENANCE',
    message: "Yamato's page is closed, for maintenance or because too many ask: ask later",
  };
}
