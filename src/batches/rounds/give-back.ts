import { judgeHistory } from '../../carriers/judge-history.ts';
import type { Judgement } from '../../carriers/judge-history.ts';
import type { ParcelHistory } from '../../carriers/history.ts';
import { askingRows } from '../../db/asking-rows.ts';
import type { AskingRow } from '../../db/asking-rows.ts';
import { lockBatches } from '../../db/batches.ts';
import { learntTexts } from '../../db/carrier-texts.ts';
import { databaseNow } from '../../db/database.ts';
import type { Database, Queries } from '../../db/database.ts';
import { historyOfParcel, parcelsById } from '../../db/parcel-record.ts';
import { markGivenBack, roundFound, tellRows } from '../../db/round-results.ts';
import type { HeardOf, RoundFound } from '../../db/round-results.ts';
import { markAsked } from '../../db/rounds.ts';
import { parcelText } from '../../tasks/parcel-texts.ts';
import { taskByName } from '../../tasks/registry.ts';

export interface GiveBackDeps {
  database: Pick<Database, 'db'>;
  /** The time; the database's own unless given. */
  now?: () => Promise<Date>;
}

/** A parcel as it is known by now. */
interface Known {
  history: ParcelHistory;
  judgement: Judgement;
}

const asked = (found: readonly RoundFound[]) => found.map(({ askedId }) => askedId);

/**
 * Gives what a round has found so far to the rows that name its parcels, where their text or state has changed. Whoever got
 * no answer is due again after its interval. May run again without harm. `isLast`: no more is to come.
 */
export async function giveBack(
  { database: { db }, now }: GiveBackDeps,
  batchId: string,
  isLast: boolean,
): Promise<void> {
  const at = await (now?.() ?? databaseNow(db));
  // Batches are taken all at once, before their rows: which ones is looked up first.
  const askers = await askingRows(db, asked(await roundFound(db, batchId)));
  const taken = new Set(askers.map((row) => row.batchId));
  await db.transaction(async (tx) => {
    await lockBatches(tx, [batchId, ...taken]);
    const found = await roundFound(tx, batchId);
    const asking = await askingRows(tx, asked(found));
    // Whose batch began to ask in between is not held: what was found for it is given back the next time.
    const notHeld = new Set(asking.filter((row) => !taken.has(row.batchId)).map((row) => row.parcelId));
    const given = found.filter(({ askedId }) => !notHeld.has(askedId));
    await tellRows(tx, await heardOf(tx, given, asking));
    await markAsked(tx, asked(given.filter(({ isCheck }) => !isCheck)), at);
    await markGivenBack(
      tx,
      batchId,
      given.map(({ rowId }) => rowId),
      isLast && given.length === found.length,
    );
  });
}

async function heardOf(
  tx: Queries,
  found: readonly RoundFound[],
  asking: readonly AskingRow[],
): Promise<HeardOf[]> {
  const learnt = await learntTexts(tx);
  const parcels = await parcelsById(
    tx,
    found.flatMap(({ foundId }) => foundId ?? []),
  );
  const known = new Map(
    parcels.map((parcel): [number, Known] => {
      const history = historyOfParcel(parcel);
      return [parcel.id, { history, judgement: judgeHistory(history, learnt) }];
    }),
  );
  return found.flatMap((look) => {
    const parcel = known.get(look.foundId ?? 0);
    // An order may lead to a number by now; a number leads to nothing else.
    if (parcel === undefined || (look.foundId !== look.askedId && !look.askedByOrder)) return [];
    return asking.filter((row) => row.parcelId === look.askedId).map((row) => heardBy(row, look, parcel));
  });
}

function heardBy(row: AskingRow, look: RoundFound, { history, judgement }: Known): HeardOf {
  const { status, subStatus, eventAt, terminalFrom: terminalAt } = judgement;
  const statusText = history.events.at(-1)?.stateText ?? look.statusText;
  const isSameState =
    row.status === status && row.subStatus === subStatus && isSame(row.terminalMs, terminalAt);
  const isSameLine = row.statusText === statusText && isSame(row.eventMs, eventAt);
  const told = parcelText(taskByName(row.task), history) ?? (row.task === look.task ? look.result : null);
  // Of the same line two pages have two wordings: that is no news.
  const result = isSameLine ? row.result : (told ?? row.result);
  const { trackingNumber, source } = look;
  return {
    id: row.id,
    parcelId: look.foundId ?? row.parcelId,
    seenAt: history.seenAt,
    change:
      isSameState && result === row.result
        ? null
        : {
            result,
            status,
            subStatus,
            statusText,
            eventAt,
            terminalAt,
            trackingNumber,
            source,
            details: history,
          },
  };
}

const isSame = (ms: number | null, moment: string | null) =>
  moment === null ? ms === null : ms === Date.parse(moment);
