import { checkDigitOf } from './check-digits.ts';
import { japanDay } from './keeping-term.ts';
import type { CarrierName } from './status.ts';
import { NOT_REGISTERED, WRONG_NUMBER } from './status-texts.ts';

/** Carriers whose numbers share one form: what one does not know, the other may. */
export type PairedCarrier = Extract<CarrierName, 'yamato' | 'japan_post'>;

/** Which carrier perhaps has a parcel that the asked one does not know. The workbook's choice stands all the same. */
export interface CarrierHint {
  carrier: PairedCarrier;
  /** `high`: it has lately moved a parcel of that number; `low`: it had one before, or the form alone speaks for it. */
  confidence: 'high' | 'low';
  /** What it has under the number, and the first that it heard of it; null: nothing is known of that. */
  status: string | null;
  since: string | null;
}

const NAMES: Readonly<Record<PairedCarrier, string>> = { yamato: 'Yamato', japan_post: 'Japan Post' };
const OTHER: Readonly<Record<PairedCarrier, PairedCarrier>> = { yamato: 'japan_post', japan_post: 'yamato' };

/** A sender hands a parcel over within two days of its announcement. */
const LATE_DAY = 3;
/** Carriers use numbers again: of an older parcel nobody knows whether it is this one. */
const LATELY_MS = 30 * 86_400_000;

/** A number that its carrier does not know, and what is on record of it at the other one. */
export interface UnknownNumber {
  carrier: PairedCarrier;
  number: string;
  subStatus: string | null;
  notRegisteredDay: number | null;
  /** When its carrier was asked. */
  askedAt: string;
  /** The other was asked, here or by a row of its own. */
  isOtherAsked: boolean;
  /** What that has; null: it does not know the number either, or nobody asked. */
  known: { status: string; since: string | null; eventAt: string | null } | null;
}

/** Null: nothing speaks for the other carrier. */
export function carrierHint(unknown: UnknownNumber): CarrierHint | null {
  const { carrier, number, known, askedAt } = unknown;
  const other = OTHER[carrier];
  if (known !== null) {
    const { status, since, eventAt } = known;
    const isLate = eventAt !== null && Date.parse(eventAt) > Date.parse(askedAt) - LATELY_MS;
    return { carrier: other, confidence: isLate ? 'high' : 'low', status, since };
  }
  const isStrange =
    unknown.subStatus === WRONG_NUMBER ||
    (unknown.subStatus === NOT_REGISTERED && (unknown.notRegisteredDay ?? 1) >= LATE_DAY);
  if (unknown.isOtherAsked || !isStrange || !hasForm(number)) return null;
  return { carrier: other, confidence: 'low', status: null, since: null };
}

/** Twelve digits with the right check digit: those of either. */
function hasForm(number: string): boolean {
  const digit = checkDigitOf(number);
  return number.length === 12 && digit !== null && digit.actual === digit.expected;
}

/** `perhaps Japan Post (high confidence): it knows this number since 2026-01-05, in_transit`. */
export function hintText({ carrier, confidence, status, since }: CarrierHint): string {
  const perhaps = `perhaps ${NAMES[carrier]} (${confidence} confidence)`;
  if (status === null)
    return `${perhaps}: its numbers have this form, and ${NAMES[OTHER[carrier]]} does not know it`;
  const known =
    since === null ? 'it knows this number' : `it knows this number since ${japanDay(new Date(since))}`;
  return `${perhaps}: ${known}, ${status}`;
}

/** A warning of a text that is no number of Yamato's but has the form of Japan Post's alone; null: it has not. */
export function formHint(number: string): string | null {
  const digit = checkDigitOf(number);
  if (digit === null || digit.actual !== digit.expected || number.length === 12) return null;
  return `perhaps ${NAMES.japan_post} (low confidence): its numbers have this form, and ${NAMES.yamato}'s have 12 digits`;
}
