/** What a `HYPERLINK()` formula says in plain words; null where it is computed from other cells. */
export interface HyperlinkFormula {
  url: string | null;
  /** The friendly name, shown in the cell; the URL where it has none. */
  text: string | null;
}

const HYPERLINK = /^\s*=?\s*HYPERLINK\s*\(/i;
const LITERAL = /^\s*"((?:[^"]|"")*)"/;
const JOIN = /^\s*&/;

/** Reads `HYPERLINK("…","…")`, its quotes doubled where quoted; null for any other formula. */
export function parseHyperlinkFormula(formula: string): HyperlinkFormula | null {
  const call = HYPERLINK.exec(formula);
  if (call === null) return null;
  const url = literal(formula.slice(call[0].length));
  if (url === null || url.rest === '') return { url: null, text: null };
  if (url.rest.startsWith(')')) return { url: url.text, text: url.text };
  const text = url.rest.startsWith(',') ? literal(url.rest.slice(1)) : null;
  return { url: url.text, text: text?.rest.startsWith(')') === true ? text.text : null };
}

/** A string literal, or several joined with `&`, and what stands behind it; null for anything computed. */
function literal(source: string): { text: string; rest: string } | null {
  const first = LITERAL.exec(source);
  if (first === null) return null;
  const text = (first[1] ?? '').replaceAll('""', '"');
  const rest = source.slice(first[0].length);
  const join = JOIN.exec(rest);
  if (join === null) return { text, rest: rest.trimStart() };
  const next = literal(rest.slice(join[0].length));
  return next === null ? null : { text: text + next.text, rest: next.rest };
}
