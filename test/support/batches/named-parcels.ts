import type { ParcelHistory } from '../../../src/carriers/history.ts';
import { feedParcels } from '../../../src/db/parcels.ts';
import { rowsOf } from '../activities/batch.ts';
import type { Stage } from '../activities/stage.ts';
import { eventAt, historyOf } from '../carriers/histories.ts';

/** `荷物受付@0 持戻@1.5`: texts, and how many days after the first of January 2026 at 10:00. */
export const eventsOf = (line: string) =>
  line.split(' ').flatMap((each) => {
    const [text = '', day] = each.split('@');
    return text === '' ? [] : [eventAt(text, day === undefined ? null : Number(day))];
  });

/** Looks at the parcels that a batch's rows name, one line of events a row in the sheet's order. */
export async function seeParcels(
  stage: Stage,
  batchId: string,
  lines: readonly string[],
  seenAfterDays: number,
  more: Partial<ParcelHistory> = {},
): Promise<void> {
  const rows = await rowsOf(stage, batchId);
  await stage.db.transaction((tx) =>
    feedParcels(
      tx,
      rows.flatMap(({ id: rowId, trackingNumber }, index) => {
        const line = lines[index];
        if (line === undefined) return [];
        const history = historyOf(eventsOf(line), seenAfterDays, { number: trackingNumber, ...more });
        return [{ rowId, trackingNumber, orderNumber: null, history }];
      }),
    ),
  );
}
