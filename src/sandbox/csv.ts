const BOM = '\uFEFF';

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180 with CRLF, and a byte order mark in front, as the vendor's downloads have it. */
export function toCsv(
  columns: readonly string[],
  records: readonly Readonly<Record<string, string>>[],
): string {
  const lines = [columns.map(quoted).join(',')];
  for (const record of records) lines.push(columns.map((column) => quoted(record[column] ?? '')).join(','));
  return `${BOM}${lines.join('\r\n')}\r\n`;
}
