import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { dryRun } from '../../batches/dry-run.ts';
import { objectRows } from '../../batches/given-rows/json-rows.ts';
import { isRowsSource, MAX_ROWS_BYTES, readRows } from '../../batches/given-rows/read-rows.ts';
import type { GivenRows } from '../../batches/given-rows/read-rows.ts';
import { startableTask } from '../../batches/start-target.ts';
import { errorMessage } from '../../errors.ts';
import { fieldsOf } from '../../json-fields.ts';
import { whoOf } from './action-routes.ts';
import { ApiProblem, statusOfError } from './api-error.ts';
import type { ApiContext } from './context.ts';
import type { Started, Upload } from './contract.ts';
import { textOf } from './request-fields.ts';
import { Uploads } from './uploads.ts';
import type { StoredUpload } from './uploads.ts';

/** So many of an upload's rows are shown as they are understood. */
const ROWS_SHOWN = 20;
const LONGEST_KEY = 255;

/** What starts batches: rows as JSON, and files given to the page. */
export function startRoutes(app: FastifyInstance, context: ApiContext): void {
  const { deps, live } = context;
  const uploads = new Uploads(deps.uploadsDir);

  app.post('/batches', { bodyLimit: MAX_ROWS_BYTES }, async (request): Promise<Started> => {
    const { task, rows } = fieldsOf(request.body);
    if (typeof task !== 'string')
      throw new ApiProblem('BAD_REQUEST', '{"task","rows":[{"a","b"}]} is meant: task is missing');
    const { name } = startableTask(task);
    const by = whoOf(request);
    const key = keyOf(by, request.headers['idempotency-key']);
    const given = { rowsFrom: 'POST /batches', content: objectRows(rows, 'rows') };
    const started = await deps.steering.startRows({ ...given, task: name, key, by });
    live.clear();
    return started;
  });

  app.register(async (files) => {
    // The body stays a stream: a workbook is larger than what is kept in memory.
    files.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body));

    files.post('/api/uploads', async (request): Promise<Upload> => {
      if (!(request.body instanceof Readable))
        throw new ApiProblem('BAD_REQUEST', 'the file itself is meant, as application/octet-stream');
      const fields = fieldsOf(request.query);
      const given = { name: textOf(fields, 'name') ?? '', task: textOf(fields, 'task') };
      const upload = await uploads.store({ ...given, body: request.body });
      try {
        return await understood(context, upload);
      } catch (error) {
        await uploads.remove(upload);
        // What cannot be understood is the file's fault.
        const isItsFault = statusOfError(error) === 409;
        throw isItsFault ? new ApiProblem('BAD_REQUEST', errorMessage(error), { cause: error }) : error;
      }
    });
  });

  app.post('/api/uploads/:upload/start', async (request): Promise<Started> => {
    const { upload: id = '' } = request.params as { upload?: string };
    const upload = await uploads.find(id);
    const { path, task } = upload;
    if (upload.started !== null) return upload.started;
    const by = whoOf(request);
    const given = await givenIn(upload);
    const started =
      given === null
        ? await deps.steering.startWorkbook(path, task, by)
        : await deps.steering.startRows({ ...given, task, key: keyOf(by, id), by });
    await uploads.started(upload, started);
    live.clear();
    return started;
  });
}

/** Keys of different people are different keys. */
function keyOf(who: string, key: string | string[] | undefined): string | null {
  if (key === undefined) return null;
  if (typeof key !== 'string' || key === '' || key.length > LONGEST_KEY)
    throw new ApiProblem('BAD_REQUEST', `Idempotency-Key is a text of at most ${LONGEST_KEY} characters`);
  return createHash('sha256')
    .update(JSON.stringify([who, key]))
    .digest('base64url');
}

const givenIn = async ({ path }: StoredUpload): Promise<GivenRows | null> =>
  isRowsSource(path) ? readRows(path, process.stdin) : null;

async function understood({ deps }: ApiContext, upload: StoredUpload): Promise<Upload> {
  const { settings, files, database } = deps;
  const { id, name, task, path: workbook } = upload;
  const request = { workbook, given: await givenIn(upload), task, chosen: null, fresh: false };
  const { rows, counts, jobs, calls, credits, estimatedSeconds } = await dryRun(
    { settings, files, queries: database.db },
    request,
  );
  return {
    upload: id,
    name,
    task,
    counts,
    jobs,
    calls,
    credits,
    finishedAt: new Date(Date.now() + estimatedSeconds * 1_000).toISOString(),
    rows: rows.slice(0, ROWS_SHOWN),
  };
}
