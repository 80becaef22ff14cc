import { expectedText } from '../sandbox/index.ts';
import type { AnsweredTask } from '../sandbox/index.ts';
import { readWorkbook } from '../workbook/read-workbook.ts';

/**
 * The rows whose column C is not what the sandbox's answer leads to. `day`: of scraping. Rows as `rows --json` gives
 * them.
 */
export async function wrongRows(
  path: string,
  task: AnsweredTask,
  rows: readonly Record<string, unknown>[],
  day: Date,
): Promise<number[]> {
  const { rows: sheet } = await readWorkbook(path, {
    columns: { input: 'A', email: 'B', result: 'C', status: null },
  });
  const written = new Map(sheet.map((row) => [row.row, row.result]));
  const wrong = rows.filter(({ row, url, trackingNumber }) => {
    const number = typeof trackingNumber === 'string' ? trackingNumber : null;
    return written.get(Number(row)) !== expectedText(task, String(url), number, { day });
  });
  return wrong.map(({ row }) => Number(row));
}
