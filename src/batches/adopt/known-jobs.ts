import { sql } from 'drizzle-orm';
import { jsonList } from '../../db/any-of.ts';
import type { Queries } from '../../db/database.ts';
import { refusedLine } from './adopt-error.ts';
import type { AdoptLine } from './adopt-file.ts';

/** A job's attempt where another system published it: ours begin with 1. */
export const ADOPTED_ATTEMPT = 0;

interface Known extends Record<string, unknown> {
  line: number;
  batchId: string;
  /** It was adopted with just these ids. */
  isSame: boolean;
  customId: string;
}

/**
 * The batches that jobs of the file were adopted into before, by scraping job id.
 *
 * @throws {AdoptError} a job, or a custom_id, that is another here
 */
export async function adoptedBefore(
  queries: Queries,
  lines: readonly AdoptLine[],
): Promise<Map<number, string>> {
  const told = lines.map(({ line, customId, scrapingJobId }) => ({ line, customId, scrapingJobId }));
  const known = await queries.execute<Known>(sql`
    select line, batch_id as "batchId", custom_id as "customId",
      custom_id = "customId" and scraping_job_id = "scrapingJobId" and attempt = ${ADOPTED_ATTEMPT} as "isSame"
    from jsonb_to_recordset(${jsonList(told)}) as told(line int, "customId" text, "scrapingJobId" bigint)
    join jobs on custom_id = "customId" or scraping_job_id = "scrapingJobId" order by line`);
  const batchOf = new Map(known.map(({ line, batchId }) => [line, batchId]));
  const other = known.find(({ isSame }) => !isSame);
  if (other !== undefined)
    throw refusedLine(
      other.line,
      `its custom_id or scraping job is known here as ${other.customId} of batch ${other.batchId}`,
    );
  return new Map(
    lines.flatMap(({ line, scrapingJobId }) => {
      const batchId = batchOf.get(line);
      return batchId === undefined ? [] : [[scrapingJobId, batchId]];
    }),
  );
}
