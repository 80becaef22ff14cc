import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { giveBackLease, renewLease, takeLease } from '../db/workbook-leases.ts';
import { TsuisekiError } from '../errors.ts';
import type { LastLook } from '../files/types.ts';

export class WorkbookBusy extends TsuisekiError<'WORKBOOK_BUSY'> {}

/** A lease lasts for 60 s: several renewals may fail, with a database that is away for moments. */
const RENEW_EVERY_MS = 10_000;

/**
 * Runs `work` as the only one that writes this workbook. It is to call the look it is given just before it writes:
 * a process that was stopped for longer than its lease lasted is refused there.
 *
 * @throws WorkbookBusy where somebody else has the lease, at once, or has got it since
 */
export async function withLease<T>(
  { db }: Pick<Database, 'db'>,
  workbook: string,
  work: (stillHeld: LastLook) => Promise<T>,
): Promise<T> {
  // Of this attempt alone: one that is tried again may meet the one before it, which was only stopped.
  const holder = randomUUID();
  if (!(await takeLease(db, workbook, holder)))
    throw new WorkbookBusy('WORKBOOK_BUSY', `${workbook} is being written at this moment`);
  // What fails here is seen by the look.
  const timer = setInterval(() => void renewLease(db, workbook, holder).catch(() => {}), RENEW_EVERY_MS);
  try {
    return await work(async () => {
      if (await renewLease(db, workbook, holder)) return;
      throw new WorkbookBusy(
        'WORKBOOK_BUSY',
        `${workbook} was taken by another writeback, as this one stood still`,
      );
    });
  } finally {
    clearInterval(timer);
    // With the database away it runs out by itself.
    await giveBackLease(db, workbook, holder).catch(() => {});
  }
}
