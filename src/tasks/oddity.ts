import { isState, plainText } from '../carriers/text-meaning.ts';
import { withoutPersonalData } from '../redact.ts';
import { FIELD_SEPARATOR } from '../workbook/our-texts.ts';
import type { RowResult } from './result.ts';
import { firstOf, storable } from '../text.ts';

/** In which way a job came back odd. */
export type OddityKind =
  | 'other-page'
  | 'no-columns'
  | 'no-fields'
  | 'empty'
  | 'page-failed'
  | 'field-gone'
  | 'strange-text';

export interface Oddity {
  kind: OddityKind;
  what: string;
}

/** What shows of a row's result whether its page is what it used to be; no personal data. */
export interface RowLook {
  /** The state as the carrier wrote it; '': the task shows none. */
  text: string;
  /** Which fields of the result text are filled. */
  filled: readonly boolean[];
  /** None of the texts of its history is known. */
  isStrange: boolean;
}

/** What is usual of a text of a task's results: how often it was seen, and each field filled with it. */
export interface UsualText {
  seen: number;
  filled: readonly number[];
}

/** What is usual of a task. */
export interface Usual {
  jobs: number;
  odd: number;
  texts: ReadonlyMap<string, UsualText>;
}

/** Before so many good ones nothing is usual. */
export const LEARNT_FROM = 50;
/** A field that is left out once in a hundred times is not always there. */
const ALWAYS = 0.99;
/** As a cell of the record of texts: an index does not take every text. */
const TEXT_CHARACTERS = 200;

/** Where odd jobs are rarer than that, `driftAfter` of them in a row are no chance: of ten, one in ten thousand millions. */
const RARE = 0.1;
const NO_CHANCE = 1e-9;
/** A task that is odd more often still is held at last, after two hundred. */
const MOST_ODD = 0.9;

export function lookOf({ text, statusText, history, unknownTexts }: RowResult): RowLook {
  const unknown = new Set(unknownTexts.map((each) => each.text));
  const texts = [statusText, ...history.events.map((event) => event.stateText)];
  const says = (each: string) => isState(each) && !unknown.has(plainText(each));
  return {
    text: storable(withoutPersonalData(firstOf(plainText(statusText ?? ''), TEXT_CHARACTERS))),
    filled: text.split(FIELD_SEPARATOR).map((field) => field !== ''),
    isStrange: statusText !== null && !texts.some((each) => each !== null && says(each)),
  };
}

/** What is odd of a job whose pages all gave a result, held against what is usual; null: nothing. One good row is enough. */
export function oddityOf(looks: readonly RowLook[], usual: Usual): Oddity | null {
  const oddities = looks.map((look) => rowOddity(look, usual));
  return oddities.includes(null) ? null : (oddities[0] ?? null);
}

function rowOddity({ text, filled, isStrange }: RowLook, { jobs, texts }: Usual): Oddity | null {
  const known = texts.get(text);
  if (isStrange && known === undefined && jobs >= LEARNT_FROM)
    return {
      kind: 'strange-text',
      what: `its page shows "${firstOf(text, 40)}", which this task never showed before`,
    };
  if (text === '' || known === undefined || known.seen < LEARNT_FROM) return null;
  const gone = filled.findIndex(
    (isFilled, index) => !isFilled && (known.filled[index] ?? 0) >= ALWAYS * known.seen,
  );
  if (gone < 0) return null;
  return {
    kind: 'field-gone',
    what: `"${firstOf(text, 40)}" came without field ${gone + 1} of ${filled.length}, which it always had`,
  };
}

/** How many odd jobs in a row hold a task: more than `driftAfter` only where so many are usual. */
export function oddInARow({ jobs, odd }: Pick<Usual, 'jobs' | 'odd'>, driftAfter: number): number {
  const share = jobs < LEARNT_FROM ? 0 : Math.min(MOST_ODD, odd / jobs);
  return share <= RARE ? driftAfter : Math.max(driftAfter, Math.ceil(Math.log(NO_CHANCE) / Math.log(share)));
}
