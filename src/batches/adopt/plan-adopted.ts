import { planSubjects, urlsOfRows } from '../../tasks/plan-subjects.ts';
import type { PlannedSubject } from '../../tasks/plan-subjects.ts';
import type { TrackingTask } from '../../tasks/types.ts';
import { understandRow } from '../../tasks/understand-row.ts';
import type { WorkbookRow } from '../../workbook/types.ts';
import { newRows, storableRow } from '../import-rows.ts';
import type { NewRow } from '../import-rows.ts';
import { refusedLine } from './adopt-error.ts';
import type { AdoptLine } from './adopt-file.ts';

/** Rows, in the file's order, and the jobs that ask for them. */
export interface AdoptedRows {
  rows: NewRow[];
  jobs: (Pick<AdoptLine, 'customId' | 'scrapingJobId' | 'jobTask'> & { subjects: PlannedSubject[] })[];
}

/**
 * What is to be written down of some lines and the rows they mean; `warnings` are the sheet's.
 *
 * @throws {AdoptError} a row that the task cannot look up, or a job that could not ask for all its rows
 */
export function planAdopted(
  task: TrackingTask,
  lines: readonly AdoptLine[],
  meant: readonly WorkbookRow[],
  warnings: string[],
): AdoptedRows {
  const sheet = { rows: meant.map(storableRow), warnings };
  const readings = sheet.rows.map((row) => understandRow(task, row));
  const placesOf = new Map<number, number[]>();
  for (const [place, { line, scrapingJobId }] of lines.entries()) {
    const reading = readings[place];
    if (reading?.valid === false)
      throw refusedLine(line, `${task.name} cannot look its row up: ${reading.error}`);
    const places = placesOf.get(scrapingJobId);
    if (places === undefined) placesOf.set(scrapingJobId, [place]);
    else places.push(place);
  }
  const jobs = [...placesOf.values()].flatMap((places): AdoptedRows['jobs'] => {
    const [first] = places.flatMap((place) => lines[place] ?? []);
    if (first === undefined) return [];
    const planned = planSubjects(
      task,
      places.flatMap((place) => readings[place] ?? []),
    );
    const { customId, scrapingJobId, jobTask, line } = first;
    // Its one URL was made by the other system: two could not be told apart by ours.
    if (task.lookup.by === 'webscraper' && task.lookup.numbersPerUrl > 1 && planned.length > 1)
      throw refusedLine(
        line,
        `scraping job ${scrapingJobId} asks for more than ${task.lookup.numbersPerUrl} numbers`,
      );
    const subjects = planned.map((subject) => ({
      ...subject,
      rowIndexes: subject.rowIndexes.map((index) => places[index] ?? 0),
    }));
    return [{ customId, scrapingJobId, jobTask, subjects }];
  });
  const urlOfRow = urlsOfRows(
    task,
    jobs.flatMap(({ subjects }) => subjects),
  );
  const rows = newRows(sheet, readings, urlOfRow).map((row) => ({ ...row, state: 'published' as const }));
  return { rows, jobs };
}
