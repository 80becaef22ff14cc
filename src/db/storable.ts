/**
 * A text of others as Postgres takes it: it refuses the character NUL, and a whole workbook with it. Half a surrogate
 * pair would come back as U+FFFD anyway.
 */
export function storable(text: string): string {
  return text.replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD');
}
