import type { ParcelEvent, ParcelHistory } from './history.ts';
import { linesOf } from './history-lines.ts';
import type { Line } from './history-lines.ts';
import type { TrackingStatus } from './status.ts';
import { FIRST_TEXTS, RETURN_TAKEN_BACK } from './status-texts.ts';
import type { End } from './status-texts.ts';
import { NOTHING_LEARNT } from './text-meaning.ts';
import type { LearntTexts } from './text-meaning.ts';

/** What a parcel's whole history means. Moments are ISO 8601. */
export interface Judgement {
  status: TrackingStatus;
  subStatus: string | null;
  /** It moves no more: there is nothing to ask. */
  isTerminal: boolean;
  /** From when on it counts as terminal, perhaps a moment to come; null: only another event can make it so. */
  terminalFrom: string | null;
  /** When it came into this state; null where no event tells. */
  since: string | null;
  /** The event that decides; null: there is none. */
  event: ParcelEvent | null;
  /** When the last event was, whether it decides or not; null where no time is given. */
  eventAt: string | null;
  /** What nobody knows, each text once. */
  unknownTexts: UnknownText[];
}

/** A text that nobody knows, and what stands before and after it. */
export interface UnknownText {
  text: string;
  before: string | null;
  after: string | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** A parcel of which nothing was heard for this long is `expired` (domain: "no event for 30 days"). */
const EXPIRED_AFTER_MS = 30 * DAY_MS;
/** `返品` and `返送` are the last that is heard of many parcels that came back. */
const STILL_MS = 14 * DAY_MS;
/** Carriers use a number again, but not so soon. */
export const USED_AGAIN_AFTER_MS = 60 * DAY_MS;

/** What the lines so far mean. */
interface Standing {
  status: TrackingStatus;
  subStatus: string | null;
  end: End | null;
  event: ParcelEvent;
  since: string | null;
  /** When its end was reached; null: it was not, or nobody knows when. */
  endedMs: number | null;
  last: { at: string; atMs: number } | null;
}

/**
 * Judges a history as a whole, up to the moment it was seen: of several parcels that had the number, the latest. A parcel
 * that is sent back stays `returned` wherever it is carried; of one that is delivered only a text of return says more.
 * The order of equal times, doubled lines and late ones change nothing.
 */
export function judgeHistory(history: ParcelHistory, learnt: LearntTexts = NOTHING_LEARNT): Judgement {
  const lines = journeysOf(linesOf(history, learnt)).at(-1) ?? [];
  const seenMs = Date.parse(history.seenAt);
  const unknownTexts = unknownTextsOf(lines);
  const standing = lines.reduce<Standing | null>(follow, null);
  if (standing === null) return { ...NOTHING, unknownTexts };
  const { subStatus, event, since, last } = standing;
  const terminalFrom = terminalFromOf(standing, history.seenAt);
  const isTerminal =
    standing.end === 'reached' || (terminalFrom !== null && Date.parse(terminalFrom) <= seenMs);
  const isExpired =
    !isTerminal && standing.status !== 'unknown' && last !== null && seenMs - last.atMs > EXPIRED_AFTER_MS;
  const status = isExpired ? 'expired' : standing.status;
  const eventAt = last?.at ?? null;
  return { status, subStatus, isTerminal, terminalFrom, since, event, eventAt, unknownTexts };
}

const NOTHING = {
  status: 'unknown',
  subStatus: null,
  isTerminal: false,
  terminalFrom: null,
  since: null,
  event: null,
  eventAt: null,
} as const;

/**
 * The events of each parcel that had the number, the oldest parcel first, each in the order in which they happened. One
 * begins with `info_received`, `荷物受付` or `引受` more than 60 days after the one before moved no more.
 */
export function splitHistory(history: ParcelHistory, learnt: LearntTexts = NOTHING_LEARNT): ParcelEvent[][] {
  const lines = linesOf({ ...history, stateText: null }, learnt);
  return journeysOf(lines).map((journey) => journey.map(({ event }) => event));
}

function journeysOf(lines: readonly Line[]): Line[][] {
  const journeys: Line[][] = [];
  let standing: Standing | null = null;
  for (const line of lines) {
    const current = journeys.at(-1);
    if (current === undefined || beginsAnew(line, standing)) {
      journeys.push([line]);
      standing = follow(null, line);
    } else {
      current.push(line);
      standing = follow(standing, line);
    }
  }
  return journeys;
}

function beginsAnew({ meaning, atMs }: Line, standing: Standing | null): boolean {
  const isFirst = meaning.status === 'info_received' || FIRST_TEXTS.has(meaning.text);
  if (!isFirst || atMs === null || standing === null) return false;
  const endedMs = standing.end === 'when still' ? (standing.last?.atMs ?? null) : standing.endedMs;
  return endedMs !== null && atMs - endedMs > USED_AGAIN_AFTER_MS;
}

function follow(before: Standing | null, line: Line): Standing {
  const { meaning, event, atMs } = line;
  const last = event.at === null || atMs === null ? (before?.last ?? null) : latest(before, event.at, atMs);
  const { status, subStatus, end } = meaning;
  const endedMs = end === 'reached' ? (atMs ?? last?.atMs ?? null) : null;
  const anew = { status, subStatus, end, event, since: event.at, endedMs, last };
  if (before === null) return anew;
  switch (before.status) {
    case 'returned':
      if (meaning.text === RETURN_TAKEN_BACK && before.end !== 'reached') return anew;
      return { ...sentBack(before, line, endedMs), last };
    case 'delivered':
      if (status === 'returned') return anew;
      // The same once more may say how.
      return { ...before, subStatus: before.subStatus ?? (status === 'delivered' ? subStatus : null), last };
    default:
      return status === before.status ? { ...anew, since: before.since } : anew;
  }
}

/** On its way back it is carried like any other; who gets it then is the sender. */
function sentBack(before: Standing, { meaning, event }: Line, endedMs: number | null): Standing {
  if (before.end === 'reached') return before;
  const subStatus = before.subStatus ?? meaning.subStatus;
  if (meaning.end === 'reached') return { ...before, subStatus, end: 'reached', event, endedMs };
  return meaning.status === 'returned' ? { ...before, subStatus, end: before.end ?? meaning.end } : before;
}

function latest(before: Standing | null, at: string, atMs: number): Standing['last'] {
  const known = before?.last ?? null;
  return known !== null && known.atMs > atMs ? known : { at, atMs };
}

function terminalFromOf({ end, event, last }: Standing, seenAt: string): string | null {
  if (end === 'reached') return event.at ?? last?.at ?? seenAt;
  if (end === null || last === null) return null;
  return new Date(last.atMs + STILL_MS).toISOString();
}

function unknownTextsOf(lines: readonly Line[]): UnknownText[] {
  const textAt = (index: number): string | null => lines[index]?.meaning.text ?? null;
  const found = lines.flatMap(({ meaning }, index) =>
    meaning.isUnknownText
      ? [{ text: meaning.text, before: index === 0 ? null : textAt(index - 1), after: textAt(index + 1) }]
      : [],
  );
  return [...new Map(found.map((each) => [each.text, each])).values()];
}
