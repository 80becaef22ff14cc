import type { OpenSheet } from './open-sheet.ts';

/** What people should know of a workbook before anything is written into it. */
export function readingWarnings({ archive, parts }: OpenSheet): string[] {
  const warnings: string[] = [];
  if (archive.wasEncrypted)
    warnings.push(
      'the workbook is encrypted with the password that Excel uses by itself: it is written back unencrypted',
    );
  if (parts.protection === 'signed')
    warnings.push('the workbook is digitally signed: writing into it makes the signature invalid');
  if (parts.protection === 'final')
    warnings.push('the workbook is marked as final: it is written into all the same');
  if (parts.isHidden)
    warnings.push(
      `the sheet ${JSON.stringify(parts.sheet)} is hidden, but the active one: it was read, as Excel shows it`,
    );
  return warnings;
}

/** What became of the workbook besides its cells, once these parts of it were written anew. */
export function writingNotes({ archive, parts }: OpenSheet, writtenParts: readonly string[]): string[] {
  const notes: string[] = [];
  if (archive.wasEncrypted)
    notes.push('the workbook was encrypted with the password that Excel uses by itself; it no longer is');
  if (parts.protection === 'signed')
    notes.push('the digital signature of the workbook is no longer valid: it was written into');
  if (parts.protection === 'final') notes.push('the workbook is marked as final, and was written into');
  for (const part of writtenParts) {
    const encoding = archive.encodingOf(part);
    if (encoding !== null) notes.push(`${part} was encoded in ${encoding.slice(0, 40)}; it is UTF-8 now`);
  }
  return notes;
}
