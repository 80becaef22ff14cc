import type { ColumnRoles } from './sheet/columns.ts';
import { EditIndex } from './edit-index.ts';
import type { OpenSheet } from './open-sheet.ts';
import type { CellText } from './sheet/cell-texts.ts';
import { CoveredCells } from './sheet/covered-cells.ts';
import { isBlank, Occurrences } from './sheet/row-identity.ts';
import { RowLinks } from './sheet/row-links.ts';
import { rowPlace } from './sheet/row-place.ts';
import type { RowPlace } from './sheet/row-place.ts';
import type { CellReader } from './sheet/row-scanner.ts';
import type { ScannedRow } from './sheet/scanned-row.ts';
import type { SheetFacts } from './sheet/sheet-scanner.ts';
import type { FixedCells } from './sheet/write-obstacles.ts';
import type { CellEdit, RowContent } from './types.ts';

/** A row that holds the content some edit asks for, and what its cells of ours hold now. */
export interface MatchedRow {
  place: RowPlace;
  result: string;
  resultIsFormula: boolean;
  /** '' without a status column. */
  status: string;
  statusIsFormula: boolean;
}

/**
 * A row whose input and e-mail may be those of some edit. Behind the rows it is told its hyperlink, where it has no
 * HYPERLINK(), and becomes the matched row: a second object a row would count.
 */
interface Candidate extends Omit<RowContent, 'input' | 'email'>, Omit<MatchedRow, 'result' | 'status'> {
  /** Null: a text that no edit asks for; of no use but where merged cells cover it. */
  input: string | null;
  email: string | null;
  /** Still to be calculated. */
  noInput: boolean;
  noEmail: boolean;
  result: CellText;
  status: CellText;
}

/** The rows of the edits, and what of the sheet writing them takes. */
export interface MatchedEdits {
  /** By the edit's place in the list; null for a row that is gone. */
  rows: (MatchedRow | null)[];
  facts: SheetFacts;
  fixed: FixedCells[];
}

/**
 * Finds the row of each edit by its content and occurrence, and by nothing else: where it stood before proves nothing,
 * since rows are inserted and sorted, and occurrences can be counted only from the top. Only rows that some edit asks
 * for take memory, whatever the size of the sheet and of its shared strings.
 *
 * @param beside reads all cells of the sheet besides
 * @throws {WorkbookError}
 */
export async function matchEdits(
  sheet: OpenSheet,
  roles: ColumnRoles,
  edits: readonly CellEdit[],
  beside: CellReader | null,
): Promise<MatchedEdits> {
  const index = new EditIndex(edits);
  const { candidates, links, facts } = await findCandidates(sheet, roles, index, beside);
  const { targets, fixed } = await sheet.surroundings(facts, links);
  const strings = await stringsOf(sheet, candidates);
  const textOf = (text: CellText): string => sheet.textOf(text, strings);

  const covered = new CoveredCells(facts.merged, roles);
  const occurrences = new Occurrences();
  const rows = edits.map((): MatchedRow | null => null);
  for (const [at, candidate] of candidates.entries()) {
    candidate.inputUrl = links.target(at, targets) ?? candidate.inputUrl;
    if (!isRow(candidate, covered) || !index.has(candidate.input, candidate.email)) continue;
    const places = index.find(candidate, occurrences.next(candidate));
    if (places.length === 0) continue;
    const { result, status } = candidate;
    const row = Object.assign(candidate, { result: textOf(result), status: textOf(status) });
    for (const place of places) rows[place] = row;
  }
  return { rows, facts, fixed };
}

/** As reading has it: what merged cells cover is not there, and a row that shows nothing is none. */
function isRow(candidate: Candidate, covered: CoveredCells): candidate is Candidate & RowContent {
  const { row } = candidate.place;
  if (covered.coversInput(row)) Object.assign(candidate, { input: '', inputUrl: null, noInput: false });
  if (covered.coversEmail(row)) Object.assign(candidate, { email: '', noEmail: false });
  const { input, email, noInput, noEmail } = candidate;
  return input !== null && email !== null && !isBlank(input, email, noInput || noEmail);
}

async function findCandidates(
  sheet: OpenSheet,
  roles: ColumnRoles,
  index: EditIndex,
  beside: CellReader | null,
): Promise<{ candidates: Candidate[]; links: RowLinks; facts: SheetFacts }> {
  const strings = await sheet.sharedStringsOf(index.texts());
  /** Then merged cells may cover any text. */
  const asksForNone = index.hasInput('');
  const candidates: Candidate[] = [];
  const rowNumbers: number[] = [];
  const links = new RowLinks(roles.input, rowNumbers);
  const { texts: cellTexts } = sheet;
  const facts = await sheet.scan(roles.wanted, {
    passesOver: (cell) => {
      const input = known(cellTexts.inputText(cell, cellTexts.link(cell)), strings);
      return !asksForNone && (input === null || !index.hasInput(input));
    },
    row: (row) => {
      const candidate = candidateIn(row, sheet, roles, strings);
      if (candidate === null || !index.mayHave(candidate.input, candidate.email)) return;
      candidates.push(candidate);
      rowNumbers.push(row.number);
    },
    links,
    beside,
  });
  return { candidates, links, facts };
}

function candidateIn(
  row: ScannedRow,
  { texts }: OpenSheet,
  roles: ColumnRoles,
  strings: ReadonlyMap<number, string>,
): Candidate | null {
  const inputCell = row.cells[roles.inputAt];
  const emailCell = row.cells[roles.emailAt];
  const resultCell = row.cells[roles.resultAt];
  const statusCell = row.cells[roles.statusAt];
  if (inputCell === undefined || emailCell === undefined || resultCell === undefined) return null;
  const link = texts.link(inputCell);
  if (row.number === 1) return null;
  const input = known(texts.inputText(inputCell, link), strings);
  const email = known(texts.text(emailCell), strings);
  const [noInput, noEmail] = [texts.isUncalculated(inputCell), texts.isUncalculated(emailCell)];
  if (input !== null && email !== null && isBlank(input, email, noInput || noEmail)) return null;
  return {
    input,
    email,
    inputUrl: link?.url ?? null,
    noInput,
    noEmail,
    place: rowPlace(row, roles),
    result: texts.text(resultCell),
    resultIsFormula: resultCell.isFormula,
    status: statusCell === undefined ? '' : texts.text(statusCell),
    statusIsFormula: statusCell?.isFormula === true,
  };
}

/** Null for a shared string that no edit asks for. */
function known(text: CellText, strings: ReadonlyMap<number, string>): string | null {
  return typeof text === 'number' ? (strings.get(text) ?? null) : text;
}

/** Shared strings are passed over a second time only where a matched row's result or status is one of them. */
async function stringsOf(sheet: OpenSheet, candidates: readonly Candidate[]): Promise<Map<number, string>> {
  const needed = new Set<number>();
  for (const { result, status } of candidates) {
    if (typeof result === 'number') needed.add(result);
    if (typeof status === 'number') needed.add(status);
  }
  return sheet.sharedStrings(needed);
}
