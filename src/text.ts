/** The first characters of a text, none of them cut in half. */
export const firstOf = (text: string, characters: number): string => [...text].slice(0, characters).join('');

/** How long something takes, for people: `80 s`, `12 min`, `3.1 h`. */
export function durationText(durationMs: number): string {
  const seconds = Math.round(durationMs / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

/**
 * With `\n` for every line break. Excel stores CR LF in a cell, other editors make LF of it with their next save: told
 * apart, a row and a result of ours would be strangers afterwards.
 */
export function lineFeeds(text: string): string {
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
}

/**
 * A text of others as Postgres takes it: it refuses the character NUL, and a whole workbook with it. Half a surrogate
 * pair would come back as U+FFFD anyway.
 */
export function storable(text: string): string {
  return text.replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD');
}
