import { lineFeeds } from '../../text.ts';

/** What a `HYPERLINK()` formula says in plain words; null where it is computed from other cells. */
export interface HyperlinkFormula {
  url: string | null;
  /** The friendly name, shown in the cell; the URL where it has none. */
  text: string | null;
}

const HYPERLINK = /^\s*=?\s*HYPERLINK\s*\(/i;
const LITERAL = /^\s*"((?:[^"]|"")*)"/;
const JOIN = /^\s*&/;
const INSIDE = /\bHYPERLINK\s*\(/i;
const LITERALS = /"[^"]*"/g;
/** Whose address only a calculation can tell. */
const COMPUTED: HyperlinkFormula = { url: null, text: null };

/** Reads `HYPERLINK("…","…")`, its quotes doubled where quoted; null for a formula without. */
export function parseHyperlinkFormula(formula: string): HyperlinkFormula | null {
  const call = HYPERLINK.exec(formula);
  if (call === null)
    return INSIDE.test(formula) && INSIDE.test(formula.replaceAll(LITERALS, '')) ? COMPUTED : null;
  const url = literal(formula.slice(call[0].length));
  if (url === null || url.rest === '') return COMPUTED;
  if (url.rest.startsWith(')')) return { url: url.text, text: url.text };
  const text = url.rest.startsWith(',') ? literal(url.rest.slice(1)) : null;
  return { url: url.text, text: text?.rest.startsWith(')') === true ? text.text : null };
}

/** A string literal, or several joined with `&`, and what stands behind it; null for anything computed. */
function literal(source: string): { text: string; rest: string } | null {
  let text = '';
  let rest = source;
  for (;;) {
    const next = LITERAL.exec(rest);
    if (next === null) return null;
    text += lineFeeds((next[1] ?? '').replaceAll('""', '"'));
    rest = rest.slice(next[0].length);
    const join = JOIN.exec(rest);
    if (join === null) return { text, rest: rest.trimStart() };
    rest = rest.slice(join[0].length);
  }
}
