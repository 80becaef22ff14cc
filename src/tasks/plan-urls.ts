import { type RowReading, TaskError, type TrackingTask } from './types.ts';
import { fillUrlTemplate } from './url-template.ts';

/** One start URL and the rows it is for; of a task that asks its carrier directly: one number. */
export interface PlannedUrl {
  url: string;
  /** Indexes into the readings, ascending; the first is where the URL came up. */
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
 * The start URLs of a batch, in the order of its rows. Every valid row belongs to exactly one: equal URLs become
 * one; where a URL asks for ten numbers, each number is asked for once and all its rows are attached there. Where the
 * carrier is asked directly each distinct number stands for a URL. `random` settles a template's random parts.
 *
 * @throws {TaskError} `TASK_NO_URLS` for a task without a template for its URLs
 */
export function planUrls(
  task: TrackingTask,
  readings: readonly RowReading[],
  random: () => number = Math.random,
): PlannedUrl[] {
  const { name, lookup } = task;
  if (lookup.by === 'carrier')
    return groupNumbers(readings, 1).map((group) => ({ ...group, url: group.trackingNumbers[0] ?? '' }));
  if (lookup.numbersPerUrl === 1) return distinctUrls(readings);
  const { urlTemplate } = lookup;
  if (urlTemplate === null) {
    throw new TaskError('TASK_NO_URLS', `${name} has no template for its start URLs`);
  }
  return groupNumbers(readings, lookup.numbersPerUrl).map((group) => ({
    ...group,
    url: fillUrlTemplate(urlTemplate, group.trackingNumbers, random),
  }));
}

/** The start URL of each row that has one, by the row's index; none has where the carrier is asked directly. */
export function urlsOfRows(task: TrackingTask, planned: readonly PlannedUrl[]): ReadonlyMap<number, string> {
  if (task.lookup.by === 'carrier') return new Map();
  return new Map(planned.flatMap(({ url, rowIndexes }) => rowIndexes.map((index) => [index, url] as const)));
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

function distinctUrls(readings: readonly RowReading[]): PlannedUrl[] {
  const byUrl = new Map<string, PlannedUrl>();
  for (const [index, reading] of readings.entries()) {
    if (!reading.valid || reading.url === null) continue;
    const planned = byUrl.get(reading.url) ?? { url: reading.url, rowIndexes: [], trackingNumbers: [] };
    planned.rowIndexes.push(index);
    if (reading.trackingNumber !== null && !planned.trackingNumbers.includes(reading.trackingNumber)) {
      planned.trackingNumbers.push(reading.trackingNumber);
    }
    byUrl.set(reading.url, planned);
  }
  return [...byUrl.values()];
}
