import { CODE_TEXTS } from './japan-post/tracking-codes.ts';
import { isNotice, noticeSubStatus } from './notice.ts';
import type { CarrierName, TrackingStatus } from './status.ts';
import { LABELS, STATUS_TEXTS } from './status-texts.ts';
import type { End, TextEntry } from './status-texts.ts';

/** What one text of a carrier means. */
export interface Meaning {
  /** As it is known: without the brackets that make a sub-status; the whole text where nobody knows it. */
  text: string;
  status: TrackingStatus;
  /** A word of our own (`customs`), or what stands in brackets behind the text (`住所不明`). */
  subStatus: string | null;
  end: End | null;
  /** Nobody knows the text. `unknown` is also what is known of some: that there is no such number. */
  isUnknownText: boolean;
}

/** What people have said that texts mean, by `learntKey`. */
export type LearntTexts = ReadonlyMap<string, TrackingStatus>;

export const NOTHING_LEARNT: LearntTexts = new Map();

/** By carrier and text; a carrier of null stands for each of them. */
export const learntKey = (text: string, carrier: CarrierName | null): string =>
  `${carrier ?? ''} ${plainText(text)}`;

/** A text as it is compared and kept: white space aside, brackets full-width. */
export const plainText = (text: string): string =>
  text.replaceAll(/\s+/gu, '').replaceAll('(', '（').replaceAll(')', '）');

const ENTRY_BY_TEXT: ReadonlyMap<string, TextEntry> = new Map(
  [...CODE_TEXTS, ...STATUS_TEXTS].flatMap((entry) => entry.texts.map((text) => [text, entry] as const)),
);

const SUFFIX = /[（[［【〔]([^（）[\]［］【】〔〕]*)[）\]］】〕]$/u;

/** Whether a text says something of a parcel: the label of a button does not. */
export const isState = (text: string): boolean => {
  const plain = plainText(text);
  return plain !== '' && !LABELS.has(plain);
};

/**
 * The meaning of a carrier's text, compared whole, white space aside. What people said goes first, of this carrier before
 * that of all; then the table, also where it has the text of another carrier. A suffix in brackets is the sub-status,
 * unless the text is known with it.
 */
export function meaningOf(
  text: string,
  carrier: CarrierName | null = null,
  learnt: LearntTexts = NOTHING_LEARNT,
): Meaning {
  const whole = plainText(text);
  const suffixes: string[] = [];
  for (let bare = whole; bare !== '';) {
    const known = knownAs(bare, carrier, learnt);
    const [suffix, inBrackets = ''] = SUFFIX.exec(bare) ?? [];
    if (known !== null) {
      const own = known.isLearnt && suffix !== undefined ? [inBrackets] : [];
      const subStatus = [...own, ...suffixes].join('、') || known.subStatus;
      const { status, end } = known;
      return { text: bare, status, subStatus, end, isUnknownText: false };
    }
    if (suffix === undefined) break;
    suffixes.unshift(inBrackets);
    bare = bare.slice(0, -suffix.length);
  }
  const nothing = { text: whole, status: 'unknown', end: null } as const;
  if (isNotice(text)) return { ...nothing, subStatus: noticeSubStatus(text), isUnknownText: false };
  return { ...nothing, subStatus: null, isUnknownText: isState(text) };
}

type Known = Pick<TextEntry, 'status' | 'subStatus' | 'end'> & { isLearnt: boolean };

function knownAs(bare: string, carrier: CarrierName | null, learnt: LearntTexts): Known | null {
  const status = learnt.get(learntKey(bare, carrier)) ?? learnt.get(learntKey(bare, null));
  if (status !== undefined)
    return { status, subStatus: null, end: status === 'delivered' ? 'reached' : null, isLearnt: true };
  const entry = ENTRY_BY_TEXT.get(bare);
  return entry === undefined ? null : { ...entry, isLearnt: false };
}
