import { load } from 'cheerio';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { withoutScripts } from '../../../src/carriers/yamato/scripts.ts';

const PIECES = [
  '<script>',
  '<script src="a">',
  '<SCRIPT\n>',
  '</script>',
  '</script >',
  '<scripted>',
  '</scripts>',
  '<!--',
  '-->',
  '<!-->',
  '<!--->',
  '<div>',
  '</div>',
  'text',
  "w('<b>')",
];

/** What stands in a page's body besides scripts, by the parser. */
function bodyOf(html: string): string {
  const $ = load(html);
  $('script').remove();
  return $('body').html() ?? '';
}

it('leaves out just what a browser takes for scripts', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }), (pieces) => {
      const html = `<html><body>${pieces.join('')}`;
      expect(bodyOf(withoutScripts(html))).toBe(bodyOf(html));
      expect(load(withoutScripts(html))('script')).toHaveLength(0);
    }),
    { numRuns: 2_000 },
  );
});
