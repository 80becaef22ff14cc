import { columnNumber } from './sheet/cell-reference.ts';
import type { WorkbookColumns } from './types.ts';

/** Column numbers of the three roles, and each role's place in what the scanner gives. */
export interface ColumnRoles {
  /** For the scanner: no two the same. */
  wanted: number[];
  input: number;
  email: number;
  result: number;
  inputAt: number;
  emailAt: number;
  resultAt: number;
}

/** @throws {RangeError} a column that is none, or a result column that is read from as well */
export function columnRoles(columns: WorkbookColumns): ColumnRoles {
  const [input, email, result] = [columns.input, columns.email, columns.result].map((letters) => {
    const column = columnNumber(letters);
    if (column === 0)
      throw new RangeError(`${JSON.stringify(letters)} is no column: letters such as A or AB are meant`);
    return column;
  }) as [number, number, number];
  if (result === input || result === email)
    throw new RangeError('the result column cannot be one that is read from');
  const wanted = [...new Set([input, email, result])];
  return {
    wanted,
    input,
    email,
    result,
    inputAt: wanted.indexOf(input),
    emailAt: wanted.indexOf(email),
    resultAt: wanted.indexOf(result),
  };
}
