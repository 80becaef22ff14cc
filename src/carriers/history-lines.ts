import type { ParcelEvent, ParcelHistory } from './history.ts';
import type { TrackingStatus } from './status.ts';
import { isState, meaningOf, plainText } from './text-meaning.ts';
import type { LearntTexts, Meaning } from './text-meaning.ts';

/** An event with what it means and when it was. */
export interface Line {
  event: ParcelEvent;
  meaning: Meaning;
  /** Null: no time can be read. */
  atMs: number | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MIDNIGHT = /T00:00:00\+09:00$/;

/** Of events of one minute, whose order nobody can tell, the later of these is taken for the later one. */
const PROGRESS: readonly TrackingStatus[] = [
  'unknown',
  'expired',
  'info_received',
  'in_transit',
  'out_for_delivery',
  'attempt_failed',
  'available_for_pickup',
  'exception',
  'delivered',
  'returned',
];

/** A line with those behind it that have no time of their own: they stay with it. */
interface Strand {
  atMs: number;
  lines: Line[];
}

/**
 * A history's lines in the order in which they happened: by time where there is one, else where they stand. The state
 * above the history comes last. Labels of buttons are left out.
 */
export function linesOf(history: ParcelHistory, learnt: LearntTexts): Line[] {
  const lineOf = (event: ParcelEvent): Line => ({
    event,
    meaning: meaningOf(event.stateText, history.carrier, learnt),
    atMs: event.at === null ? null : msOf(event.at),
  });
  const lines = inOrder(history.events.filter(({ stateText }) => isState(stateText)).map(lineOf));
  const { stateText, date } = history;
  const last = lines.at(-1);
  if (stateText === null || !isState(stateText)) return lines;
  if (last !== undefined && plainText(last.event.stateText) === plainText(stateText)) return lines;
  const at = last === undefined ? date : null;
  const above = { stateText, timeText: '', at, office: null, region: null, details: null };
  return [...lines, lineOf(above)];
}

function inOrder(lines: readonly Line[]): Line[] {
  const strands: Strand[] = [];
  for (const line of lines) {
    const before = strands.at(-1);
    const atMs = ownTime(line, before);
    if (before !== undefined && atMs === null) before.lines.push(line);
    else strands.push({ atMs: atMs ?? Number.NEGATIVE_INFINITY, lines: [line] });
  }
  return strands.toSorted(byTime).flatMap((strand) => strand.lines);
}

/** A date alone comes after what happened on that day before it, as the page has it. */
function ownTime({ event, atMs }: Line, before: Strand | undefined): number | null {
  if (atMs === null || before === undefined || !MIDNIGHT.test(event.at ?? '')) return atMs;
  return before.atMs >= atMs && before.atMs < atMs + DAY_MS ? null : atMs;
}

function byTime(one: Strand, other: Strand): number {
  if (one.atMs !== other.atMs) return one.atMs < other.atMs ? -1 : 1;
  const [first, second] = [one.lines[0], other.lines[0]];
  if (first === undefined || second === undefined || first.atMs === null || second.atMs === null) return 0;
  const progress = PROGRESS.indexOf(first.meaning.status) - PROGRESS.indexOf(second.meaning.status);
  if (progress !== 0) return progress;
  const [text, otherText] = [first.event.stateText, second.event.stateText];
  return text < otherText ? -1 : Number(text > otherText);
}

function msOf(at: string): number | null {
  const ms = Date.parse(at);
  return Number.isNaN(ms) ? null : ms;
}
