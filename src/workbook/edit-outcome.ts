import { lineFeeds, storable } from '../text.ts';
import type { MatchedRow } from './match-edits.ts';
import { isInOurForm, isOurStatus } from './our-texts.ts';
import type { WriteObstacles } from './sheet/write-obstacles.ts';
import type { CellEdit, CellOutcome } from './types.ts';

/** What a cell of Excel holds at most, in UTF-16 units. */
const MAX_CELL_LENGTH = 32_767;

/** What stands in the way in the columns of ours; `status` is null without a status column. */
export interface ColumnObstacles {
  result: WriteObstacles;
  status: WriteObstacles | null;
}

/** What is to be done with one edit: a formula and a person's own text are left alone, and so are obstacles. */
export function outcomeOf(edit: CellEdit, row: MatchedRow | null, obstacles: ColumnObstacles): CellOutcome {
  const { id } = edit;
  if (row === null) return { id, row: null, outcome: 'gone', before: null, status: null };
  const { outcome, note } = resultOutcome(edit, row, obstacles.result);
  const before = outcome === 'written' ? row.result : null;
  const status = statusOutcome(edit, row, obstacles.status);
  const found: CellOutcome = { id, row: row.place.row, outcome, before, status };
  // Not by a spread: it doubles what the object takes, and there may be one for each of a sheet's rows.
  if (note !== undefined) found.note = note;
  return found;
}

function resultOutcome(
  { text, recorded, fresh }: CellEdit,
  { place, result, resultIsFormula }: MatchedRow,
  obstacles: WriteObstacles,
): Pick<CellOutcome, 'outcome' | 'note'> {
  if (text === null) return { outcome: 'same' };
  if (resultIsFormula || obstacles.isFormula(place.row)) return { outcome: 'formula' };
  const obstacle = obstacles.at(place.row);
  if (obstacle !== null) return { outcome: 'person', note: obstacle };
  if (result === heldText(text)) return { outcome: 'same' };
  const isRecorded = recorded !== null && result === heldText(recorded);
  const ours = result.trim() === '' || isInOurForm(result) || isRecorded;
  return { outcome: ours || fresh ? 'written' : 'person' };
}

function statusOutcome(
  { status: text, obeyed }: CellEdit,
  { place, status, statusIsFormula }: MatchedRow,
  obstacles: WriteObstacles | null,
): CellOutcome['status'] {
  if (text === null || obstacles === null) return null;
  if (statusIsFormula || obstacles.isFormula(place.row) || obstacles.at(place.row) !== null) return 'left';
  if (status === heldText(text)) return 'same';
  // A person who has emptied the cell, or typed another word, wants something else by now.
  if (obeyed !== undefined) return status === obeyed ? 'written' : 'left';
  return status.trim() === '' || isOurStatus(status) ? 'written' : 'left';
}

/** A text as a cell will hold it, so that it is known again as the same. */
export function heldText(text: string): string {
  return storable(lineFeeds(text).slice(0, MAX_CELL_LENGTH));
}
