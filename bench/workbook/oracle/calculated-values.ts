import ExcelJS from 'exceljs';
import type { Values } from './write-made.ts';

/** What every cell of a workbook shows, by `sheet!cell`; a formula what is stored for it. */
export async function shownValues(path: string): Promise<Values> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(path);
  const values = new Map<string, unknown>();
  for (const sheet of workbook.worksheets)
    sheet.eachRow((row) => {
      row.eachCell((cell) => {
        values.set(`${sheet.name}!${cell.address}`, shownOf(cell));
      });
    });
  return values;
}

function shownOf(cell: ExcelJS.Cell): unknown {
  const { value } = cell;
  if (typeof value !== 'object' || value === null) return value;
  // LibreOffice parts texts of two scripts.
  if ('richText' in value) return value.richText.map(({ text }) => text).join('');
  return 'formula' in value || 'sharedFormula' in value ? (cell.result ?? '') : value;
}

/** The cells that show something else in the second, with both. */
export function differences(first: Values, second: Values): string[] {
  const places = new Set([...first.keys(), ...second.keys()]);
  const shown = (values: Values, place: string): string => JSON.stringify(values.get(place) ?? '');
  return [...places]
    .filter((place) => shown(first, place) !== shown(second, place))
    .map((place) => `${place}: ${shown(first, place)}, calculated ${shown(second, place)}`);
}
