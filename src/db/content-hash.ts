import { createHmac, randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { storable } from '../text.ts';
import type { RowContent } from '../workbook/types.ts';
import type { Queries } from './database.ts';
import { installation } from './installation-schema.ts';

/** A row's content as a text that tells nobody what it was, and is the same for the same content. */
export type ContentHasher = (content: RowContent) => string;

/**
 * Hashes with the installation's own key. It stands in the database: every worker needs the same, and one that a
 * restore had lost would have everything forgotten asked, and paid for, again. So the hashes are of no use to whoever
 * has them alone; who has the whole database can try an address that he knows.
 */
export async function contentHasher(queries: Queries): Promise<ContentHasher> {
  const key = await contentKey(queries);
  return ({ input, email, inputUrl }) =>
    createHmac('sha256', key)
      .update(JSON.stringify([storable(input), storable(email), inputUrl === null ? '' : storable(inputUrl)]))
      .digest('base64');
}

async function contentKey(queries: Queries): Promise<Buffer> {
  const [known] = await queries.select({ key: installation.contentKey }).from(installation);
  if (known?.key != null) return known.key;
  // Whoever is second takes the key of the first.
  const [made] = await queries
    .update(installation)
    .set({ contentKey: sql`coalesce(content_key, ${randomBytes(32)})` })
    .returning({ key: installation.contentKey });
  if (made?.key == null) throw new TypeError('the installation has no row: run `tsuiseki migrate`');
  return made.key;
}
