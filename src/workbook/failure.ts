import { errorMessage } from '../errors.ts';
import { WorkbookError } from './types.ts';
import { XmlProblem } from '../xml/xml-problem.ts';

/**
 * Errors for people: one line that begins with the workbook's name. `what` goes on the sentence that the name begins.
 */
export function notAWorkbook(name: string, what: string, cause?: unknown): WorkbookError {
  return new WorkbookError('WORKBOOK_NOT_A_WORKBOOK', `${name} ${what}`, { cause });
}

export function encrypted(name: string): WorkbookError {
  return new WorkbookError(
    'WORKBOOK_ENCRYPTED',
    `${name} is encrypted: remove its password and save it again`,
  );
}

export function damaged(name: string, what: string, cause?: unknown): WorkbookError {
  return new WorkbookError('WORKBOOK_DAMAGED', `${name} is damaged: ${what}`, { cause });
}

export function noSheet(name: string, what: string): WorkbookError {
  return new WorkbookError('WORKBOOK_NO_SHEET', `${name} has no sheet to read: ${what}`);
}

export function tooLarge(name: string, what: string, cause?: unknown): WorkbookError {
  return new WorkbookError('WORKBOOK_TOO_LARGE', `${name} is too large: ${what}`, { cause });
}

/** Runs what reads one part, so that trouble with its XML names the workbook and the part. */
export async function readingPart<T>(name: string, part: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof XmlProblem) throw damaged(name, `in ${part} ${errorMessage(error)}`, error);
    throw error;
  }
}

/** Sizes as people read them. */
export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / (1024 * 1024))} MB`;
}
