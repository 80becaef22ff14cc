import { checkDigitWarning } from '../../carriers/check-digits.ts';
import type { ParcelEvent } from '../../carriers/history.ts';
import { textOfCode } from '../../carriers/japan-post/tracking-codes.ts';
import { japanClock, parseJapanTime } from '../../carriers/japan-time.ts';
import { isTrackingNumber, isScientific, plainNumber, toHalfWidth } from '../../carriers/tracking-number.ts';
import { TEXT_CHARACTERS } from '../../db/carrier-texts.ts';
import { firstOf, storable } from '../../text.ts';
import type { Column, Layout } from './layout.ts';
import type { FileLine } from './lines.ts';

/** An event of a parcel, as a line tells it. */
export interface FileEvent {
  line: number;
  number: string;
  event: ParcelEvent & { at: string };
  /** It takes such an event back. */
  takesBack: boolean;
  /** What is to be looked at; the event counts all the same. */
  warning: string | null;
}

/** A line that is not taken. */
export interface Refused {
  line: number;
  reason: string;
}

const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(?:\d{2})?)?$/;
/** Clocks differ; what is further off has not happened. */
const AHEAD_MS = 24 * 60 * 60 * 1000;
const OFFICE_CHARACTERS = 200;
const SHOWN_CHARACTERS = 60;

/** The event that a line tells, or why it is refused. `now` settles dates without a year. */
export function readEvent({ line, cells, why }: FileLine, layout: Layout, now: Date): FileEvent | Refused {
  const refused = (reason: string): Refused => ({ line, reason });
  if (cells === null) return refused(why);
  if (layout.columns !== null && cells.length !== layout.columns)
    return refused(`has ${cells.length} columns where ${layout.columns} are meant`);
  const cellOf = (column: Column) => storable((cells[layout.at[column] ?? cells.length] ?? '').trim());
  const cell = cellOf('number');
  const number = plainNumber(cell);
  if (isScientific(cell)) return refused(`number ${shown(cell)} has lost its last digits to a spreadsheet`);
  if (!isTrackingNumber(number)) return refused(`${shown(cell)} is no tracking number`);
  const text = textOf(cellOf('code'), cellOf('text'));
  if (text === '') return refused('tells no state');
  if (text.length > TEXT_CHARACTERS) return refused(`tells a state of over ${TEXT_CHARACTERS} characters`);
  const timeText = timeOf(cellOf('time'));
  const at = parseJapanTime(timeText, now);
  if (at === null) return refused(`${shown(timeText)} is no date`);
  if (Date.parse(at) > now.getTime() + AHEAD_MS) return refused(`${shown(timeText)} is yet to come`);
  const office = firstOf(cellOf('office'), OFFICE_CHARACTERS) || null;
  const region = firstOf(cellOf('region'), OFFICE_CHARACTERS) || null;
  const details = firstOf(cellOf('details'), OFFICE_CHARACTERS) || null;
  return {
    line,
    number,
    event: { stateText: text, timeText, at, office, region, details },
    takesBack: cellOf('takenBack') === '1',
    warning: checkDigitWarning(number),
  };
}

/** What makes it that event and no other, as lines of one file tell it. */
export const identityOf = ({ number, event }: FileEvent): string =>
  [number, event.at, event.stateText, event.office ?? ''].join(' ');

/** A code that is known is its text; else what the file says beside it, or the code itself: people may say what it means. */
function textOf(code: string, text: string): string {
  const plain = toHalfWidth(code).toUpperCase();
  return textOfCode(plain) ?? (text || plain);
}

/** As the carrier's pages write it: `202601091037` is `2026/01/09 10:37`. */
function timeOf(cell: string): string {
  const [, year, month, day, hour, minute] = COMPACT.exec(toHalfWidth(cell)) ?? [];
  if (year === undefined) return cell;
  return `${year}/${month}/${day}${hour === undefined ? '' : ` ${hour}:${minute}`}`;
}

const shown = (text: string): string =>
  text === '' ? 'nothing' : `"${firstOf(text.replaceAll(/\s+/gu, ' '), SHOWN_CHARACTERS)}"`;

/** The moment up to which a parcel's events tell of it: the last of them. */
export const lastTold = (events: readonly FileEvent[]): string =>
  `${japanClock(new Date(Math.max(...events.map(({ event }) => Date.parse(event.at)))))}+09:00`;
