import { columnNumber } from './cell-reference.ts';
import type { WorkbookColumns } from '../types.ts';

/** Column numbers of the roles, and each role's place in what the scanner gives. */
export interface ColumnRoles {
  /** For the scanner: no two the same. */
  wanted: number[];
  input: number;
  email: number;
  result: number;
  /** Null: there is none. */
  status: number | null;
  inputAt: number;
  emailAt: number;
  resultAt: number;
  /** -1 without a status column. */
  statusAt: number;
}

/** @throws {RangeError} a column that is none, or one to be written that has another role as well */
export function columnRoles(columns: WorkbookColumns): ColumnRoles {
  const [input, email, result] = [columns.input, columns.email, columns.result].map(numberOf) as [
    number,
    number,
    number,
  ];
  if (result === input || result === email)
    throw new RangeError('the result column cannot be one that is read from');
  // Batches stored before there was a status column have no such key.
  const status = columns.status == null ? null : numberOf(columns.status);
  if (status !== null && [input, email, result].includes(status))
    throw new RangeError('the status column cannot be one that is used already');
  const wanted = [...new Set([input, email, result, ...(status === null ? [] : [status])])];
  return {
    wanted,
    input,
    email,
    result,
    status,
    inputAt: wanted.indexOf(input),
    emailAt: wanted.indexOf(email),
    resultAt: wanted.indexOf(result),
    statusAt: status === null ? -1 : wanted.indexOf(status),
  };
}

function numberOf(letters: string): number {
  const column = columnNumber(letters);
  if (column === 0)
    throw new RangeError(`${JSON.stringify(letters)} is no column: letters such as A or AB are meant`);
  return column;
}
