import { randomUUID } from 'node:crypto';
import { askingRows } from '../../db/asking-rows.ts';
import type { AskingRow } from '../../db/asking-rows.ts';
import { databaseNow } from '../../db/database.ts';
import type { Database, Queries } from '../../db/database.ts';
import { parcelsForJapanPost } from '../../db/carrier-checks.ts';
import { dueParcels } from '../../db/due-parcels.ts';
import type { DueParcel, Requery, Way } from '../../db/due-parcels.ts';
import {
  areBatchesWaiting,
  creditsSpent,
  insertRoundRows,
  isRoundOpen,
  lockRounds,
  markAsked,
  roundsOpenLong,
  roundsToStart,
} from '../../db/rounds.ts';
import { batches } from '../../db/schema.ts';
import { heldTasks } from '../../db/task-drift.ts';
import { heldCarriers } from '../../pacing/carrier-clock.ts';
import { taskByName } from '../../tasks/registry.ts';
import type { TaskName, TrackingTask } from '../../tasks/types.ts';
import type { WorkbookRow } from '../../workbook/types.ts';
import { addRows } from '../import-rows.ts';
import type { ImportPlan } from '../import-rows.ts';
import { COLUMNS_OF_ROWS, REQUERY, withIds } from '../new-batch.ts';
import { takeCancel } from '../orders.ts';

export interface RequeryDeps {
  database: Pick<Database, 'db'>;
  planOf(task: TrackingTask): ImportPlan;
  requery: Requery;
  requeryCreditsPerDay: number;
  /** The time; the database's own unless given. */
  now?: () => Promise<Date>;
}

/** Thirty requests to Yamato, a quarter of an hour with its pauses: then the most overdue are chosen anew. */
const YAMATO_NUMBERS = 300;
/** Chosen from at a time: some are nobody's any more. */
const LOOKED_AT = 600;
const NUMBERS_A_PAGE = 10;
const LONGEST_FILLING_MS = 3_600_000;
/** A round that is held, or waits for something, keeps its parcels from the next for so long. */
const LONGEST_ROUND_MS = 2 * 3_600_000;

const TASK_OF_WAY = { yamato: 'yamato_tracking_10', japan_post: 'japan_post_tracking_10' } as const;

/** What a round asks after: the parcel, and the row by which it is asked. */
interface Asked extends Pick<DueParcel, 'lateMs'> {
  parcelId: number;
  task: TaskName;
  row: Pick<WorkbookRow, 'input' | 'inputUrl' | 'email'>;
}

/**
 * Writes down the next rounds, each a batch of parcels that are due, the most overdue first; gives those whose workflow is
 * to be started, of earlier runs too. None is begun where one is open, a batch has something to ask there, or nobody may
 * ask. A round that was not done for two hours is cancelled. May run again without harm.
 */
export async function beginRounds(deps: RequeryDeps): Promise<string[]> {
  const { db } = deps.database;
  const now = await (deps.now?.() ?? databaseNow(db));
  for (const batchId of await roundsOpenLong(db, LONGEST_ROUND_MS, now))
    await db.transaction((tx) => cancelRound(tx, batchId, 'it was not done for two hours'));
  if (deps.requery !== 'off') await db.transaction((tx) => askYamato(tx, deps, now));
  if (deps.requery === 'on') await db.transaction((tx) => askWebScraper(tx, deps, now));
  return roundsToStart(db);
}

/** What is in flight of it is waited for; all else is due again. */
export function cancelRound(tx: Queries, batchId: string, why: string): Promise<void> {
  return takeCancel(tx, batchId, { id: randomUUID(), by: 'tsuiseki', why, drop: false });
}

async function askYamato(tx: Queries, deps: RequeryDeps, now: Date): Promise<void> {
  await lockRounds(tx);
  if ((await isRoundOpen(tx, 'carrier')) || (await areBatchesWaiting(tx, 'carrier'))) return;
  if ((await heldCarriers(tx, now)).some(({ carrier }) => carrier === 'yamato')) return;
  const due = await dueParcels(tx, { requery: deps.requery, now, ways: ['yamato'], most: LOOKED_AT });
  await writeRounds(tx, deps, now, await chosen(tx, due, now, (asked) => asked.length <= YAMATO_NUMBERS));
}

async function askWebScraper(tx: Queries, deps: RequeryDeps, now: Date): Promise<void> {
  await lockRounds(tx);
  if ((await isRoundOpen(tx, 'webscraper')) || (await areBatchesWaiting(tx, 'webscraper'))) return;
  const perDay = deps.requeryCreditsPerDay;
  const spent = await creditsSpent(tx, now);
  // Over the day, so that what is due hourly has its share at any hour.
  const credits = Math.min(perDay - spent.day, Math.ceil(perDay / 24) - spent.hour);
  if (credits <= 0) return;
  const held = (await heldTasks(tx)).map(({ task }) => task);
  const asksJapanPost = !held.includes(TASK_OF_WAY.japan_post);
  const ways: Way[] = asksJapanPost ? ['japan_post', 'own row'] : ['own row'];
  const due = await dueParcels(tx, { requery: deps.requery, now, ways, held, most: LOOKED_AT });
  const hasRoom = (all: readonly Asked[]) => creditsOf(all) <= credits;
  const asked = await chosen(tx, due, now, hasRoom, held);
  if (asksJapanPost) await addChecks(tx, asked, now, hasRoom);
  await writeRounds(tx, deps, now, fullPages(asked));
}

