import { and, asc, eq, sql } from 'drizzle-orm';
import { hasWorkbook } from '../db/batches.ts';
import type { Batch } from '../db/batches.ts';
import type { Queries } from '../db/database.ts';
import { deliveriesOf } from '../db/deliveries.ts';
import type { Row } from '../db/rows.ts';
import { actions, rows } from '../db/schema.ts';
import { hintText } from '../carriers/other-carrier.ts';
import { firstOf } from '../text.ts';
import { CARRIER_RECORD, hintOf } from './carrier-record.ts';
import type { CarrierRecord } from './carrier-record.ts';
import { jobStories } from './job-story.ts';
import { roundStory } from './rounds/round-story.ts';
import type { JobStory } from './job-story.ts';
import { NOT_REGISTERED_DAY, statusWords } from './status-words.ts';
import { hostOf, toStoryEvent } from './story-event.ts';
import type { Happening, StoryEvent } from './story-event.ts';

/** So much of a text of others stands in a line. */
const TEXT_CHARACTERS = 300;

/**
 * Everything that is on record of a sheet row, in time order; empty where the batch has no such row. Rows that share
 * the number (one has left the sheet, another stands there now) are told apart in the details. Of URLs the host alone
 * is told, of e-mail addresses nothing.
 */
export async function explainRow(queries: Queries, batch: Batch, rowNumber: number): Promise<StoryEvent[]> {
  const found = await queries.query.rows.findMany({
    where: and(eq(rows.batchId, batch.id), eq(rows.row, rowNumber)),
    orderBy: asc(rows.id),
  });
  if (found.length === 0) return [];
  const stories = await Promise.all(
    found.map(async (row, index) => {
      const told = hasWorkbook(batch) ? [] : await deliveriesOf(queries, batch.id, rowNumber);
      const lookups = await jobStories(queries, row.id);
      const story = [
        ...storyOf(batch, row, lookups, await unknownOnRecord(queries, row)),
        ...told.map(deliveredText),
        ...(batch.isRound ? [] : await roundStory(queries, row.id)),
      ];
      if (found.length === 1) return story;
      const which = `[${index + 1} of ${found.length} rows numbered ${rowNumber}: ${nameOf(row)}] `;
      return story.map((event) => ({ ...event, details: `${which}${event.details}` }));
    }),
  );
  return [...stories.flat(), ...(await actionsOn(queries, batch.id)), ...brokenOff(batch)]
    .toSorted((one, other) => one.at.getTime() - other.at.getTime())
    .map((event) => toStoryEvent(event));
}

/** In the order of cause and effect: what has the same time stays in it. */
function storyOf(
  batch: Batch,
  row: Row,
  stories: readonly JobStory[],
  onRecord: UnknownOnRecord,
): Happening[] {
  const events = [imported(batch, row), ...stories.flatMap((story) => story.events)];
  if (row.completedAt !== null) events.push(resultOf(batch, row, row.completedAt, onRecord));
  events.push(...checkedWith(onRecord));
  if (row.state === 'failed') {
    const at = stories.at(-1)?.job.finishedAt ?? batch.finishedAt ?? batch.openedAt;
    const error = row.error ?? 'no reason on record';
    if (!events.some(({ what, details }) => what === 'failed' && details.endsWith(error)))
      events.push({ at, what: 'failed', details: error });
  }
  if (hasWorkbook(batch) && row.writtenAt !== null)
    events.push({ at: row.writtenAt, what: 'written', details: writtenText(row) });
  return events;
}

/** What is on record of a number that its carrier does not know. */
interface UnknownOnRecord extends Record<string, unknown> {
  notRegisteredDay: number | null;
  carrierRecord: CarrierRecord | null;
}

async function unknownOnRecord(queries: Queries, row: Row): Promise<UnknownOnRecord> {
  const [found] = await queries.execute<UnknownOnRecord>(sql`
    select (${NOT_REGISTERED_DAY})::int as "notRegisteredDay", (${CARRIER_RECORD}) as "carrierRecord"
    from rows r where r.id = ${row.id}`);
  return found ?? { notRegisteredDay: null, carrierRecord: null };
}

