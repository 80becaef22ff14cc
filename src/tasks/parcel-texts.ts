import type { ParcelEvent, ParcelHistory } from '../carriers/history.ts';
import { monthDayTime } from '../carriers/japan-time.ts';
import { fieldText, joinFields } from './fields.ts';
import type { TaskEntry } from './task-entry.ts';

/** The last line of a history, told whole: with its time as the page has it. */
function lastLine({ events }: ParcelHistory): ParcelEvent | null {
  const last = events.at(-1);
  return last === undefined || last.timeText === '' ? null : last;
}

const textOf = (fields: readonly (string | null)[]): string =>
  joinFields(fields.map((field) => fieldText(field ?? '')));

/** State, time and office, as the tasks of Yamato write them. */
export function yamatoText(history: ParcelHistory): string | null {
  const last = lastLine(history);
  if (last === null) return null;
  return textOf([last.stateText, monthDayTime(last.timeText) ?? last.timeText, last.office]);
}

/** The five columns of Japan Post's page of one number. Its page of ten tells no office. */
export function japanPostText(history: ParcelHistory): string | null {
  return lastLine(history)?.office == null ? null : japanPostFields(history);
}

function japanPostFields(history: ParcelHistory): string | null {
  const last = lastLine(history);
  return last === null
    ? null
    : textOf([last.timeText, last.stateText, last.details, last.office, last.region]);
}

/** State and time, as Japan Post's page of ten has them. */
export function japanPostNumberText(history: ParcelHistory): string | null {
  const last = lastLine(history);
  return last === null ? null : textOf([last.stateText, last.timeText]);
}

/**
 * The last line of a parcel as a row of the task shows it, whoever told it: what nobody told stays empty. Null: its rows show
 * something else, or there is no line.
 */
export function parcelText(
  { shows, lookup }: Pick<TaskEntry, 'shows' | 'lookup'>,
  history: ParcelHistory,
): string | null {
  if (shows !== undefined && shows.carrier !== history.carrier) return null;
  if (shows !== undefined) return shows.textOf(history) ?? japanPostRest(history);
  // Its rows show the page of whichever carrier has the parcel.
  if (lookup.by !== 'webscraper' || lookup.redirectsTo === null) return null;
  return history.carrier === 'yamato' ? yamatoText(history) : japanPostRest(history);
}

const japanPostRest = (history: ParcelHistory) =>
  history.carrier === 'japan_post' ? japanPostFields(history) : null;
