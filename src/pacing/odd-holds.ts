import { databaseNow } from '../db/database.ts';
import type { Queries } from '../db/database.ts';
import { heldTasks } from '../db/task-drift.ts';
import { heldCarriers } from './carrier-clock.ts';

/** Tasks and carriers of which nothing is asked now, for what came back of them. */
export async function oddHolds(queries: Queries): Promise<{ name: string; why: string }[]> {
  const tasks = await heldTasks(queries);
  const carriers = await heldCarriers(queries, await databaseNow(queries));
  return [
    ...tasks.map(({ task, reason }) => ({ name: task, why: reason })),
    ...carriers.map(({ carrier, heldReason }) => ({ name: carrier, why: heldReason })),
  ];
}
