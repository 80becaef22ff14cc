import type { Queries } from './database.ts';
import { actions } from './schema.ts';

export type NewAction = Omit<typeof actions.$inferInsert, 'id' | 'at'>;

/** Keeps what a person did to a batch, with who and why. */
export async function recordAction(queries: Queries, action: NewAction): Promise<void> {
  await queries.insert(actions).values(action);
}