/** The other carrier was asked after the number, once. */
function checkedWith({ carrierRecord }: UnknownOnRecord): Happening[] {
  if (carrierRecord === null || carrierRecord.checkedAt === null) return [];
  const { checkedAt, carrier, known } = carrierRecord;
  const other = carrier === 'yamato' ? 'japan_post' : 'yamato';
  const says = known === null ? 'it does not' : `it does: ${known.status}`;
  return [
    { at: new Date(checkedAt), what: 'asked', details: `${other}, whether it knows this number: ${says}` },
  ];
}

/** A row has no time of its own: its batch's start is told. */
function imported(batch: Batch, row: Row): Happening {
  const sheet =
    batch.rowsFrom !== null ? ` of ${batch.rowsFrom}` : batch.sheet === null ? '' : `, sheet ${batch.sheet}`;
  const said = row.state === 'invalid' ? `invalid: ${row.error}` : nameOf(row);
  return { at: batch.startedAt, what: 'imported', details: `row ${row.row}${sheet}: ${said}` };
}

function resultOf(batch: Batch, row: Row, completedAt: Date, onRecord: UnknownOnRecord): Happening {
  const { notRegisteredDay, carrierRecord } = onRecord;
  const words = statusWords({ ...row, notRegisteredDay });
  const hint = hintOf(carrierRecord, { subStatus: row.subStatus, notRegisteredDay });
  const perhaps = hint === null ? '' : `; ${hintText(hint)}`;
  const said = `${quoted(row.result)}, ${words || 'no status'}${perhaps}`;
  // The time of one from the record is that of the batch that asked.
  if (row.source === 'record')
    return {
      at: batch.startedAt,
      what: 'result',
      details: `on record since ${completedAt.toISOString()}: ${said}`,
    };
  const from = row.source === 'import' ? "a shipper's own file" : row.source;
  return { at: completedAt, what: 'result', details: `from ${from}: ${said}` };
}

function writtenText({ written, result, warnings }: Row): string {
  if (written !== null && written === result) return `into the workbook: ${quoted(written)}`;
  return `left as it is: ${warnings.join('; ') || 'the sheet was not to be changed'}`;
}

function deliveredText({ id, takenAt }: { id: string; takenAt: Date }): Happening {
  return { at: takenAt, what: 'written', details: `to the results webhook, delivery ${id}` };
}

/** What was done to the batch concerns each of its rows. */
async function actionsOn(queries: Queries, batchId: string): Promise<Happening[]> {
  const found = await queries.query.actions.findMany({
    where: eq(actions.batchId, batchId),
    orderBy: asc(actions.id),
  });
  return found.map(({ at, action, by, why, details }) => {
    const parts = [
      `${action} by ${by}`,
      ...(why === null ? [] : [quoted(why)]),
      ...(details === null ? [] : [details]),
    ];
    return { at, what: 'action', details: parts.join(': ') };
  });
}

/** Terminated in Temporal, or lost: nobody did it through us, and it is no action on record. */
function brokenOff({ state, finishedAt, reason }: Batch): Happening[] {
  if (state !== 'failed' || finishedAt === null || reason === null) return [];
  return [{ at: finishedAt, what: 'action', details: `the batch ended as failed: ${reason}` }];
}

/** By what people know it: its tracking number, and where its page is. */
function nameOf({ trackingNumber, url }: Pick<Row, 'trackingNumber' | 'url'>): string {
  const number = trackingNumber?.replace(/^(\d{4})(\d{4})(\d{4})$/, '$1-$2-$3') ?? null;
  const page = url === null ? null : `a page of ${hostOf(url)}`;
  return [number, page].filter((part) => part !== null).join(', ') || 'neither number nor URL';
}

const quoted = (text: string | null): string =>
  text === null ? 'nothing' : `"${firstOf(text.replaceAll(/\s+/g, ' '), TEXT_CHARACTERS)}"`;
