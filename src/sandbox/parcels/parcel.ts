import { Dice } from '../dice.ts';
import type { FaultKind } from '../fault-kinds.ts';
import { DAY_MS, HOUR_MS } from '../japan-time.ts';

export interface ParcelEvent {
  state: string;
  atMs: number;
  /** Yamato's office or Japan Post's post office. */
  office: string;
  prefecture: string;
  detail: string;
}

/** What a carrier knows of one number. */
export interface Parcel {
  number: string;
  /** Oldest first; none when the carrier does not know the number. */
  events: ParcelEvent[];
  /** The state as the page's headline says it. */
  title: string;
}

export interface Place {
  office: string;
  prefecture: string;
}

export interface Journey {
  states: readonly string[];
  places: readonly [Place, ...Place[]];
  details: Readonly<Record<string, string>>;
}

/** The faults that choose a parcel's state rather than break something. */
export type ParcelHints = readonly FaultKind[];

const MINUTE_MS = 60_000;

/**
 * A journey's events, the last one one to five days before `dayStartMs`, so that none lies after the moment of asking.
 */
export function travel(key: string, journey: Journey, dayStartMs: number): ParcelEvent[] {
  const dice = new Dice(`travel ${key}`);
  let atMs = dayStartMs - (1 + dice.below(5)) * DAY_MS + 8 * HOUR_MS + dice.below(12 * 60) * MINUTE_MS;
  const events: ParcelEvent[] = [];
  for (const state of journey.states.toReversed()) {
    const { office, prefecture } = dice.pick(journey.places);
    events.push({ state, atMs, office, prefecture, detail: journey.details[state] ?? '' });
    atMs -= 2 * HOUR_MS + dice.below(16 * 60) * MINUTE_MS;
  }
  return events.toReversed();
}
