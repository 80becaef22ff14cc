import type { RawWorkbook } from './raw-workbook.ts';

/** Cells by reference, each the inside of `<f>` or its own XML where it begins with `<`. All hold the value `old`. */
export type Formulas = Readonly<Record<string, string>>;

export interface FormulaWorkbook {
  /** Of the sheet that is read, `発送`, with numbers in A2 to A6. */
  formulas?: Formulas;
  /** Of the sheet `It's 2`, which stands between `発送` and `集計`, and of `集計`. */
  second?: Formulas;
  third?: Formulas;
  /** Inside `<definedNames>`. */
  names?: string;
  /** Behind the sheets in `<workbook>`; unless given a `calcPr`. */
  calculation?: string;
  /** Of the sheet that is read; a table on it is `../tables/table1.xml`. */
  behind?: string;
  links?: RawWorkbook['links'];
  more?: RawWorkbook['more'];
}

export const FORMULA_SHEETS = {
  発送: 'xl/worksheets/sheet1.xml',
  "It's 2": 'xl/worksheets/sheet2.xml',
  集計: 'xl/worksheets/sheet3.xml',
};

/** What a formula's cell holds before its value is dropped. */
export function formulaCell(reference: string, formula: string): string {
  const inside = formula.startsWith('<') ? formula : `<f>${formula}</f>`;
  return `<c r="${reference}" t="str">${inside}<v>old</v></c>`;
}

/** A workbook of three sheets, of which the first is read. */
export function formulaWorkbook(book: FormulaWorkbook): RawWorkbook {
  const { formulas = {}, second = {}, third = {}, names = '', calculation = '<calcPr calcId="1"/>' } = book;
  const numbers = Object.fromEntries(
    [2, 3, 4, 5, 6].map((row) => [`A${row}`, `<c r="A${row}"><v>${390_000_000_000 + row}</v></c>`]),
  );
  const sheet = (cells: Formulas): string =>
    `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rowsOf(cells)}</sheetData></worksheet>`;
  return {
    rows: rowsOf({ ...numbers, ...formulas }),
    workbook: `<sheets><sheet name="発送" sheetId="1" r:id="rId1"/><sheet name="It's 2" sheetId="2" r:id="rId2"/><sheet name="集計" sheetId="3" r:id="rId3"/></sheets>${names === '' ? '' : `<definedNames>${names}</definedNames>`}${calculation}`,
    workbookLinks: [
      ['rId2', 'worksheet', 'worksheets/sheet2.xml'],
      ['rId3', 'worksheet', 'worksheets/sheet3.xml'],
    ],
    ...(book.behind === undefined ? {} : { behind: book.behind }),
    ...(book.links === undefined ? {} : { links: book.links }),
    more: [
      { name: FORMULA_SHEETS["It's 2"], data: sheet(second) },
      { name: FORMULA_SHEETS['集計'], data: sheet(third) },
      ...(book.more ?? []),
    ],
  };
}

function rowsOf(cells: Formulas): string {
  const rows = new Map<number, [string, string][]>();
  for (const [reference, content] of Object.entries(cells)) {
    const row = Number(/\d+/.exec(reference)?.[0]);
    rows.set(row, [...(rows.get(row) ?? []), [reference, content]]);
  }
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([row, list]) => {
      const inOrder = list.sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
      const xml = inOrder.map(([reference, content]) =>
        content.startsWith('<c ') ? content : formulaCell(reference, content),
      );
      return `<row r="${row}">${xml.join('')}</row>`;
    })
    .join('');
}