/** Numbers that Yamato does not know go with what is left: they are asked once, for a hint to their rows. */
async function addChecks(
  tx: Queries,
  asked: Asked[],
  now: Date,
  hasRoom: (asked: readonly Asked[]) => boolean,
): Promise<void> {
  const task = TASK_OF_WAY.japan_post;
  for (const { id: parcelId, number, waitedMs } of await parcelsForJapanPost(tx, task, now, LOOKED_AT)) {
    const row = { input: number, inputUrl: null, email: '' };
    const check: Asked = { parcelId, lateMs: waitedMs, task, row };
    if (!hasRoom([...asked, check])) return;
    asked.push(check);
  }
}

/** A page of less than ten numbers costs as much as one of ten: it waits for others, but not for long. */
function fullPages(asked: readonly Asked[]): Asked[] {
  const ofTen = asked.filter(({ task }) => task === TASK_OF_WAY.japan_post);
  const rest = ofTen.slice(Math.floor(ofTen.length / NUMBERS_A_PAGE) * NUMBERS_A_PAGE);
  if ((rest[0]?.lateMs ?? 0) > LONGEST_FILLING_MS) return [...asked];
  return asked.filter((each) => !rest.includes(each));
}

/** One a page: ten numbers of Japan Post's, or what one row asks. */
function creditsOf(asked: readonly Asked[]): number {
  const numbers = asked.filter(({ task }) => task === TASK_OF_WAY.japan_post).length;
  return Math.ceil(numbers / NUMBERS_A_PAGE) + asked.length - numbers;
}

/**
 * Those of the due parcels that somebody wants to hear of, as long as there is room. The others have been looked at: they
 * are due again after their interval.
 */
async function chosen(
  tx: Queries,
  due: readonly DueParcel[],
  now: Date,
  hasRoom: (asked: readonly Asked[]) => boolean,
  held: readonly TaskName[] = [],
): Promise<Asked[]> {
  if (due.length === 0) return [];
  const wanting = await askingRows(
    tx,
    due.map(({ id }) => id),
  );
  const asked: Asked[] = [];
  const unasked: number[] = [];
  for (const parcel of due) {
    const one = askedOf(parcel, wanting, held);
    if (one === null) unasked.push(parcel.id);
    else if (hasRoom([...asked, one])) asked.push(one);
    else break;
  }
  if (unasked.length > 0) await markAsked(tx, unasked, now);
  return asked;
}

/**
 * By its number where the carrier takes numbers; else as the newest of its rows asks that does so by a page of its own, its
 * task not held.
 */
function askedOf(
  { id: parcelId, number, way, lateMs }: DueParcel,
  all: readonly AskingRow[],
  held: readonly TaskName[],
): Asked | null {
  const wanting = all.filter((row) => row.parcelId === parcelId);
  if (wanting.length === 0) return null;
  if (way !== 'own row')
    return { parcelId, lateMs, task: TASK_OF_WAY[way], row: { input: number, inputUrl: null, email: '' } };
  const own = wanting.filter(
    ({ task }) => taskByName(task).lookup.by === 'webscraper' && !held.includes(task),
  );
  const row = own.toSorted((one, other) => other.id - one.id).find(({ task }) => !asksTen(task));
  return row === undefined ? null : { parcelId, lateMs, task: row.task, row };
}

function asksTen(task: TaskName): boolean {
  const { lookup } = taskByName(task);
  return lookup.by === 'webscraper' && lookup.numbersPerUrl > 1;
}

async function writeRounds(
  tx: Queries,
  deps: RequeryDeps,
  now: Date,
  asked: readonly Asked[],
): Promise<void> {
  for (const task of new Set(asked.map((each) => each.task))) {
    const ofTask = asked.filter((each) => each.task === task);
    const batch = withIds({
      ...{ task, workbook: null, rowsFrom: REQUERY, sheet: REQUERY, isRound: true },
      ...{ columns: COLUMNS_OF_ROWS, chosenRows: null, fresh: true },
    });
    await tx.insert(batches).values({ ...batch, startedAt: now, openedAt: now });
    const rows = ofTask.map(({ row: { input, inputUrl, email } }, index): WorkbookRow => ({
      ...{ input, inputUrl, email, row: index + 2, occurrence: 0 },
      ...{ result: '', resultIsFormula: false, warnings: [] },
    }));
    await addRows(
      tx,
      batch.id,
      { rows, warnings: [] },
      planOfRound(deps.planOf(taskByName(task)), rows.length),
    );
    const numbered = ofTask.map(({ parcelId }, index) => ({ row: index + 2, parcelId }));
    await insertRoundRows(tx, batch.id, numbered);
  }
}

/** All pages in one job: two calls of the account, however many they are. A request to a carrier has its own limit. */
function planOfRound(plan: ImportPlan, most: number): ImportPlan {
  return plan.task.lookup.by === 'webscraper' ? { ...plan, subjectsPerJob: most } : plan;
}
