import { errorMessage } from '../errors.ts';
import { WorkbookError } from './types.ts';
import { UnknownEncoding, XmlProblem } from '../xml/xml-problem.ts';

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

export function rightsManaged(name: string): WorkbookError {
  return new WorkbookError(
    'WORKBOOK_ENCRYPTED',
    `${name} is protected by rights management: take the protection away and save it again`,
  );
}

export function damaged(name: string, what: string, cause?: unknown): WorkbookError {
  return new WorkbookError('WORKBOOK_DAMAGED', `${name} is damaged: ${what}`, { cause });
}

/** Of a workbook that is sound, as far as can be told, and yet not taken. `what` says what to do as well. */
export function unsupported(name: string, what: string, cause?: unknown): WorkbookError {
  return new WorkbookError('WORKBOOK_UNSUPPORTED', `${name} cannot be handled: ${what}`, { cause });
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
    if (error instanceof UnknownEncoding) throw unsupported(name, `${part} ${errorMessage(error)}`, error);
    if (error instanceof XmlProblem) throw damaged(name, `in ${part} ${errorMessage(error)}`, error);
    throw error;
  }
}

/** As `readingPart`, for what writes a part: the workbook may be sound, but not after what was to be written. */
export async function writingPart<T>(name: string, part: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof XmlProblem)) throw error;
    const what = `${part} would not be well-formed once written (${errorMessage(error)})`;
    throw unsupported(name, `${what}: open the workbook in Excel and save it again`, error);
  }
}

/** Sizes as people read them. */
export function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / (1024 * 1024))} MB`;
}
