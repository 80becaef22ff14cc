import type { LearntTexts } from '../carriers/text-meaning.ts';
import { parcelKeys } from '../db/parcel-record.ts';
import type { Database } from '../db/database.ts';
import { judgeParcels } from '../db/parcels.ts';

/** In memory, and held, at a time: results of these parcels wait so long. */
const PARCELS_A_LOOK = 200;

/** Judges every parcel on record once more, some at a time, each lot in a transaction of its own. */
export async function judgeParcelRecord(
  db: Database['db'],
  learntNow: () => Promise<LearntTexts>,
): Promise<void> {
  for (let after = 0; ;) {
    const found = await parcelKeys(db, after, PARCELS_A_LOOK);
    const last = found.at(-1);
    if (last === undefined) return;
    after = last.id;
    const learnt = await learntNow();
    await db.transaction((tx) => judgeParcels(tx, found, learnt));
  }
}
