import { toHalfWidth } from '../carriers/tracking-number.ts';

/** Longer URLs are refused by browsers and servers of the time (Internet Explorer's limit, still the common one). */
export const MAX_URL_LENGTH = 2083;

const WEB_ADDRESS = /^https?:\/\//i;
const ORDER_NUMBER = /^(?=.*\d)[A-Za-z\d][A-Za-z\d._/#-]{3,39}$/;
const EMAIL = /^[\p{L}\p{N}!#$%&'*+./=?^_`{|}~-]+@[\p{L}\p{N}.-]+$/u;
/** encodeURIComponent's escapes of characters that a path segment may hold as they are (RFC 3986, pchar). */
const NEEDLESS_ESCAPES = /%(?:24|26|2B|2C|3A|3B|3D|40)/g;

/** Whether a text claims to be a web address; whether it is a good one, `urlProblem` says. */
export function isWebAddress(text: string): boolean {
  return WEB_ADDRESS.test(text);
}

/** Why a web address cannot be looked up; null when it can. The text never repeats the address: it may be personal. */
export function urlProblem(url: string): string | null {
  if (url.length > MAX_URL_LENGTH) return `the URL is longer than ${MAX_URL_LENGTH} characters`;
  if (/\s/u.test(url)) return 'the URL has a space or line break in it';
  if (!URL.canParse(url)) return 'the URL is malformed';
  const { username, password } = new URL(url);
  return username === '' && password === '' ? null : 'the URL holds a user name or password';
}

/** An order number as a shop gives it: 4–40 letters, digits and `.`, `_`, `/`, `#`, `-`, a digit among
 * them. Null when it is none. */
export function orderNumberIn(text: string): string | null {
  const order = toHalfWidth(text).trim();
  return ORDER_NUMBER.test(order) ? order : null;
}

/** An e-mail address, white space around it and full-width letters set right. Null when the text is none. */
export function emailIn(text: string): string | null {
  const email = toHalfWidth(text).trim();
  return EMAIL.test(email) ? email : null;
}

/** The page of an order (domain section 2, "URL of a row"). */
export function orderUrl(orderNumber: string, email: string): string {
  return `https://store.apple.com/go/jp/vieworder/${pathSegment(orderNumber)}/${pathSegment(email)}`;
}

function pathSegment(text: string): string {
  return encodeURIComponent(text).replaceAll(NEEDLESS_ESCAPES, (escape) => decodeURIComponent(escape));
}
