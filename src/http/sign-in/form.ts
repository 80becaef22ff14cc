import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

const STYLE = `body{font:16px/1.5 system-ui,"Hiragino Sans","Noto Sans JP","Noto Sans SC",sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;background:#f6f7f9;color:#1b1f24}
main{width:min(22rem,calc(100vw - 3rem));background:#fff;border:1px solid #d6dae0;border-radius:8px;padding:1.75rem}
h1{font-size:1.15rem;margin:0 0 .25rem}p{margin:.25rem 0 1rem}label{display:block;font-weight:600;margin-bottom:.25rem}
input,button{font:inherit;box-sizing:border-box;width:100%;padding:.5rem .65rem;border-radius:6px;border:1px solid #7a828e}
button{margin-top:1rem;border-color:#0b5cad;background:#0b5cad;color:#fff;font-weight:600;cursor:pointer}
:focus-visible{outline:3px solid #4c9be8;outline-offset:2px}[role=alert]{color:#a4161a;font-weight:600}
@media(prefers-color-scheme:dark){body{background:#14171b;color:#e7eaee}main{background:#1d2127;border-color:#3a414b}input{background:#14171b;color:inherit}[role=alert]{color:#ff9a9a}}`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Texts {
  title: string;
  told: string;
  token: string;
  enter: string;
  wrong: string;
  wait: string;
}

const TEXTS: Readonly<Record<'en' | 'ja' | 'zh', Texts>> = {
  en: {
    title: 'Sign in to Tsuiseki',
    told: 'With the token that whoever runs this server gave you.',
    token: 'Token',
    enter: 'Sign in',
    wrong: 'That is no token of anybody here.',
    wait: 'Too many wrong tokens from this address. Wait a minute.',
  },
  ja: {
    title: 'Tsuiseki にサインイン',
    told: 'サーバーの管理者から受け取ったトークンを入力してください。',
    token: 'トークン',
    enter: 'サインイン',
    wrong: 'トークンが正しくありません。',
    wait: 'このアドレスからの誤ったトークンが多すぎます。1分待ってください。',
  },
  zh: {
    title: '登录 Tsuiseki',
    told: '请输入服务器管理员给您的令牌。',
    token: '令牌',
    enter: '登录',
    wrong: '令牌不正确。',
    wait: '此地址输入错误令牌的次数过多,请等待一分钟。',
  },
};

/** Whether a person's browser asks, and not a program. */
export const isBrowser = ({ headers }: FastifyRequest): boolean =>
  headers.accept?.includes('text/html') === true;

/** The page on which people sign in, without any script; its language is the browser's. */
export function sendForm(
  request: FastifyRequest,
  reply: FastifyReply,
  status: 401 | 429,
  problem: 'wrong' | 'wait' | null = null,
): FastifyReply {
  const language = languageOf(request.headers['accept-language'] ?? '');
  const { title, told, token, enter, ...problems } = TEXTS[language];
  const alert = problem === null ? '' : `<p role="alert">${problems[problem]}</p>`;
  // Sent to the page's own address a link such as /#/batch/x is kept: browsers pass its last part on.
  const action = request.url === '/' ? '' : ' action="/sign-in"';
  const html = `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title><style>${STYLE}</style><main><h1>${title}</h1><p>${told}</p>${alert}
<form method="post"${action}><label for="token">${token}</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>${enter}</button></form></main></html>`;
  return reply
    .code(status)
    .header('content-security-policy', POLICY)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .type('text/html; charset=utf-8')
    .send(html);
}

/** The first of a browser's languages that there is a text in. */
export function languageOf(accepted: string): keyof typeof TEXTS {
  const wanted = accepted.split(',').map((each) => each.trim().slice(0, 2).toLowerCase());
  return (wanted.find((each) => each in TEXTS) as keyof typeof TEXTS | undefined) ?? 'en';
}
