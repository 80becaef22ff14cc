import { assertNever } from '../../errors.ts';

/** What opens or ends a comment or a script; `<!-->` is a whole comment, and the end of one it stands in. */
const TOKEN = /<!--(?:-?>)?|-->|<\/?script(?=[\s/>])/gi;

/**
 * A page without its scripts. Yamato's holds all of its results a second time inside one, two thirds of the page, as
 * text to print: not to be parsed, and it would take as much time as all the rest. Scripts end where browsers end them
 * (HTML standard, 13.2.5.15 ff.), also those that print a script.
 */
export function withoutScripts(html: string): string {
  let kept = '';
  let from = 0;
  let inside: 'page' | 'comment' | 'script' | 'script comment' | 'printed script' = 'page';
  for (const match of html.matchAll(TOKEN)) {
    const token = match[0].toLowerCase();
    const endsComment = token.endsWith('>');
    switch (inside) {
      case 'page':
        if (token === '<!--') inside = 'comment';
        if (token !== '<script') break;
        kept += html.slice(from, match.index);
        inside = 'script';
        break;
      case 'comment':
        if (endsComment) inside = 'page';
        break;
      case 'script':
      case 'script comment':
        if (token === '<!--') inside = 'script comment';
        else if (endsComment) inside = 'script';
        else if (token === '<script' && inside === 'script comment') inside = 'printed script';
        else if (token === '</script') {
          inside = 'page';
          const end = html.indexOf('>', match.index);
          from = end === -1 ? html.length : end + 1;
        }
        break;
      case 'printed script':
        if (endsComment) inside = 'script';
        if (token === '</script') inside = 'script comment';
        break;
      default:
        assertNever(inside);
    }
  }
  return inside === 'page' || inside === 'comment' ? kept + html.slice(from) : kept;
}
