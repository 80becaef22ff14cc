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
        const { value } = cell;
        const formula =
          typeof value === 'object' && value !== null && ('formula' in value || 'sharedFormula' in value);
        values.set(`${sheet.name}!${cell.address}`, formula ? (cell.result ?? '') : value);
      });
    });
  return values;
}

/** The cells that show something else in the second, with both. */
export function differences(first: Values, second: Values): string[] {
  const places = new Set([...first.keys(), ...second.keys()]);
  const shown = (values: Values, place: string): string => JSON.stringify(values.get(place) ?? '');
  return [...places]
    .filter((place) => shown(first, place) !== shown(second, place))
    .map((place) => `${place}: ${shown(first, place)}, calculated ${shown(second, place)}`);
}
