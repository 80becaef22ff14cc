import { csvOf } from '../csv.ts';
import type { Report } from './report.ts';
import { reportSheets } from './report-sheets.ts';

/** Of no task, of no carrier that is known. `-` would be taken for the beginning of a formula. */
const NOBODY = '(none)';

/** The report as one table, a line a figure: its sheet, what it is of, its name and its value. */
export function reportCsv(report: Report): string {
  const lines = reportSheets(report).flatMap(({ name: sheet, columns, records }) =>
    records.flatMap((record) => {
      const of = columns
        .flatMap(({ key, kind }) => (kind === 'text' ? [record[key] ?? NOBODY] : []))
        .join(' / ');
      return columns.flatMap(({ key: figure, kind }) => {
        const value = record[figure];
        return kind === 'text' || value === null || value === undefined ? [] : [{ sheet, of, figure, value }];
      });
    }),
  );
  return csvOf(['sheet', 'of', 'figure', 'value'], lines);
}
