import { sql } from 'drizzle-orm';
import type { ParcelHistory } from '../carriers/history.ts';
import type { UnknownText } from '../carriers/judge-history.ts';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import { learntKey, meaningOf, plainText } from '../carriers/text-meaning.ts';
import type { LearntTexts } from '../carriers/text-meaning.ts';
import { isTrackingNumber } from '../carriers/tracking-number.ts';
import { firstOf, storable } from '../text.ts';
import { jsonList } from './any-of.ts';
import type { Queries } from './database.ts';
import { textMeanings, unknownTexts as seenTexts } from './text-schema.ts';

/** What a person says that a text means; a carrier of null: whoever writes it; `unknown`: what is built in, again. */
export interface TextMeaning {
  text: string;
  carrier: CarrierName | null;
  status: TrackingStatus;
}

/** A text as `texts` lists it. */
export interface TextEntry {
  text: string;
  carrier: CarrierName | null;
  /** Null: nobody knows. */
  status: TrackingStatus | null;
  /** A person has said so of this very text and carrier. */
  said: boolean;
  /** Parcels it was met with while nobody knew it. */
  count: number;
  /** Some of their tracking numbers, the latest first. */
  examples: string[];
  /** What stood before and after it in their histories, the most frequent first; a text of null: nothing did. */
  before: { text: string | null; count: number }[];
  after: { text: string | null; count: number }[];
  firstSeenAt: string | null;
  lastSeenAt: string | null;
}

/** No state is as long: an index does not take every text. */
export const TEXT_CHARACTERS = 200;
const EXAMPLES = 5;
const NEIGHBOURS = 5;

const keptText = (text: string) => storable(firstOf(plainText(text), TEXT_CHARACTERS));

/** What people said of texts, as it is now. */
export async function learntTexts(queries: Queries): Promise<LearntTexts> {
  const found = await queries.select().from(textMeanings);
  return new Map(found.map(({ text, carrier, status }) => [learntKey(text, carrier || null), status]));
}

/** Keeps what texts mean, in effect for every result that is judged from now on. Run in a transaction. */
export async function setTextMeanings(tx: Queries, meanings: readonly TextMeaning[]): Promise<void> {
  for (const { text, carrier, status } of meanings) {
    const key = { text: keptText(text), carrier: carrier ?? '' } as const;
    if (status === 'unknown')
      await tx.delete(textMeanings).where(sql`text = ${key.text} and carrier = ${key.carrier}`);
    else
      await tx
        .insert(textMeanings)
        .values({ ...key, status })
        .onConflictDoUpdate({
          target: [textMeanings.text, textMeanings.carrier],
          set: { status, setAt: sql`clock_timestamp()` },
        });
  }
}

/** Texts that nobody knows in what was seen of a row's parcel. */
export interface Sighting {
  /** Null: of no row that asked. */
  rowId: number | null;
  trackingNumber: string | null;
  history: Pick<ParcelHistory, 'carrier' | 'seenAt'>;
  unknownTexts: readonly UnknownText[];
}

/** Writes down the texts that nobody knows, once a parcel, with what stood around them when they were seen last. */
export async function noteUnknownTexts(tx: Queries, seen: readonly Sighting[]): Promise<void> {
  const sightings = seen.flatMap(({ rowId, trackingNumber, history, unknownTexts }) =>
    unknownTexts.map(({ text, before, after }) => ({
      text: keptText(text),
      carrier: history.carrier ?? '',
      parcel: isTrackingNumber(trackingNumber ?? '') ? trackingNumber : `row ${rowId}`,
      before: before === null ? null : keptText(before),
      after: after === null ? null : keptText(after),
      at: history.seenAt,
    })),
  );
  if (sightings.length === 0) return;
  // In one order, whoever writes: two that hold a part of it each would wait for ever.
  await tx.execute(sql`
    insert into unknown_texts (text, carrier, parcel, before, after, first_seen_at, last_seen_at)
    select distinct on (text, carrier, parcel) text, carrier, parcel, before, after, at, at
    from jsonb_to_recordset(${jsonList(sightings)})
      as seen(text text, carrier text, parcel text, before text, after text, at timestamptz)
    order by text, carrier, parcel, at desc
    on conflict (text, carrier, parcel) do update
    set before = excluded.before, after = excluded.after, last_seen_at = excluded.last_seen_at
    where unknown_texts.last_seen_at < excluded.last_seen_at`);
}

/**
 * Every text that nobody knew, and every one that was given a meaning, with what it means by now: those that nobody knows
 * first, the most frequent first.
 */
export async function textEntries(queries: Queries): Promise<TextEntry[]> {
  const learnt = await learntTexts(queries);
  const neighbours = (side: 'before' | 'after') =>
    sql.raw(`coalesce((
    select json_agg(json_build_object('text', side, 'count', n) order by n desc, side) from (
      select ${side} as side, count(*)::int as n from unknown_texts u
      where u.text = seen.text and u.carrier = seen.carrier
      group by 1 order by n desc, side limit ${NEIGHBOURS}) counted), '[]')`);
  const iso = (moment: string) =>
    sql.raw(`to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
  const found = await queries.execute<Omit<TextEntry, 'status'> & Record<string, unknown>>(sql`
    with seen as (
      select text, carrier, count(*)::int as count, min(first_seen_at) as first, max(last_seen_at) as last,
             (array_agg(parcel order by last_seen_at desc, parcel) filter (where parcel not like 'row %'))
               [1:${EXAMPLES}] as examples
      from unknown_texts group by text, carrier)
    select text, nullif(carrier, '') as carrier, own.status is not null as said, coalesce(count, 0) as count,
           coalesce(examples, '{}') as examples, ${neighbours('before')} as before, ${neighbours('after')} as after,
           ${iso('seen.first')} as "firstSeenAt", ${iso('seen.last')} as "lastSeenAt"
    from seen full join text_meanings own using (text, carrier)
    order by count desc nulls last, text, carrier`);
  const entries = found.map(({ text, carrier, ...rest }): TextEntry => {
    const meaning = meaningOf(text, carrier, learnt);
    return { text, carrier, status: meaning.isUnknownText ? null : meaning.status, ...rest };
  });
  const isKnown = ({ status }: TextEntry) => Number(status !== null);
  return entries.toSorted((one, other) => isKnown(one) - isKnown(other));
}

/** Forgets where unknown texts were seen that nobody has seen for so long. */
export async function pruneUnknownTexts(queries: Queries, days: number): Promise<number> {
  const gone = await queries
    .delete(seenTexts)
    .where(sql`${seenTexts.lastSeenAt} < now() - make_interval(days => ${days})`);
  return gone.count;
}
