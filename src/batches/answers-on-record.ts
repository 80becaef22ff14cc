import type { ParcelHistory } from '../carriers/history.ts';
import { judgeHistory } from '../carriers/judge-history.ts';
import type { Judgement } from '../carriers/judge-history.ts';
import type { LearntTexts } from '../carriers/text-meaning.ts';
import { learntTexts } from '../db/carrier-texts.ts';
import type { Queries } from '../db/database.ts';
import { finalParcels, historyOfParcel, recordedParcels } from '../db/parcel-record.ts';
import type { ParcelKey, RecordedParcel } from '../db/parcel-record.ts';
import { recordedContents } from '../db/recorded-contents.ts';
import type { OnRecord } from '../db/recorded-contents.ts';
import type { Shows } from '../tasks/task-entry.ts';
import type { RowReading, TrackingTask } from '../tasks/types.ts';
import { isInOurForm } from '../workbook/our-texts.ts';
import type { WorkbookRow } from '../workbook/types.ts';

/** A parcel that moves no more, whoever asked after it, as a row of this task shows it. */
export interface ParcelAnswer {
  parcelId: number;
  trackingNumber: string;
  text: string;
  history: ParcelHistory;
  judgement: Judgement;
}

/**
 * What a row's answer is taken from: a row on record with its content, or its parcel. `by hand`: it was answered before, and
 * its result cell holds a person's own text.
 */
export type Answer = { from: 'row' | 'by hand'; rowId: number } | ({ from: 'parcel' } & ParcelAnswer);

/** The answers that need nobody asked, by the place of their rows; null: there is none. */
export async function answersOnRecord(
  queries: Queries,
  { workbook, task }: { workbook: string | null; task: TrackingTask },
  rows: readonly WorkbookRow[],
  readings: readonly RowReading[],
): Promise<(Answer | null)[]> {
  const onRecord = await recordedContents(queries, { workbook, task: task.name }, rows);
  const byParcel = await answersByParcel(queries, task, readings);
  return rows.map((row, index) => {
    const known = onRecord[index] ?? null;
    const rowId = known?.resultRowId ?? null;
    if (rowId !== null && known?.isFinal === true) return { from: 'row', rowId };
    if (rowId !== null && isByHand(row, known)) return { from: 'by hand', rowId };
    return byParcel[index] ?? null;
  });
}

/** Of those the answers that a parcel gives which moves no more, by the place of their rows. */
export async function answersByParcel(
  queries: Queries,
  task: TrackingTask,
  readings: readonly RowReading[],
): Promise<(Answer | null)[]> {
  const parcels = await parcelAnswers(queries, task, readings);
  return readings.map((reading) => {
    const parcel = reading.valid ? parcels.get(reading.trackingNumber ?? '') : undefined;
    return parcel === undefined ? null : { from: 'parcel', ...parcel };
  });
}

function isByHand({ result, resultIsFormula }: WorkbookRow, known: OnRecord | null): boolean {
  const before = known?.recorded.result ?? null;
  if (before === null || before.writtenAtMs === null) return false;
  const text = resultIsFormula ? '' : result.trim();
  // What an editor that was open brought back is no person's.
  const ours = [before.text, before.written, before.replaced].map((each) => each?.trim());
  return text !== '' && !ours.includes(text) && !isInOurForm(text);
}

async function parcelAnswers(
  queries: Queries,
  { shows }: TrackingTask,
  readings: readonly RowReading[],
): Promise<Map<string, ParcelAnswer>> {
  const numbers = new Set(readings.flatMap((each) => (each.valid ? (each.trackingNumber ?? []) : [])));
  const answers = new Map<string, ParcelAnswer>();
  if (shows === undefined || numbers.size === 0) return answers;
  const asked = [...numbers].map((number): ParcelKey => ({
    carrier: shows.carrier,
    number,
    orderNumber: '',
  }));
  const final = await finalParcels(queries, asked);
  if (final.length === 0) return answers;
  const learnt = await learntTexts(queries);
  for (const parcels of (await recordedParcels(queries, final)).values()) {
    const parcel = parcels.at(-1);
    const found = parcel === undefined ? null : parcelAnswer(parcel, shows, learnt);
    if (found !== null) answers.set(found.trackingNumber, found);
  }
  return answers;
}

/** A parcel as a row shows it; null: asking would tell more. */
export function parcelAnswer(parcel: RecordedParcel, shows: Shows, learnt: LearntTexts): ParcelAnswer | null {
  const history = historyOfParcel(parcel);
  const text = shows.textOf(history);
  if (text === null) return null;
  const { id: parcelId, number: trackingNumber } = parcel;
  return { parcelId, trackingNumber, text, history, judgement: judgeHistory(history, learnt) };
}
