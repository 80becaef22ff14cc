import { and, eq, sql } from 'drizzle-orm';
import type { Queries } from './database.ts';
import { workbookLeases } from './file-schema.ts';

/** After the death of its holder nobody writes the workbook for so long at most. */
const LEASE = sql`interval '60 seconds'`;
const UNTIL = sql`clock_timestamp() + ${LEASE}`;

const held = (workbook: string, holder: string) =>
  and(eq(workbookLeases.workbook, workbook), eq(workbookLeases.holder, holder));

/** Whether the holder has the workbook's lease from now on, for 60 s. Does not wait for whoever else has it. */
export async function takeLease(queries: Queries, workbook: string, holder: string): Promise<boolean> {
  const taken = await queries
    .insert(workbookLeases)
    .values({ workbook, holder, until: UNTIL })
    .onConflictDoUpdate({
      target: workbookLeases.workbook,
      set: { holder, until: UNTIL },
      setWhere: sql`${workbookLeases.until} < clock_timestamp() or ${workbookLeases.holder} = ${holder}`,
    })
    .returning({ holder: workbookLeases.holder });
  return taken.length > 0;
}

/** For 60 s more; false: it ran out and somebody else has, or had, it. */
export async function renewLease(queries: Queries, workbook: string, holder: string): Promise<boolean> {
  const renewed = await queries
    .update(workbookLeases)
    .set({ until: UNTIL })
    .where(held(workbook, holder))
    .returning({ holder: workbookLeases.holder });
  return renewed.length > 0;
}

export async function giveBackLease(queries: Queries, workbook: string, holder: string): Promise<void> {
  await queries.delete(workbookLeases).where(held(workbook, holder));
}
