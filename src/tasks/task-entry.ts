import type { ParcelHistory } from '../carriers/history.ts';
import type { CarrierName } from '../carriers/status.ts';
import type { Lookup } from './lookup.ts';

/**
 * `yamato`: 12 digits; `japan_post`: 11–12 digits or S10 international; `twelve_digits`: whatever else the cell
 * holds, its digits are kept and must be 12.
 */
export type NumberShape = 'yamato' | 'japan_post' | 'twelve_digits';

/** All that a task is, but for its name. */
export interface TaskEntry<TaskName extends string = string> {
  /** A workbook belongs to the task when its path contains this and its base name starts with `filePrefix`. */
  folderKeyword: string | null;
  filePrefix: string | null;
  customIdPrefix: string;
  /** What a tracking number of this task's rows looks like; null: its rows hold none. */
  numberShape: NumberShape | null;
  lookup: Lookup<TaskName>;
  /** How its rows show a parcel that somebody else told of; absent: they always have to be asked for. */
  shows?: Shows;
}

export interface Shows {
  carrier: CarrierName;
  /** The text for the result column; null: less is known than asking would tell. */
  textOf: (history: ParcelHistory) => string | null;
}
