import { isIP } from 'node:net';
import { commaList } from './parse.ts';
import type { Parser } from './parse.ts';

/** Guessing one takes longer than anybody lives, whatever the limit of tries. */
const SHORTEST_TOKEN = 16;

/** `name:token`, comma-separated. A name without a token, as a deployment file leaves it, is nobody's. */
export const namedTokens: Parser<{ name: string; token: string }[]> = (text) =>
  commaList(text).flatMap((each) => {
    if (/^[^:]+:$/.test(each)) return [];
    const [, name = '', token = ''] = /^([^:]{1,100}):(\S+)$/.exec(each) ?? [];
    if (name.trim() === '' || token.length < SHORTEST_TOKEN)
      throw new RangeError(`name:token, comma-separated, each token ${SHORTEST_TOKEN} characters at least`);
    return [{ name: name.trim(), token }];
  });

/** Addresses, and networks in CIDR form. */
export const addresses: Parser<string[]> = (text) => {
  const all = commaList(text);
  for (const each of all) {
    const [host = '', bits, rest] = each.split('/');
    const most = isIP(host) === 6 ? 128 : 32;
    const isNetwork = bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
    if (isIP(host) === 0 || rest !== undefined || (bits !== undefined && !isNetwork))
      throw new RangeError('addresses such as 10.0.0.5 or networks such as 10.0.0.0/24, comma-separated');
  }
  return all;
};

export const headerName: Parser<string> = (text) => {
  const name = text.trim();
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new RangeError('the name of a header');
  return name;
};
