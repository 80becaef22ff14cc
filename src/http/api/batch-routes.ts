import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { inArray, sql } from 'drizzle-orm';
import { batchPage } from '../../batches/batch-page.ts';
import { csvOf } from '../../batches/csv.ts';
import { explainRow } from '../../batches/explain.ts';
import { rowPage } from '../../batches/row-page.ts';
import { ROW_COLUMNS, rowReports } from '../../batches/row-reports.ts';
import { revisionOf } from '../../db/batch-figures.ts';
import { findBatch } from '../../db/batches.ts';
import type { Batch } from '../../db/batches.ts';
import { fieldsOf } from '../../json-fields.ts';
import { withDownload } from '../../files/with-download.ts';
import { LAST_ROW } from '../../tasks/row-selection.ts';
import { ApiProblem } from './api-error.ts';
import type { ApiContext } from './context.ts';
import type { BatchList, RowPage, RowStory } from './contract.ts';
import { attachment } from './attachment.ts';
import { batchView } from './batch-view.ts';
import { batchStateOf, rowFilterOf, textOf, wholeNumberOf } from './request-fields.ts';

/** The page asks every two seconds: of several viewers half of them hear what another has heard a moment ago. */
const KEPT_MS = 1_000;
const BATCHES_A_PAGE = 50;
const ROWS_A_PAGE = 100;
const MOST_A_PAGE = 200;

const referenceIn = (request: FastifyRequest) => (request.params as { batch?: string }).batch ?? '';

/** The batch that a request's path names. */
export async function batchIn({ deps }: ApiContext, request: FastifyRequest): Promise<Batch> {
  const reference = referenceIn(request);
  const batch = reference.length > 255 ? null : await findBatch(deps.database.db, reference);
  if (batch === null) throw new ApiProblem('BATCH_UNKNOWN', 'there is no such batch');
  return batch;
}

/** What there is to see of batches and their rows. */
export function batchRoutes(app: FastifyInstance, context: ApiContext): void {
  const { deps, live, account } = context;
  const { db } = deps.database;

  app.get('/api/batches', async (request, reply) => {
    const fields = fieldsOf(request.query);
    const filter = { state: batchStateOf(fields), q: textOf(fields, 'q'), before: textOf(fields, 'before') };
    const limit = wholeNumberOf(fields, 'limit', MOST_A_PAGE, BATCHES_A_PAGE);
    const key = `batches ${JSON.stringify([filter, limit])}`;
    return live.send(request, reply, { key, keptMs: KEPT_MS }, async (): Promise<BatchList> =>
      batchPage(db, await account(), filter, limit),
    );
  });

  app.get('/api/batches/:batch', async (request, reply) => {
    const key = `batch ${referenceIn(request)}`;
    // One that has ended changes with its figures; of one that runs the reason does besides.
    const version = async () => {
      const found = await revisionOf(db, referenceIn(request));
      return found?.isEnded === true ? found.revision : null;
    };
    return live.send(request, reply, { key, keptMs: KEPT_MS, version }, async () =>
      batchView(context, await batchIn(context, request)),
    );
  });

  app.get('/api/batches/:batch/rows', async (request, reply) => {
    const fields = fieldsOf(request.query);
    const filter = rowFilterOf(fields);
    const after = wholeNumberOf(fields, 'after', LAST_ROW, 0);
    const limit = wholeNumberOf(fields, 'limit', MOST_A_PAGE, ROWS_A_PAGE);
    const key = `rows ${JSON.stringify([referenceIn(request), filter, after, limit])}`;
    const version = async () => (await revisionOf(db, referenceIn(request)))?.revision ?? null;
    return live.send(request, reply, { key, keptMs: KEPT_MS, version }, async (): Promise<RowPage> => {
      const batch = await batchIn(context, request);
      return rowPage(db, batch.id, filter, { after, limit });
    });
  });

  app.get('/api/batches/:batch/rows/:row', async (request, reply) => {
    const { row = '' } = request.params as { row?: string };
    const key = `row ${JSON.stringify([referenceIn(request), row])}`;
    return live.send(request, reply, { key, keptMs: KEPT_MS }, async (): Promise<RowStory> => {
      const batch = await batchIn(context, request);
      const events = /^\d{1,7}$/.test(row) ? await explainRow(db, batch, Number(row)) : [];
      if (events.length === 0) throw new ApiProblem('ROW_UNKNOWN', `batch ${batch.id} has no such row`);
      return { events };
    });
  });

  for (const [name, which] of [
    ['failed', inArray(sql`r.state`, ['failed', 'invalid'])],
    ['rows', sql`true`],
  ] as const)
    app.get(`/api/batches/:batch/${name}.csv`, async (request, reply) => {
      const batch = await batchIn(context, request);
      const rows = await rowReports(db, batch.id, which);
      return reply
        .headers(attachment(`${name}-${batch.id}.csv`))
        .type('text/csv; charset=utf-8')
        .send(csvOf(ROW_COLUMNS, rows));
    });

  app.get('/api/batches/:batch/workbook', async (request, reply) => {
    const { workbook } = await batchIn(context, request);
    if (workbook === null)
      throw new ApiProblem('NOT_NOW', 'the batch was started from rows: it has no workbook');
    await withDownload(deps.files, workbook, async ({ path }) => {
      // From here on the answer is this stream's, whole or broken off.
      reply.hijack();
      const headers = { ...attachment(basename(workbook)), 'content-type': 'application/octet-stream' };
      reply.raw.writeHead(200, headers);
      await pipeline(createReadStream(path), reply.raw).catch(() => reply.raw.destroy());
    });
  });
}
