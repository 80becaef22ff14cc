import { asc, sql } from 'drizzle-orm';
import type { CarrierName, TrackingStatus } from '../carriers/status.ts';
import { learntKey, plainText } from '../carriers/text-meaning.ts';
import type { LearntTexts } from '../carriers/text-meaning.ts';
import type { RowResult } from '../tasks/result.ts';
import { firstOf, storable } from '../text.ts';
import { jsonList } from './any-of.ts';
import type { Queries } from './database.ts';
import { textMeanings } from './text-schema.ts';

/** What a person says that a text means; a carrier of null: whoever writes it; `unknown`: what is built in, again. */
export interface TextMeaning {
  text: string;
  carrier: CarrierName | null;
  status: TrackingStatus;
}

/** A text as `texts` lists it. */
export interface TextEntry extends Record<string, unknown> {
  text: string;
  carrier: CarrierName | null;
  /** What it was said to mean; null: nobody knows. */
  status: TrackingStatus | null;
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
const TEXT_CHARACTERS = 200;
const EXAMPLES = 5;
const NEIGHBOURS = 5;
/** What an order's link holds instead may tell of a person. */
const TRACKING_NUMBER = /^[A-Z0-9]{11,13}$/;

const keptText = (text: string) => storable(firstOf(plainText(text), TEXT_CHARACTERS));

/** What people said of texts, as it is now. */
export async function learntTexts(queries: Queries): Promise<LearntTexts> {
  const found = await queries.select().from(textMeanings);
  return new Map(found.map(({ text, carrier, status }) => [learntKey(text, carrier || null), status]));
}

/** The meanings that people gave, by text. */
export async function textMeaningsSet(queries: Queries): Promise<TextMeaning[]> {
  const found = await queries
    .select()
    .from(textMeanings)
    .orderBy(asc(textMeanings.text), asc(textMeanings.carrier));
  return found.map(({ text, carrier, status }) => ({ text, carrier: carrier || null, status }));
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

/** Writes down the texts that nobody knows in rows' results, once a parcel. */
export async function noteUnknownTexts(
  tx: Queries,
  found: readonly { rowId: number; result: RowResult | null }[],
): Promise<void> {
  const sightings = found.flatMap(({ rowId, result }) =>
    (result?.unknownTexts ?? []).map(({ text, before, after }) => {
      const number = result?.trackingNumber ?? '';
      return {
        text: keptText(text),
        carrier: result?.history.carrier ?? '',
        parcel: TRACKING_NUMBER.test(number) ? number : `row ${rowId}`,
        before: before === null ? null : keptText(before),
        after: after === null ? null : keptText(after),
      };
    }),
  );
  if (sightings.length === 0) return;
  // In one order, whoever writes: two that hold a part of it each would wait for ever.
  await tx.execute(sql`
    insert into unknown_texts (text, carrier, parcel, before, after)
    select distinct on (text, carrier, parcel) text, carrier, parcel, before, after
    from jsonb_to_recordset(${jsonList(sightings)}) as seen(text text, carrier text, parcel text, before text, after text)
    order by text, carrier, parcel
    on conflict (text, carrier, parcel) do update
    set before = excluded.before, after = excluded.after, last_seen_at = clock_timestamp()`);
}

/** Every text that nobody knew and every one that was given a meaning: those nobody knows first, the most frequent first. */
export function textEntries(queries: Queries): Promise<TextEntry[]> {
  const neighbours = (side: 'before' | 'after') =>
    sql.raw(`coalesce((
    select json_agg(json_build_object('text', side, 'count', n) order by n desc, side) from (
      select ${side} as side, count(*)::int as n from unknown_texts u
      where u.text = seen.text and u.carrier = seen.carrier
      group by 1 order by n desc, side limit ${NEIGHBOURS}) counted), '[]')`);
  const iso = (moment: string) =>
    sql.raw(`to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
  return queries.execute<TextEntry>(sql`
    with seen as (
      select text, carrier, count(*)::int as count, min(first_seen_at) as first, max(last_seen_at) as last,
             coalesce((array_agg(parcel order by last_seen_at desc, parcel) filter (where parcel not like 'row %'))
               [1:${EXAMPLES}], '{}') as examples
      from unknown_texts group by text, carrier)
    select text, nullif(carrier, '') as carrier, coalesce(own.status, every.status) as status,
           coalesce(count, 0) as count, coalesce(examples, '{}') as examples,
           ${neighbours('before')} as before, ${neighbours('after')} as after,
           ${iso('seen.first')} as "firstSeenAt", ${iso('seen.last')} as "lastSeenAt"
    from seen full join text_meanings own using (text, carrier)
    left join (select text, status from text_meanings where carrier = '') every using (text)
    order by coalesce(own.status, every.status) is not null, count desc nulls last, text, carrier`);
}
