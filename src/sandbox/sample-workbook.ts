import { writeFile } from 'node:fs/promises';
import ExcelJS from 'exceljs';
import type { TaskName } from '../tasks/types.ts';
import { withCheckDigit } from './check-digit.ts';

export interface SampleOptions {
  task: TaskName;
  /** How many rows can be looked up. From four on, a blank row stands in the middle besides. */
  rows: number;
  /** Adds, last, a row that no task can look up. */
  invalidRow?: boolean;
}

const HEADERS = ['お問い合わせ番号', 'メールアドレス', '配送状況', '備考'];
/** Eleven digits each; the twelfth is the check digit. No sample number begins with the sandbox's 9990. */
const FIRST_NUMBER: Partial<Record<TaskName, number>> = {
  yamato_tracking_only: 39_800_412_300,
  yamato_tracking_10: 48_210_907_150,
  japan_post_tracking_only: 18_379_277_910,
  japan_post_tracking_10: 22_045_613_800,
};
const FULL_WIDTH_ZERO = 0xff10;

/**
 * Writes a workbook as people make them, with made-up data that is the same each time: numbers as numbers, with
 * hyphens and in full-width digits, order numbers with an e-mail address, hyperlinks, a blank row in the middle. A file
 * that is there already is left alone: `EEXIST`.
 */
export async function writeSampleWorkbook(
  path: string,
  { task, rows, invalidRow = false }: SampleOptions,
): Promise<void> {
  const workbook = new ExcelJS.Workbook();
  const sheet = workbook.addWorksheet('発送一覧', { views: [{ state: 'frozen', ySplit: 1 }] });
  sheet.columns = HEADERS.map((header, column) => ({ header, width: [28, 30, 48, 16][column] ?? 16 }));
  sheet.getRow(1).font = { bold: true };

  const blankAfter = rows >= 4 ? Math.ceil(rows / 2) : rows;
  for (let index = 0; index < rows; index++) {
    const row = sheet.getRow(index + (index < blankAfter ? 2 : 3));
    const firstNumber = FIRST_NUMBER[task];
    if (firstNumber === undefined) fillOrder(row, index);
    else fillNumber(row, withCheckDigit(firstNumber + index * 37), index);
    row.getCell(4).value = index % 5 === 0 ? '急ぎ' : null;
    row.commit();
  }
  if (invalidRow) {
    const row = sheet.getRow(rows + (rows >= 4 ? 3 : 2));
    row.getCell(1).value = '番号未定';
    row.commit();
  }
  await writeFile(path, new Uint8Array(await workbook.xlsx.writeBuffer()), { flag: 'wx' });
}

function fillNumber(row: ExcelJS.Row, number: string, index: number): void {
  const cell = row.getCell(1);
  const groups = number.replace(/^(\d{4})(\d{4})(\d{4})$/, '$1-$2-$3');
  switch (index % 4) {
    case 0:
      cell.value = Number(number);
      cell.numFmt = '0';
      break;
    case 1:
      cell.value = groups;
      break;
    case 2:
      cell.value = fullWidth(groups);
      break;
    default:
      cell.value = number;
  }
}

function fillOrder(row: ExcelJS.Row, index: number): void {
  const order = `W${String(104_729 * (index + 1) + 20_000_000).padStart(9, '0')}`;
  const email = `customer${index + 1}@example.jp`;
  const url = `https://store.apple.com/go/jp/vieworder/${order}/${email}`;
  const cell = row.getCell(1);
  switch (index % 3) {
    case 0:
      cell.value = { text: order, hyperlink: url };
      cell.font = { underline: true, color: { argb: 'FF0563C1' } };
      break;
    case 1:
      cell.value = order;
      row.getCell(2).value = email;
      break;
    default:
      cell.value = url;
  }
}

function fullWidth(text: string): string {
  return text.replaceAll(/\d/g, (digit) => String.fromCharCode(FULL_WIDTH_ZERO + Number(digit)));
}
