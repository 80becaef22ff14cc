import { judgeHistory } from '../../carriers/judge-history.ts';
import type { ParcelHistory } from '../../carriers/history.ts';
import { learntTexts, noteUnknownTexts } from '../../db/carrier-texts.ts';
import type { Database, Queries } from '../../db/database.ts';
import { feedParcels } from '../../db/parcels.ts';
import type { ParcelLook } from '../../db/parcels.ts';
import type { PersonOrder } from '../../db/schema.ts';
import { answerBatch, answersOf, jobsSpared } from './answer-named.ts';
import { FileImport } from './file-import.ts';
import type { Imported } from './file-import.ts';
import { namedRows } from './named-rows.ts';
import { identityOf, lastTold } from './read-event.ts';
import type { FileEvent } from './read-event.ts';
import { eventsOf } from './shipper-file.ts';
import type { ShipperFile } from './shipper-file.ts';

/** Parcels wait for so many events to be merged: some tenths of a second. */
const EVENTS_A_TURN = 1_000;

/** What a dry run found, taken back with its transaction. */
class DryRun extends Error {}

/**
 * Merges a shipper's file into parcels, and gives what is known by then to the rows that name them; nobody is asked. Some
 * events at a time, each lot in transactions of its own: broken off, it is to be run again. The same file twice changes
 * nothing. With `dryRun` nothing is kept.
 */
export async function importShipperFile(
  { db }: Pick<Database, 'db'>,
  file: ShipperFile,
  { by, dryRun }: Pick<PersonOrder, 'by'> & { dryRun: boolean },
): Promise<Imported> {
  const done = new FileImport(file, dryRun);
  const usedUp = new Set<string>();
  const met = new Set<string>();
  let lot: FileEvent[] = [];
  const take = async () => {
    if (lot.length > 0) await takeLot(db, lot, done, { by, dryRun });
    lot = [];
  };
  for await (const read of eventsOf(file)) {
    done.read(read);
    if ('reason' in read || read.takesBack) continue;
    const identity = identityOf(read);
    if (file.takenBack.has(identity)) {
      usedUp.add(identity);
      done.takenBack += 1;
      continue;
    }
    // Each lot of a dry run is taken back: what one has told the next does not know.
    if (dryRun && met.has(identity)) continue;
    if (dryRun) met.add(identity);
    lot.push(read);
    if (lot.length === EVENTS_A_TURN) await take();
  }
  await take();
  if (dryRun) done.spared(await jobsSpared(db, done.answered));
  for (const [identity, line] of file.takenBack)
    if (!usedUp.has(identity))
      done.refuse({ line, reason: 'takes back an event that is not in this file: what is on record stays' });
  return done.told();
}

async function takeLot(
  db: Database['db'],
  events: readonly FileEvent[],
  done: FileImport,
  { by, dryRun }: Pick<PersonOrder, 'by'> & { dryRun: boolean },
): Promise<void> {
  const looks = looksOf(events);
  const numbers = looks.map(({ trackingNumber }) => trackingNumber);
  if (dryRun) {
    await db
      .transaction(async (tx) => {
        done.learnt(await feed(tx, looks, done));
        done.answers(await answersOf(tx, numbers));
        throw new DryRun();
      })
      .catch((error: unknown) => {
        if (!(error instanceof DryRun)) throw error;
      });
    return;
  }
  const named = await db.transaction(async (tx) => {
    done.learnt(await feed(tx, looks, done));
    return namedRows(tx, numbers);
  });
  const from = { by, file: done.name };
  for (const batchId of new Set(named.map((row) => row.batchId))) {
    const answers = await answerBatch(db, batchId, numbers, from);
    done.answers(answers);
    done.spared(answers.jobIds);
  }
}

type FileLook = ParcelLook & { trackingNumber: string };

async function feed(tx: Queries, looks: readonly FileLook[], done: FileImport) {
  const learnt = await learntTexts(tx);
  const sightings = looks.map(({ rowId, trackingNumber, history }) => {
    const { unknownTexts } = judgeHistory(history, learnt);
    return { rowId, trackingNumber, history, unknownTexts };
  });
  done.unknown(sightings.flatMap(({ unknownTexts }) => unknownTexts));
  await noteUnknownTexts(tx, sightings);
  return feedParcels(tx, looks);
}

/** What the file tells of each number: as of its last event, since nobody looked later. */
function looksOf(events: readonly FileEvent[]): FileLook[] {
  const byNumber = new Map<string, FileEvent[]>();
  for (const each of events) {
    const own = byNumber.get(each.number);
    if (own === undefined) byNumber.set(each.number, [each]);
    else own.push(each);
  }
  return [...byNumber].map(([number, own]) => {
    const inOrder = own.toSorted((one, other) => Date.parse(one.event.at) - Date.parse(other.event.at));
    const history: ParcelHistory = {
      carrier: 'japan_post',
      number,
      stateText: null,
      date: null,
      events: inOrder.map(({ event }) => event),
      estimates: [],
      product: null,
      summary: null,
      seenAt: lastTold(own),
    };
    return { rowId: null, trackingNumber: number, orderNumber: null, history };
  });
}
