import { CARRIER_NAMES, TRACKING_STATUSES } from '../carriers/status.ts';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import { learntKey, plainText } from '../carriers/text-meaning.ts';
import type { LearntTexts } from '../carriers/text-meaning.ts';
import { learntTexts, setTextMeanings, TEXT_CHARACTERS } from '../db/carrier-texts.ts';
import type { TextMeaning } from '../db/carrier-texts.ts';
import type { Database } from '../db/database.ts';
import { TsuisekiError } from '../errors.ts';
import { fieldsOf } from '../json-fields.ts';
import { judgeParcelRecord } from './judge-parcels.ts';
import { judgeRecord } from './judge-record.ts';
import type { RecordJudged } from './judge-record.ts';

/** `TEXTS_UNREADABLE`: no list of meanings; `TEXTS_UNWRITABLE`: its file cannot be written; `TEXTS_NOT_ALLOWED`: one names a status or carrier that there is not. */
export class TextsError extends TsuisekiError<
  'TEXTS_UNREADABLE' | 'TEXTS_UNWRITABLE' | 'TEXTS_NOT_ALLOWED'
> {}

/** What a text may mean: `expired` comes from time alone; `unknown` takes back what was said. */
export const MEANINGS: readonly TrackingStatus[] = TRACKING_STATUSES.filter((status) => status !== 'expired');

/**
 * Keeps what texts mean, and judges the whole record by it, rows and parcels; with `dryRun` nothing is kept, and told is what would change.
 */
export async function meanTexts(
  db: Database['db'],
  meanings: readonly TextMeaning[],
  { dryRun }: { dryRun: boolean },
): Promise<RecordJudged> {
  if (!dryRun) await db.transaction((tx) => setTextMeanings(tx, meanings));
  const learntNow = async () => {
    const learnt = await learntTexts(db);
    return dryRun ? withMeanings(learnt, meanings) : learnt;
  };
  const judged = await judgeRecord(db, learntNow, { dryRun });
  if (!dryRun) await judgeParcelRecord(db, learntNow);
  return judged;
}

function withMeanings(learnt: LearntTexts, meanings: readonly TextMeaning[]): LearntTexts {
  const after = new Map(learnt);
  for (const { text, carrier, status } of meanings) {
    if (status === 'unknown') after.delete(learntKey(text, carrier));
    else after.set(learntKey(text, carrier), status);
  }
  return after;
}

/**
 * What a file of `texts export` says; texts without a meaning are left out.
 *
 * @throws {TextsError} nothing of it is taken then
 */
export function meaningsIn(json: string, name: string): TextMeaning[] {
  const unreadable = (what: string, cause?: unknown) =>
    new TextsError('TEXTS_UNREADABLE', `${name} ${what}; \`tsuiseki texts export\` writes such a file`, {
      cause,
    });
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch (error) {
    throw unreadable('is no JSON', error);
  }
  if (!Array.isArray(list)) throw unreadable('holds no list');
  return list.flatMap((each: unknown, index): TextMeaning[] => {
    const { text, carrier = null, status = null } = fieldsOf(each);
    const where = `entry ${index + 1}`;
    if (typeof text !== 'string' || !isUsable(text))
      throw unreadable(`has no text of 1 to ${TEXT_CHARACTERS} characters in ${where}`);
    if (status === null) return [];
    const wanted = MEANINGS.find((meaning) => meaning === status);
    if (wanted === undefined) throw notAllowed(`${where} of ${name}: status`, status, MEANINGS);
    const by = CARRIER_NAMES.find((carrierName) => carrierName === carrier) ?? null;
    if (by === null && carrier !== null)
      throw notAllowed(`${where} of ${name}: carrier`, carrier, CARRIER_NAMES);
    return [{ text, carrier: by, status: wanted }];
  });
}

/** Whether a text can have a meaning: no state is longer. */
export function isUsable(text: string): boolean {
  const { length } = [...plainText(text)];
  return length > 0 && length <= TEXT_CHARACTERS;
}

function notAllowed(
  what: string,
  value: unknown,
  allowed: readonly (TrackingStatus | CarrierName)[],
): TextsError {
  const found = JSON.stringify(value).slice(0, 100);
  return new TextsError('TEXTS_NOT_ALLOWED', `${what} ${found} is none; allowed: ${allowed.join(', ')}`);
}
