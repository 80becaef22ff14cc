import type { AlertReason } from './alert-reasons.ts';
import { parseJapanTime } from './japan-time.ts';
import { japanDay, lastKeptDay } from './keeping-term.ts';
import type { KeptParcel } from './keeping-term.ts';
import type { TrackingStatus } from './status.ts';
import { NOT_REGISTERED } from './status-texts.ts';

/** What is known of a parcel that moves, or may move. Moments are ISO 8601. */
export interface WatchedParcel extends KeptParcel {
  status: TrackingStatus;
  subStatus: string | null;
  /** Of its last event. */
  eventAt: string | null;
  /** Its last event happened abroad. */
  isAbroad: boolean;
  firstSeenAt: string;
  /** When somebody looked last. */
  seenAt: string;
  /** When it was to be delivered, as somebody wrote it, and when that was seen. */
  estimates: readonly { text: string; seenAt: string }[];
}

export interface Alert {
  reason: AlertReason;
  /** Since when it is so; null: no event tells. */
  since: string | null;
  /** By Japan's calendar, perhaps over already; null: there is none, the sooner the better. */
  lastDay: string | null;
}

const DAY_MS = 86_400_000;
/** A redelivery asked for today comes tomorrow: with one day less nobody could act any more. */
const SOON_DAYS = 2;
/** Each leg within Japan takes a day, a ship to remote islands up to four. */
export const SILENT_DAYS = 5;
/** By sea and through customs nothing is heard for a week and more. */
const SILENT_ABROAD_DAYS = 14;
/** Deliveries are agreed on some weeks ahead: a date without a year lies within that. */
const AHEAD_MS = 60 * DAY_MS;

/** Why a parcel needs somebody now; null: it does not. */
export function alertOf(parcel: WatchedParcel, now: Date): Alert | null {
  const { since } = parcel;
  switch (parcel.status) {
    case 'attempt_failed': {
      // Its history may be lost: the attempt that its status tells of is one.
      const brought = { ...parcel, firstAttemptAt: parcel.firstAttemptAt ?? since };
      return keptAlert(brought, now) ?? { reason: 'brought-back', since, lastDay: lastKeptDay(brought) };
    }
    case 'available_for_pickup': {
      const soon = keptAlert(parcel, now);
      // Where nobody has tried, it lies there by somebody's wish: it is in nobody's way until its term ends.
      if (soon !== null || parcel.firstAttemptAt === null) return soon;
      return { reason: 'brought-back', since: parcel.firstAttemptAt, lastDay: lastKeptDay(parcel) };
    }
    case 'exception':
      // Refused or under investigation without an attempt it may be anywhere.
      return {
        reason: 'exception',
        since,
        lastDay: parcel.firstAttemptAt === null ? null : lastKeptDay(parcel),
      };
    case 'returned':
      return { reason: 'returned', since, lastDay: null };
    case 'info_received':
    case 'in_transit':
    case 'out_for_delivery':
    case 'unknown':
      return silentAlert(parcel);
    case 'delivered':
    case 'expired':
      return null;
  }
}

function keptAlert(parcel: WatchedParcel, now: Date): Alert | null {
  const lastDay = lastKeptDay(parcel);
  if (lastDay === null || lastDay > japanDay(new Date(now.getTime() + SOON_DAYS * DAY_MS))) return null;
  return { reason: 'sent-back-soon', since: parcel.firstAttemptAt ?? parcel.since, lastDay };
}

/** Judged as of the last look: of what nobody has asked after since, nobody knows whether it is silent. */
function silentAlert(parcel: WatchedParcel): Alert | null {
  const { status, subStatus, eventAt, firstSeenAt, seenAt } = parcel;
  // Of `unknown` a text that nobody knows, dates alone and a wrong number are no silence.
  if (status === 'unknown' && subStatus !== NOT_REGISTERED) return null;
  const since = eventAt ?? firstSeenAt;
  const silentDays = parcel.isAbroad ? SILENT_ABROAD_DAYS : SILENT_DAYS;
  if (Date.parse(seenAt) - Date.parse(since) < silentDays * DAY_MS) return null;
  return isPromisedLater(parcel) ? null : { reason: 'silent', since, lastDay: null };
}

/** It waits for the day that was agreed on; an estimate without a date says nothing of that. */
function isPromisedLater({ estimates, seenAt }: WatchedParcel): boolean {
  const lookedOn = japanDay(new Date(seenAt));
  return estimates.some(({ text, seenAt: toldAt }) => {
    const day = parseJapanTime(text, new Date(Date.parse(toldAt) + AHEAD_MS));
    return day !== null && day.slice(0, 10) >= lookedOn;
  });
}
