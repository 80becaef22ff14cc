import { TaskError } from './types.ts';
import type { RowReading, TrackingTask } from './types.ts';
import { fillUrlTemplate } from './url-template.ts';

/** What is asked about, a start URL or a number of its carrier's, and the rows it is for. */
export interface PlannedSubject {
  subject: string;
  /** Indexes into the readings, ascending; the first is where the subject came up. */
  rowIndexes: number[];
  /** The distinct numbers it asks for, in order; none where the URL came from the workbook. */
  trackingNumbers: string[];
}

/** Stands for a row whose result is known: nothing is planned for it. */
export const ANSWERED: RowReading = { valid: false, error: '', warnings: [] };

/** Some distinct tracking numbers, and the rows that hold one of them. */
export interface NumberGroup {
  trackingNumbers: string[];
  rowIndexes: number[];
}

/**
 * What a batch asks about, in the order of its rows. Every valid row belongs to exactly one subject: equal URLs become
 * one; where a URL asks for ten numbers, each number is asked for once and all its rows are attached there. Where the
 * carrier is asked directly each distinct number is a subject. `random` settles a template's random parts.
 *
 * @throws {TaskError} `TASK_NO_URLS` for a task without a template for its URLs
 */
export function planSubjects(
  { name, lookup }: TrackingTask,
  readings: readonly RowReading[],
  random: () => number = Math.random,
): PlannedSubject[] {
  if (lookup.by === 'carrier') return distinct(readings, ({ trackingNumber }) => trackingNumber);
  if (lookup.numbersPerUrl === 1) return distinct(readings, ({ url }) => url);
  const { urlTemplate } = lookup;
  if (urlTemplate === null) throw new TaskError('TASK_NO_URLS', `${name} has no template for its start URLs`);
  return groupNumbers(readings, lookup.numbersPerUrl).map((group) => ({
    ...group,
    subject: fillUrlTemplate(urlTemplate, group.trackingNumbers, random),
  }));
}

/** The start URL of each row that has one, by the row's index; none has where the carrier is asked directly. */
export function urlsOfRows(
  { lookup }: TrackingTask,
  planned: readonly PlannedSubject[],
): ReadonlyMap<number, string> {
  if (lookup.by === 'carrier') return new Map();
  return new Map(
    planned.flatMap(({ subject, rowIndexes }) => rowIndexes.map((index) => [index, subject] as const)),
  );
}

/** The distinct tracking numbers of valid rows, in order, at most `size` a group; repeats join the group of the first. */
export function groupNumbers(readings: readonly RowReading[], size: number): NumberGroup[] {
  const groups: NumberGroup[] = [];
  const groupOf = new Map<string, NumberGroup>();
  for (const [index, reading] of readings.entries()) {
    if (!reading.valid || reading.trackingNumber === null) continue;
    let group = groupOf.get(reading.trackingNumber);
    if (group === undefined) {
      group = groups.at(-1);
      if (group === undefined || group.trackingNumbers.length >= size) {
        group = { trackingNumbers: [], rowIndexes: [] };
        groups.push(group);
      }
      group.trackingNumbers.push(reading.trackingNumber);
      groupOf.set(reading.trackingNumber, group);
    }
    group.rowIndexes.push(index);
  }
  return groups;
}

function distinct(
  readings: readonly RowReading[],
  subjectOf: (reading: Extract<RowReading, { valid: true }>) => string | null,
): PlannedSubject[] {
  const bySubject = new Map<string, PlannedSubject>();
  for (const [index, reading] of readings.entries()) {
    const subject = reading.valid ? subjectOf(reading) : null;
    if (!reading.valid || subject === null) continue;
    const planned = bySubject.get(subject) ?? { subject, rowIndexes: [], trackingNumbers: [] };
    planned.rowIndexes.push(index);
    if (reading.trackingNumber !== null && !planned.trackingNumbers.includes(reading.trackingNumber)) {
      planned.trackingNumbers.push(reading.trackingNumber);
    }
    bySubject.set(subject, planned);
  }
  return [...bySubject.values()];
}
