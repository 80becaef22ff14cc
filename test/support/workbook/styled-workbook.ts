import ExcelJS from 'exceljs';

/** Writes a workbook with everything that writing cells may harm: formulas over the columns, styles, merges, a table. */
export async function writeStyledWorkbook(path: string): Promise<void> {
  const workbook = new ExcelJS.Workbook();
  const notes = workbook.addWorksheet('集計');
  const sheet = workbook.addWorksheet('発送 一覧');
  workbook.views = [{ x: 0, y: 0, width: 1, height: 1, firstSheet: 0, activeTab: 1, visibility: 'visible' }];
  // What depends on our cells is calculated anew, and so proves that LibreOffice has understood them.
  notes.getCell('A1').value = { formula: `COUNTIF('発送 一覧'!C2:C40,"*｜｜｜*")`, result: 0 };
  notes.getCell('A2').value = { formula: `LEN('発送 一覧'!F3)`, result: 0 };

  sheet.columns = [24, 28, 40, 10, 12, 20].map((width) => ({ width }));
  sheet.addTable({
    name: 'Orders',
    ref: 'A1',
    headerRow: true,
    style: { theme: 'TableStyleMedium2', showRowStripes: true },
    columns: ['番号', 'メール', '状況', '数量', '合計'].map((name) => ({ name })),
    rows: Array.from({ length: 20 }, (_, index) => [398_004_123_000 + index, null, null, index, null]),
  });
  for (let row = 2; row <= 21; row++) {
    sheet.getCell(row, 5).value = { formula: `D${row}*2`, result: (row - 2) * 2 };
    sheet.getCell(row, 5).numFmt = '#,##0';
  }
  sheet.getCell('A4').value = { text: '注文 4', hyperlink: 'https://example.jp/order/4?a=1&b=2#c' };
  sheet.getCell('A5').value = { richText: [{ text: 'W', font: { bold: true } }, { text: '5' }] };
  sheet.getCell('C6').value = '電話済み';
  sheet.getCell('C7').value = '旧｜｜｜1月1日｜｜｜店';
  sheet.getCell('C7').fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFFFF2CC' } };
  sheet.getCell('C8').value = { formula: 'A8', result: 398_004_123_006 };
  sheet.getCell('C9').border = { bottom: { style: 'double', color: { argb: 'FFC00000' } } };
  sheet.getCell('F3').value = '照会中';
  sheet.getCell('F4').value = '自分のメモ';
  sheet.getCell('A3').note = '急ぎ';
  sheet.getRow(10).hidden = true;
  sheet.getRow(11).font = { italic: true, color: { argb: 'FF0563C1' } };
  sheet.addConditionalFormatting({
    ref: 'C2:C21',
    rules: [
      {
        type: 'containsText',
        operator: 'containsText',
        text: '完了',
        priority: 1,
        style: { font: { bold: true } },
      },
    ],
  });
  sheet.getCell('D2').dataValidation = { type: 'whole', operator: 'greaterThan', formulae: [-1] };
  for (let row = 25; row <= 34; row++) sheet.getCell(row, 1).value = `W${row}`;
  sheet.mergeCells('A26:A27');
  sheet.mergeCells('C28:D29');
  sheet.mergeCells('B31:C31');
  await workbook.xlsx.writeFile(path);
}
