/** Excel takes a file for UTF-8 by it; without, Japanese texts are garbled. */
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * What Excel and its like take for the beginning of a formula, whoever wrote it, full-width forms among them, and what
 * hides one (https://owasp.org/www-community/attacks/CSV_Injection).
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/;

/** RFC 4180 for people's spreadsheets: a text that would be run as a formula has a `'` in front. */
export function csvOf(columns: readonly string[], records: readonly object[]): string {
  const lines = [
    columns,
    ...records.map((record) => columns.map((column) => cellOf(Reflect.get(record, column)))),
  ];
  return `${BYTE_ORDER_MARK}${lines.map((line) => `${line.join(',')}\r\n`).join('')}`;
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = Array.isArray(value)
    ? value.join('; ')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return harmless !== text || /[",;\t\r\n]/.test(text) ? `"${harmless.replaceAll('"', '""')}"` : text;
}
